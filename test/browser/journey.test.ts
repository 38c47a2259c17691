import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextCode } from '../support/authenticator.ts'
import { type Authenticator, type Browser, browserRuns, type Screen, startBrowser } from '../support/browser.ts'
import { type Callback, startCallback } from '../support/loopback-client.ts'
import { type BrowserClient, browserClients } from '../support/oauth-clients.ts'
import { answerOn, confirmOn, openPage, press, send, settled } from '../support/on-screen.ts'
import { ownerOf } from '../support/people.ts'
import { type Product, startProduct } from '../support/product.ts'
import { callTool } from '../support/rpc.ts'

describe.skipIf(!browserRuns)('an owner with a phone, from the first sign-in to the last word', () => {
  let product: Product
  let browser: Browser
  let callback: Callback
  let screen: Screen
  let authenticator: Authenticator
  let client: BrowserClient
  let home: string
  beforeAll(async () => {
    product = await startProduct()
    browser = await startBrowser()
    callback = await startCallback()
    screen = await browser.person()
    authenticator = await screen.addAuthenticator()
    home = `${product.ready.console}/w/${product.ready.workspace.slug}`
  })
  afterAll(async () => {
    await browser.stop()
    await callback.stop()
    await product.stop()
  })

  const call = () => callTool(product.ready.mcp, client.tokens().access_token, { name: 'list_stores', arguments: {} })

  it('signs in with a password and a code, and the browser keeps the session where no other host gets it', async () => {
    const { page } = screen
    await page.goto(product.ready.console)
    expect(await screen.mistakes('sign-in')).toEqual([])
    const { email, password, totpSecret } = ownerOf(product.ready)
    await send(page, { email, password })
    expect(await screen.mistakes('second-factor')).toEqual([])
    await send(page, { code: await nextCode(totpSecret) })
    expect(page.url()).toBe(home)
    await settled(page)
    const cookies = (await screen.context.cookies()).filter(({ name }) => name.startsWith('__Host-'))
    expect(cookies.length).toBeGreaterThanOrEqual(2)
    for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true, path: '/' })
  })

  it('makes a passkey, and signs in with it alone', async () => {
    const { page } = screen
    await page.goto(`${product.ready.console}/account`)
    expect(await screen.mistakes('account')).toEqual([])
    await page.fill('[data-passkey=add] input[name=name]', 'My phone')
    await page.click('[data-passkey=add] button')
    await page.getByRole('cell', { name: 'My phone' }).waitFor()
    expect(await authenticator.passkeys()).toBe(1)
    expect(await screen.mistakes('account-with-passkey')).toEqual([])
    await press(page, 'Sign out')
    await page.click('[data-passkey=sign-in] button')
    await page.waitForURL(home)
  })

  it('lets an agent in, whose answer reaches it past the policy of the page', async () => {
    const { page } = screen
    const walk = async (address: URL) => {
      await page.goto(address.href)
      expect(await screen.mistakes('consent')).toEqual([])
      return answerOn(page, { role: 'operator', scopes: ['stores:read'] })
    }
    const [modern] = browserClients
    if (modern === undefined) throw new Error('there is no client')
    let walks = 0
    client = await modern.connect({
      url: product.ready.mcp,
      callback: callback.url,
      walk: (address) => (walks++ === 0 ? walk(address) : walkAgain(address)),
    })
    expect(callback.visits).toHaveLength(1)
    expect((await call()).status).toBe(200)
  })

  const walkAgain = async (address: URL) => {
    const { page } = screen
    await page.goto(address.href)
    expect(await screen.mistakes('consent-for-more')).toEqual([])
    expect(await page.textContent('.more')).toContain('orders')
    return answerOn(page, {})
  }

  it('is asked for more when the agent needs it, and the call goes on', async () => {
    const { structuredContent } = await client.callTool('search_orders', { store: 'harbour', page_size: 1 })
    expect(structuredContent?.items).toHaveLength(1)
    expect(client.opened).toHaveLength(2)
  })

  it('revokes the agent from the story of its last call, and its next call is refused', async () => {
    const { page } = screen
    await openPage(page, `${home}/activity`)
    await page
      .getByRole('row', { name: /Test client/ })
      .first()
      .getByRole('link')
      .click()
    await page.waitForURL(/activity\/\d+/)
    await page.getByText('Within the limits of its role?').waitFor()
    expect(await screen.mistakes('story')).toEqual([])
    expect((await call()).status).toBe(200)
    await confirmOn(page, 'Revoke', 'Revoke it')
    await page.getByText('Revoked: its next call is refused.').waitFor()
    expect((await call()).status).toBe(401)
  })
})
