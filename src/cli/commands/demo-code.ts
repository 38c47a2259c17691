import { totpCode } from '#identity'
import { AppError, systemClock } from '#kernel'
import type { Command } from '../command.ts'
import { readDemoSecrets } from '../demo-secrets.ts'

const STEP_S = 30

export const demoCode: Command = {
  name: 'demo code',
  about: "prints the code that an authenticator app would show for the demo's owner now",
  usage: '',
  words: { min: 0, max: 0 },
  options: {},
  async run({ config }) {
    const owner = readDemoSecrets(config.keysFolder)?.owner
    if (!owner) throw new AppError('not_found', 'There is no demo here yet: start it with npm start.')
    const now = systemClock()
    const code = await totpCode(owner.totp_secret, now)
    const seconds = STEP_S - (Math.floor(now / 1000) % STEP_S)
    return { text: code, json: { code, seconds_left: seconds } }
  },
}
