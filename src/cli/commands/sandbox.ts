import { readConfig } from '#config'
import { systemClock } from '#kernel'
import { type Command, textOption, UsageError } from '../command.ts'
import { untilStopped } from '../until-stopped.ts'

export const sandboxCommand: Command = {
  name: 'sandbox',
  about: 'runs a simulated store on loopback, alone',
  usage: 'shopify [--port N]',
  words: { min: 1, max: 1 },
  options: {
    port: { type: 'string', value: 'N', about: 'TCP port (a free one)' },
    'made-on': { type: 'string', value: 'DATE', about: 'the day that orders are counted back from (today)' },
  },
  async run({ words, values, json }) {
    if (words[0] !== 'shopify') throw new UsageError('the sandbox is: shopify')
    const port = readConfig({}, { port: textOption({ values }, 'port') ?? '0' }).port
    const { startShopifySandbox } = await import('#sandbox')
    const sandbox = await startShopifySandbox({
      madeOn: madeOn(textOption({ values }, 'made-on')),
      clock: systemClock,
      port,
    })
    const token = sandbox.accessToken.reveal()
    const ready = { ready: true, platform: 'shopify', url: sandbox.url, access_token: token }
    const text = `A simulated Shopify store runs at ${sandbox.url}\n  access token  ${token}\n  what reached it: ${sandbox.url}/_sandbox/calls\nCtrl-C stops it.`
    process.stdout.write(`${json ? JSON.stringify(ready) : text}\n`)
    await untilStopped()
    await sandbox.close()
    return undefined
  },
}

function madeOn(text: string | undefined): number {
  if (text === undefined) return systemClock()
  const day = Date.parse(text)
  if (Number.isNaN(day)) throw new UsageError('--made-on takes a day such as 2026-11-20')
  return day
}
