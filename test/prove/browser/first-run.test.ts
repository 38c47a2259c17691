import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, startTillgate } from '../../cli/support.ts'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { enrolAppOn, send, settled } from '../../support/on-screen.ts'

describe.skipIf(!browserRuns)('the first start of serve', () => {
  let folder: string
  let served: ReturnType<typeof startTillgate>
  let browser: Browser
  let screen: Screen
  let ready: { readonly url: string; readonly setup_url: string }
  beforeAll(async () => {
    folder = makeHome()
    served = startTillgate(['serve', '--json', '--port', '0', '--data', join(folder, 'data')])
    ready = JSON.parse(await served.firstLine())
    browser = await startBrowser()
    screen = await browser.person()
  })
  afterAll(async () => {
    await browser.stop()
    await served.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('gives a link that makes the first owner and the first workspace', async () => {
    const { page } = screen
    await page.goto(ready.setup_url)
    expect(await screen.mistakes('setup')).toEqual([])
    const fields = { name: 'Ada', email: 'ada@example.test', password: 'the first of all passwords' }
    await send(page, { ...fields, workspace: 'Köhler & Söhne' })
    await enrolAppOn(page)
    expect(page.url()).toBe(`${ready.url}/console/w/kohler-sohne`)
    await settled(page)
    expect(await page.textContent('main')).toContain('Three steps to the first call')
    expect(await screen.mistakes('first-overview')).toEqual([])
  })

  it('is over after its first use', async () => {
    const other = await browser.person()
    await other.page.goto(ready.setup_url)
    expect(await other.page.textContent('h1')).toBe('This set-up link is over')
    expect(await other.mistakes('setup-over')).toEqual([])
    await other.close()
  })
})
