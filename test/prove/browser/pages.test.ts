import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { leading, openPage, signInOn } from '../../support/on-screen.ts'
import { ownerOf } from '../../support/people.ts'
import { type Product, startProduct } from '../../support/product.ts'

const PAGES = [
  '',
  'activity',
  'activity?outcome=not_ok',
  'agents',
  'agents?state=ended',
  'connect',
  'connect?client=machine',
  'connect?client=key',
  'roles',
  'roles/night report',
  'roles/new',
  'roles/support/edit',
  'stores',
  'members',
  'settings',
  'audit',
  'audit?kind=admin',
  'no-such-page',
] as const

describe.skipIf(!browserRuns)('every page of the web app', () => {
  let product: Product
  let browser: Browser
  let home: string
  const screens = new Map<number, Screen>()
  beforeAll(async () => {
    product = await startProduct()
    browser = await startBrowser()
    home = `${product.ready.console}/w/${product.ready.workspace.slug}`
    for (const width of [375, 1360]) {
      const screen = await browser.person({ width })
      await screen.page.goto(product.ready.console)
      await signInOn(screen.page, ownerOf(product.ready))
      screens.set(width, screen)
    }
  })
  afterAll(async () => {
    await browser.stop()
    await product.stop()
  })

  const screenOf = (width: number): Screen => {
    const screen = screens.get(width)
    if (screen === undefined) throw new Error(`nobody has a screen of ${width} px`)
    return screen
  }

  describe.each([375, 1360])('at %i px', (width) => {
    it.each(PAGES)(
      'is as wide as the screen, complains about nothing, and is fit for everybody in light and dark: "%s"',
      async (path) => {
        const screen = screenOf(width)
        await openPage(screen.page, `${home}/${path}`)
        expect(await screen.mistakes(path.replace(/\W+/g, '-') || 'overview')).toEqual([])
      },
    )

    it.each(['activity?outcome=refused', 'agents'])(
      'shows what a line of "%s" leads to, with the keyboard alone',
      async (path) => {
        const screen = screenOf(width)
        const { page } = screen
        await openPage(page, `${home}/${path}`)
        await page.locator('[data-line]').first().waitFor()
        await page.keyboard.press('j')
        await page.keyboard.press('Enter')
        await page.getByRole('complementary').waitFor()
        await page.getByRole('complementary').getByRole('heading', { level: 3 }).first().waitFor()
        expect(await screen.mistakes(`${path.replace(/\W+/g, '-')}-open`)).toEqual([])
        await page.keyboard.press('Escape')
        await page.getByRole('complementary').waitFor({ state: 'detached' })
        await page.keyboard.press('?')
        await page.getByRole('dialog', { name: 'Keys' }).waitFor()
        await page.keyboard.press('Escape')
      },
    )
  })

  it('loads its first page with at most 150 kB of script, packed; charts come apart', async () => {
    const { page, context } = screenOf(1360)
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.setCacheDisabled', { cacheDisabled: true })
    const names = new Map<string, string>()
    const loaded = new Map<string, number>()
    session.on('Network.responseReceived', ({ requestId, response }) => {
      const [name] = /[^/]+\.js$/.exec(response.url) ?? []
      if (name !== undefined) names.set(requestId, name)
    })
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const name = names.get(requestId)
      if (name !== undefined) loaded.set(name, encodedDataLength)
    })
    await openPage(page, home)
    await page
      .getByRole('img', { name: /calls answered/ })
      .locator('canvas')
      .waitFor()
    const charts = [...loaded].filter(([name]) => name.startsWith('plot'))
    const script = [...loaded].filter(([name]) => !name.startsWith('plot'))
    const bytes = script.reduce((sum, [, size]) => sum + size, 0)
    expect(charts).toHaveLength(1)
    expect(script.length).toBeGreaterThan(1)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(150_000)
  })

  it('says that the session is over where another tab has signed out, and leads back here', async () => {
    const screen = await browser.person({ width: 1360 })
    const { page } = screen
    await page.goto(product.ready.console)
    await signInOn(page, ownerOf(product.ready))
    await openPage(page, `${home}/agents`)
    const other = await screen.context.newPage()
    await openPage(other, home)
    await leading(other, () => other.getByRole('button', { name: 'Sign out' }).click())
    await page.getByRole('link', { name: 'Activity' }).click()
    const again = page.getByRole('link', { name: 'Sign in' }).first()
    await again.waitFor()
    await page.waitForURL(`${home}/activity`)
    expect(await again.getAttribute('href')).toContain(encodeURIComponent('/console/w/demo/activity'))
    await screen.close()
  })

  it('shows times by the clock of the server, whatever the one of the browser says', async () => {
    const screen = await browser.person({ width: 1360 })
    const { page } = screen
    await page.goto(product.ready.console)
    await signInOn(page, ownerOf(product.ready))
    await page.clock.install({ time: Date.now() + 3 * 86_400_000 })
    await openPage(page, `${home}/agents?text=Claude`)
    await page.clock.runFor(1_000)
    expect(await page.getByRole('row', { name: /Claude/ }).textContent()).toMatch(/\d+ minutes ago/)
    await screen.close()
  })
})
