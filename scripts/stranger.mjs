// Does what a new user does: a fresh clone, an empty npm cache, an empty home, `npm ci && npm start`, one call, Ctrl-C.
// node scripts/stranger.mjs [--in FOLDER] [--as USER] [--postgres system|bundled]
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { in: { type: 'string' }, as: { type: 'string' }, postgres: { type: 'string' } },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const place = mkdtempSync(join(values.in ?? tmpdir(), 'tillgate-stranger-'))
const clone = join(place, 'tillgate')
const environment = {
  ...process.env,
  HOME: join(place, 'home'),
  npm_config_cache: join(place, 'cache'),
  ...(values.postgres && { TILLGATE_POSTGRES: values.postgres }),
}
const started = Date.now()

try {
  prepare()
  timed('npm ci', () => must('npm', ['ci', '--no-audit', '--no-fund']))
  const first = await start('npm start, with the build')
  await call(first.ready)
  await stop(first)
  const second = await start('npm start again')
  await call(second.ready)
  await stop(second)
  console.log(
    `ok: ${who()} in ${values.in ?? 'a temporary folder'} with ${values.postgres ?? 'any'} PostgreSQL, ${seconds(started)}`,
  )
} finally {
  rmSync(place, { recursive: true, force: true, maxRetries: 5 })
}

function prepare() {
  const git = spawnSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' })
  if (git.status !== 0) throw new Error('git clone failed')
  mkdirSync(environment.HOME)
  mkdirSync(environment.npm_config_cache)
  if (!values.as) return
  chmodSync(place, 0o755)
  if (spawnSync('chown', ['-R', `${values.as}:`, place]).status !== 0)
    throw new Error(`cannot give the folder to ${values.as}`)
}

/** The words as that user; `env` passes on what runuser would change. */
function asUser(words) {
  if (!values.as) return words
  const kept = ['HOME', 'npm_config_cache', 'TILLGATE_POSTGRES', 'PATH']
  const assignments = kept
    .filter((name) => environment[name] !== undefined)
    .map((name) => `${name}=${environment[name]}`)
  return ['runuser', '-u', values.as, '--', 'env', ...assignments, ...words]
}

function must(...words) {
  const [program, ...args] = asUser(words.flat())
  const { status } = spawnSync(program, args, { cwd: clone, env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${words.flat().join(' ')} ended with ${status}`)
}

function start(what) {
  const from = Date.now()
  const [program, ...args] = asUser(['npm', 'start', '--silent', '--', '--json', '--port', '0'])
  const options = { cwd: clone, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true }
  const child = spawn(program, args, options)
  let stdout = ''
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk
      if (!stdout.includes('\n')) return
      console.log(`${what}: ready after ${seconds(from)}`)
      resolve({ child, ready: JSON.parse(stdout), stdout: () => stdout })
    })
    child.on('exit', (code) => reject(new Error(`npm start ended with ${code}\n${stderr}`)))
  })
}

async function call(ready) {
  const { client_id, client_secret } = ready.agents.analyst
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: ready.mcp })
  const token = await (
    await fetch(`${ready.url}/oauth/token`, { method: 'POST', headers: { authorization }, body })
  ).json()
  const response = await fetch(ready.mcp, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token.access_token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'search_orders', arguments: { store: ready.stores[0].handle } },
    }),
  })
  const text = await response.text()
  if (!response.ok || !text.includes('tillgate/receipt')) throw new Error(`the call failed: ${response.status} ${text}`)
}

/** Ctrl-C signals the whole group of the terminal; where there is no runuser between, the signal to npm alone must do. */
async function stop({ child, stdout }) {
  child.removeAllListeners('exit')
  const exited = new Promise((resolve) => child.on('exit', resolve))
  process.kill(values.as ? -child.pid : child.pid, 'SIGINT')
  await exited
  const left = processes().filter((line) => line.includes(place))
  if (left.length > 0) throw new Error(`still running:\n${left.join('\n')}`)
  if (stdout().trim().split('\n').length !== 1) throw new Error(`more than one line on stdout:\n${stdout()}`)
}

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}

function timed(what, work) {
  const from = Date.now()
  work()
  console.log(`${what}: ${seconds(from)}`)
}

function who() {
  return values.as ?? (process.getuid?.() === 0 ? 'root' : 'an ordinary user')
}

function seconds(from) {
  return `${((Date.now() - from) / 1000).toFixed(1)} s`
}
