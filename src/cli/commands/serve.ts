import { hasMembers } from '#identity'
import { packageVersion } from '#kernel'
import type { Gate } from '#server'
import type { Command } from '../command.ts'
import { makeOperatorKey } from '../operator-key.ts'
import { type Serving, startServing } from '../serving.ts'
import { untilStopped } from '../until-stopped.ts'

export const serve: Command = {
  name: 'serve',
  about: 'runs Tillgate',
  usage: '[--port N]',
  words: { min: 0, max: 0 },
  options: { port: { type: 'string', value: 'N', about: 'TCP port (8740)' } },
  async run({ config, json }) {
    const stopped = untilStopped()
    const serving = await startServing(config, stopped)
    try {
      const gate = await serving.open({})
      const operatorKey = makeOperatorKey(config.keysFolder)
      const setupUrl = await setupLink(gate, serving, config.operator)
      const ready = {
        ready: true,
        version: packageVersion(),
        url: gate.url,
        console: `${gate.url}/console`,
        mcp: `${gate.url}/mcp`,
        operator_key: operatorKey ?? null,
        setup_url: setupUrl ?? null,
      }
      process.stdout.write(`${json ? JSON.stringify(ready) : readyText(ready)}\n`)
      await stopped
    } finally {
      await serving.stop()
    }
    return undefined
  },
}

type Ready = { version: string; mcp: string; operator_key: string | null; setup_url: string | null }

function readyText({ version, mcp, operator_key, setup_url }: Ready): string {
  const key = operator_key && `\nThe operator key, shown this once (TILLGATE_OPERATOR_KEY):\n  ${operator_key}`
  const setup =
    setup_url &&
    `\nNobody is a member yet. Make the first account and workspace here, within ${SETUP_MINUTES} minutes:\n  ${setup_url}`
  return `Tillgate ${version} is ready: ${mcp}${key ?? ''}${setup ?? ''}`
}

const SETUP_MINUTES = 30

/** While nobody is a member of any workspace, each start gives a new link; the ones before are void. */
async function setupLink({ login, url }: Gate, { foundation }: Serving, operator: string): Promise<string | undefined> {
  if (await hasMembers(foundation)) return undefined
  const token = await login.issueLink({ purpose: 'setup', createdBy: `operator:${operator}`, minutes: SETUP_MINUTES })
  return `${url}/console/setup/${token.reveal()}`
}
