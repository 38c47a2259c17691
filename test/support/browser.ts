import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { chromiumPath } from './chromium.ts'

/** Whether the tests of a real browser can run here. */
export const browserRuns = chromiumPath() !== undefined

/** A running Chromium; each person gets a context, which shares no cookie with the others. */
export type Browser = {
  person(options?: { readonly script?: boolean; readonly width?: number }): Promise<Screen>
  stop(): Promise<void>
}

/** One person's browser on the screen of a small phone, or of another width. */
export type Screen = {
  readonly page: Page
  readonly context: BrowserContext
  /**
   * What is wrong with the page that is shown: wider than the screen, hard to use for some people, or an error in the
   * browser's console since the last time. Keeps a picture where asked.
   */
  mistakes(name: string): Promise<string[]>
  /** A platform authenticator, as in a phone, that verifies its user. */
  addAuthenticator(): Promise<Authenticator>
  close(): Promise<void>
}

export type Authenticator = {
  /** How many passkeys it holds. */
  passkeys(): Promise<number>
  /** Whether its user shows a finger. */
  setVerified(verified: boolean): Promise<void>
}

const PHONE = 375

/** Nothing of Chromium's own calls home, and as root there is no sandbox for it. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('there is no Chromium on this machine')
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  return {
    async person({ script = true, width = PHONE } = {}) {
      const viewport = { width, height: 740 }
      // A colour that is on its way to another has a contrast of neither.
      const context = await browser.newContext({ viewport, javaScriptEnabled: script, reducedMotion: 'reduce' })
      context.setDefaultTimeout(15_000)
      const page = await context.newPage()
      const errors = errorsOf(page)
      return {
        page,
        context,
        mistakes: async (name) => [
          ...(await tooWide(page, { name, width })),
          ...(script ? await hardToUse(page, name) : []),
          ...errors.splice(0).map((error) => `${name}: ${error}`),
        ],
        addAuthenticator: async () => authenticator(await context.newCDPSession(page)),
        close: () => context.close(),
      }
    },
    stop: () => browser.close(),
  }
}

async function authenticator(session: CDPSession): Promise<Authenticator> {
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    passkeys: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    async setVerified(isUserVerified) {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
    },
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: { html: string }[]
}

/** Grows with what the browser complains about: scripts that fail, what the policy of the page refuses. */
function errorsOf(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => void errors.push(error.message))
  page.on('console', (message) => {
    // A refusal that a page shows is no mistake of it.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text())
  })
  return errors
}

type Shown = { readonly name: string; readonly width: number }

async function tooWide(page: Page, { name, width: most }: Shown): Promise<string[]> {
  await page.waitForLoadState('load')
  const folder = process.env.TILLGATE_SCREENSHOTS
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${most}.png`), fullPage: true })
  const width = await page.evaluate<number>('document.documentElement.scrollWidth')
  return width > most ? [`${name} is ${width} px wide`] : []
}

/** What axe-core finds serious or critical, in light and in dark. It needs the page's script engine. */
async function hardToUse(page: Page, name: string): Promise<string[]> {
  await page.evaluate(AXE)
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)')
    found.push(...violations.filter(isSerious).map((violation) => `${name} in ${colorScheme}: ${inWords(violation)}`))
  }
  return found
}

const isSerious = ({ impact }: Violation) => impact === 'serious' || impact === 'critical'

const inWords = ({ id, help, nodes }: Violation) =>
  `${id}, ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`
