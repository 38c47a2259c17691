import { packageVersion } from '#kernel'
import type { Command } from '../command.ts'
import { makeOperatorKey } from '../operator-key.ts'
import { startServing } from '../serving.ts'
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
      const ready = {
        ready: true,
        version: packageVersion(),
        url: gate.url,
        mcp: `${gate.url}/mcp`,
        operator_key: operatorKey ?? null,
      }
      const key = operatorKey ? `\nThe operator key, shown this once (TILLGATE_OPERATOR_KEY):\n  ${operatorKey}` : ''
      process.stdout.write(
        json ? `${JSON.stringify(ready)}\n` : `Tillgate ${ready.version} is ready: ${ready.mcp}${key}\n`,
      )
      await stopped
    } finally {
      await serving.stop()
    }
    return undefined
  },
}
