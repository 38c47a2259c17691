import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const MAIN = resolve(import.meta.dirname, '../../dist/main.js')

/** One built process of Tillgate, after its ready line. */
type Running<T> = {
  readonly ready: T
  readonly child: ChildProcess
  end(signal: NodeJS.Signals): Promise<number | null>
}

const sandboxReady = z.object({ url: z.string(), access_token: z.string() })
const servedReady = z.object({ url: z.string(), mcp: z.string(), operator_key: z.string().nullable() })
const agent = z.object({ client_id: z.string(), client_secret: z.string() })

export type SandboxProcess = Running<z.output<typeof sandboxReady>>

/** `tillgate sandbox shopify`, alone, so that it outlives the Tillgate that is killed. */
export function startSandboxProcess(): Promise<SandboxProcess> {
  return start(['sandbox', 'shopify', '--json'], {}, sandboxReady)
}

/** `tillgate serve` on the data folder, with one workspace, the sandbox as its store, and one agent; made at the first start. */
export async function startServed(data: string, sandbox: SandboxProcess) {
  const env = { TILLGATE_EGRESS_ALLOW: new URL(sandbox.ready.url).host }
  const served = await start(['serve', '--json', '--port', '0', '--data', data], env, servedReady)
  try {
    const { operator_key } = served.ready
    if (operator_key !== null) setUp(data, { sandbox, operatorKey: operator_key })
  } catch (error) {
    await served.end('SIGTERM')
    throw error
  }
  return { ...served, token: () => token(served.ready.mcp, readAgent(data)), workspace: readAgent(data).workspace }
}

/** Limits are raised by making the calls of many agents, not by switching anything off. */
function setUp(data: string, { sandbox, operatorKey }: { sandbox: SandboxProcess; operatorKey: string }): void {
  const env = { TILLGATE_OPERATOR_KEY: operatorKey, TILLGATE_SANDBOX_TOKEN: sandbox.ready.access_token }
  const run = (...words: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...words, '--data', data, '--json'], {
      encoding: 'utf8',
      env: { ...plain(), ...env },
    })
    if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
    return JSON.parse(stdout)
  }
  const { workspace } = run('workspace', 'create', 'crash')
  run('store', 'add', 'harbour', '--sandbox', sandbox.ready.url)
  const made = run('agent', 'create', 'crasher', '--role', 'operator')
  writeFileSync(agentFile(data), JSON.stringify({ ...made.agent, workspace: workspace.id }))
}

const agentFile = (data: string) => join(data, '..', 'agent.json')

function readAgent(data: string) {
  if (!existsSync(agentFile(data))) throw new Error('the first start did not make an agent')
  return agent.extend({ workspace: z.string() }).parse(JSON.parse(readFileSync(agentFile(data), 'utf8')))
}

async function token(mcp: string, { client_id, client_secret }: z.output<typeof agent>): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: mcp })
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const response = await fetch(mcp.replace('/mcp', '/oauth/token'), {
    method: 'POST',
    headers: { authorization },
    body,
  })
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token
}

async function start<T>(words: string[], env: Record<string, string>, shape: z.ZodType<T>): Promise<Running<T>> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...plain(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const line = new Promise<string>((done, failed) => {
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
      if (stdout.includes('\n')) done(stdout)
    })
    child.on('exit', (code) => failed(new Error(`${words[0]} ended with ${code}: ${stderr}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return { ready: shape.parse(JSON.parse(await line)), child, end }
}

function plain(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TILLGATE_') || name === 'TILLGATE_POSTGRES'),
  )
}
