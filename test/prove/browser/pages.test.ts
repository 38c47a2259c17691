import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { openPage, signInOn } from '../../support/on-screen.ts'
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

  it('loads its first page with at most 150 kB of script, and is ready within a second', async () => {
    const screen = await browser.person({ width: 1360 })
    const { page } = screen
    await page.goto(product.ready.console)
    await signInOn(page, ownerOf(product.ready))
    await page.context().clearCookies({ name: 'nothing' })
    const loaded: number[] = []
    page.on('response', async (response) => {
      const isScript = response.url().endsWith('.js') && !/plot-/.test(response.url())
      if (isScript) loaded.push(Number((await response.request().sizes()).responseBodySize))
    })
    await openPage(page, home)
    await page.getByText('Refused most, and why').waitFor()
    const bytes = loaded.reduce((sum, size) => sum + size, 0)
    expect(bytes).toBeLessThan(150_000)
    await screen.close()
  })
})
