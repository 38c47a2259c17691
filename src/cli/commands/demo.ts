import { type Config, ConfigError } from '#config'
import { packageVersion, systemClock } from '#kernel'
import { callLineText } from '../call-line.ts'
import type { Command } from '../command.ts'
import { type DemoSecrets, demoSecrets } from '../demo-secrets.ts'
import { prepareDemo } from '../demo-workspace.ts'
import { makeOperatorKey } from '../operator-key.ts'
import { type Serving, startServing } from '../serving.ts'
import { untilStopped } from '../until-stopped.ts'

const LOOPBACK = new Set([undefined, '127.0.0.1', '::1', 'localhost'])

export const demo: Command = {
  name: 'demo',
  about: 'runs Tillgate with a demo workspace and a sandbox store',
  usage: '[--port N]',
  words: { min: 0, max: 0 },
  options: { port: { type: 'string', value: 'N', about: 'TCP port (8740); 0 takes a free one' } },
  async run({ config, json }) {
    if (!LOOPBACK.has(config.host)) throw new ConfigError(['the demo listens on loopback only: unset TILLGATE_HOST'])
    const stopped = untilStopped()
    const serving = await startServing(config, stopped)
    try {
      const { sandbox, ...demo } = await prepare(serving, config)
      const gate = await serving.open({
        egressAllow: [new URL(sandbox.url).host],
        onCall: (line) => json || process.stdout.write(`${callLineText(line, systemClock())}\n`),
      })
      const ready = readyLine({ url: gate.url, ...demo })
      process.stdout.write(`${json ? JSON.stringify(ready) : readyBlock(ready)}\n`)
      await stopped
    } finally {
      await serving.stop()
    }
    return undefined
  },
}

/** Plenty for 2,000 calls a second; the demo shows Tillgate's limits, not the platform's. */
const THROTTLE = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 }

async function prepare(serving: Serving, { keysFolder, url, port }: Config) {
  const operatorKey = makeOperatorKey(keysFolder)
  const secrets = demoSecrets(keysFolder, { madeOn: systemClock(), operatorKey })
  const { startShopifySandbox } = await import('#sandbox')
  const sandbox = await startShopifySandbox({ madeOn: secrets.madeOn, clock: systemClock, throttle: THROTTLE })
  serving.alsoStop(sandbox.close)
  return {
    sandbox,
    ...(await prepareDemo({ serving, secrets, sandbox, keysFolder, base: url ?? `http://localhost:${port}` })),
  }
}

type Ready = ReturnType<typeof readyLine>

/** The ready line of the demo. */
function readyLine(demo: {
  url: string
  secrets: DemoSecrets
  workspace: { id: string; slug: string }
  stores: object[]
}) {
  const { url, secrets, workspace, stores } = demo
  return {
    ready: true,
    version: packageVersion(),
    url,
    console: `${url}/console`,
    mcp: `${url}/mcp`,
    owner: secrets.owner,
    operator_key: secrets.operatorKey,
    workspace,
    stores,
    agents: secrets.agents,
  }
}

function readyBlock({ version, url, mcp, workspace, stores, agents, owner, operator_key, ...ready }: Ready): string {
  const { analyst, operator } = agents
  return `
Tillgate ${version} is ready.

  MCP URL       ${mcp}
  workspace     ${workspace.slug}
  store         ${stores.map((store) => Object.values(store).join('  ')).join('\n                ')}

  Console       ${ready.console}
  sign in as    ${owner?.email}
  password      ${owner?.password}
  a code now    tillgate demo code   (node dist/main.js demo code)
  key for an authenticator app   ${owner?.totp_secret}

  Connect an agent of yours: give it the MCP URL, it opens the consent page. In Claude Code:
  claude mcp add --transport http tillgate ${mcp}

  Two machine agents (for this demo only; they open nothing but the sandbox)
  analyst       client_id      ${analyst?.client_id}
                client_secret  ${analyst?.client_secret}
  operator      client_id      ${operator?.client_id}
                client_secret  ${operator?.client_secret}
  operator key  ${operator_key ?? '(printed by the first start)'}

  Look around with MCP Inspector (Node 22 or newer):
  TOKEN=$(curl -s -u ${analyst?.client_id}:${analyst?.client_secret} -d grant_type=client_credentials -d resource=${mcp} ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  npx @modelcontextprotocol/inspector --cli --server-url ${mcp} --transport http --header "Authorization: Bearer $TOKEN" --method tools/list

  Each call shows here as it happens. Ctrl-C stops everything.
`
}
