import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Debian's Chromium: Playwright's own is a download of its own. */
const PROGRAM = '/usr/bin/chromium'

/** The browser of this machine; undefined where there is none, and then its tests are skipped. */
export const chromiumPath = () => (existsSync(PROGRAM) ? PROGRAM : undefined)

/** Installs Chromium where it is missing and may be installed, and says loudly where it cannot be. */
export function installChromium(): void {
  if (chromiumPath() !== undefined) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say('no Chromium on this machine, and no right to install one')
    return
  }
  console.error('Installing Chromium …')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [['update'], ['install', '-y', 'chromium', 'fonts-inter']]) {
    spawnSync('apt-get', ['-q', ...words], { env, stdio: ['ignore', 'ignore', 2] })
  }
  if (chromiumPath() === undefined) say('Chromium could not be installed')
}

const say = (why: string) =>
  console.error(`NOT TESTED: the pages in a real browser (test/browser, test/prove/browser): ${why}`)
