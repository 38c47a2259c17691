import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { type Callback, startCallback } from '../../support/loopback-client.ts'
import { answerOn, leading, press, signInOn, tick } from '../../support/on-screen.ts'
import { type OpenidClient, openidClient } from '../../support/openid.ts'
import { ownerOf } from '../../support/people.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { callTool, listTools } from '../../support/rpc.ts'
import type { Consent } from '../../support/walk.ts'

describe.skipIf(!browserRuns)('a workspace at the browser of its owner', () => {
  let product: Product
  let browser: Browser
  let callback: Callback
  let owner: Screen
  let home: string
  beforeAll(async () => {
    product = await startProduct()
    browser = await startBrowser()
    callback = await startCallback()
    owner = await browser.person()
    home = `${product.ready.console}/w/${product.ready.workspace.slug}`
    await owner.page.goto(product.ready.console)
    await signInOn(owner.page, ownerOf(product.ready))
  })
  afterAll(async () => {
    await browser.stop()
    await callback.stop()
    await product.stop()
  })

  const clientOf = (screen: Screen, consent: Consent): Promise<OpenidClient> => {
    const walk = async (address: URL) => {
      await screen.page.goto(address.href)
      return answerOn(screen.page, consent)
    }
    const { url: issuer, mcp: resource } = product.ready
    return openidClient({ issuer, resource, callback: callback.url, walk })
  }
  const list = (token: string) => callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })

  it('sends an agent away that is denied, and says so to it', async () => {
    const client = await clientOf(owner, { decision: 'deny' })
    await expect(client.authorize()).rejects.toMatchObject({ error: 'access_denied' })
  })

  it('shows what an edit of a role means before it is made, and what narrows acts on the next call', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'support' })
    const { access_token } = await client.authorize()
    expect(await listTools(product.ready.mcp, access_token)).toContain('search_customers')
    await page.goto(`${home}/roles/support/edit`)
    await page.uncheck('input[name=scope][value="customers:read"]')
    await press(page, 'Look at the change')
    expect(await owner.mistakes('role-change')).toEqual([])
    expect(await page.textContent('main')).toMatch(/One agent has\s+this role now/)
    await press(page, 'Change the role')
    expect(page.url()).toContain('/roles/support?done=role_changed')
    expect(await owner.mistakes('role-changed')).toEqual([])
    expect(await listTools(product.ready.mcp, access_token)).not.toContain('search_customers')
  })

  it('holds back what a role gained, until it is accepted for the agent', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'analyst' })
    const { access_token } = await client.authorize()
    await page.goto(`${home}/roles/analyst/edit`)
    await page.check('input[name=scope][value="customers:read"]')
    await press(page, 'Look at the change')
    await press(page, 'Change the role')
    expect(await listTools(product.ready.mcp, access_token)).not.toContain('search_customers')
    await page.goto(`${home}/agents`)
    await leading(page, () =>
      page
        .getByRole('row', { name: /openid-client.*waiting for your yes/ })
        .getByRole('link')
        .first()
        .click(),
    )
    expect(await owner.mistakes('agent-waiting')).toEqual([])
    await press(page, 'Accept')
    expect(await listTools(product.ready.mcp, access_token)).toContain('search_customers')
  })

  it('freezes everything at once, and lets it go on', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'operator' })
    const { access_token } = await client.authorize()
    await page.goto(`${home}/agents`)
    await page.check('input[name=sure]')
    await press(page, 'Freeze this workspace')
    expect(await owner.mistakes('frozen')).toEqual([])
    expect((await list(access_token)).status).not.toBe(200)
    await press(page, 'Unfreeze')
    expect(await owner.mistakes('unfrozen')).toEqual([])
    expect((await list(access_token)).status).toBe(200)
  })

  it('puts an agent into quarantine and lets it out', async () => {
    const { page } = owner
    await page.goto(`${home}/agents`)
    await press(page, 'Quarantine operator')
    expect(await page.textContent('main')).toContain('The agent is in quarantine')
    await press(page, 'Release operator')
    expect(await page.textContent('main')).toContain('The agent is out of quarantine')
  })

  it('makes a role of its own', async () => {
    const { page } = owner
    await page.goto(`${home}/roles/new`)
    await page.fill('#name', 'read-orders')
    await tick(page, 'scope', ['stores:read', 'orders:read'])
    await press(page, 'Make this role')
    expect(page.url()).toContain('/roles/read-orders')
  })

  it('lets an agent in where the browser runs no script at all', async () => {
    const plain = await browser.person({ script: false })
    const client = await clientWithoutScript(plain)
    const { access_token } = await client.authorize()
    expect((await list(access_token)).status).toBe(200)
    await plain.close()
  })

  const clientWithoutScript = (screen: Screen) => {
    const walk = async (address: URL) => {
      await screen.page.goto(address.href)
      expect(await screen.mistakes('sign-in-without-script')).toEqual([])
      await signInOn(screen.page, ownerOf(product.ready))
      expect(await screen.mistakes('consent-without-script')).toEqual([])
      return answerOn(screen.page, { role: 'operator', scopes: ['stores:read'] })
    }
    const { url: issuer, mcp: resource } = product.ready
    return openidClient({ issuer, resource, callback: callback.url, walk })
  }
})
