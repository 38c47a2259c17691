import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { type Callback, startCallback } from '../../support/loopback-client.ts'
import { answerOn, confirmOn, leading, openPage, signInOn, tick } from '../../support/on-screen.ts'
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

  const pressed = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  it('shows what an edit of a role means before it is made, and what narrows acts on the next call', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'support' })
    const { access_token } = await client.authorize()
    expect(await listTools(product.ready.mcp, access_token)).toContain('search_customers')
    await openPage(page, `${home}/roles/support/edit`)
    await page.uncheck('input[name=scope][value="customers:read"]')
    await pressed(page, 'Look at the change')
    await page.getByText('have this role now').waitFor()
    expect(await owner.mistakes('role-change')).toEqual([])
    await pressed(page, 'Change the role')
    await page.waitForURL(`${home}/roles/support`)
    expect(await owner.mistakes('role-changed')).toEqual([])
    expect(await listTools(product.ready.mcp, access_token)).not.toContain('search_customers')
  })

  it('holds back what a role gained, until it is accepted for the agent', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'analyst' })
    const { access_token } = await client.authorize()
    await openPage(page, `${home}/roles/analyst/edit`)
    await page.check('input[name=scope][value="customers:read"]')
    await pressed(page, 'Look at the change')
    await pressed(page, 'Change the role')
    await page.waitForURL(`${home}/roles/analyst`)
    expect(await listTools(product.ready.mcp, access_token)).not.toContain('search_customers')
    await openPage(page, `${home}/agents?text=openid-client`)
    await page
      .getByRole('row', { name: /openid-client.*waiting for your yes/ })
      .getByRole('link')
      .click()
    await page.getByText('Its role was widened').waitFor()
    expect(await owner.mistakes('agent-waiting')).toEqual([])
    await pressed(page, 'Accept')
    await page.getByText('Its role was widened').waitFor({ state: 'detached' })
    expect(await listTools(product.ready.mcp, access_token)).toContain('search_customers')
  })

  it('shows the second of two admins what the first has changed', async () => {
    const second = await browser.person()
    await second.page.goto(product.ready.console)
    await signInOn(second.page, ownerOf(product.ready))
    for (const { page } of [owner, second]) await openPage(page, `${home}/roles/merchandiser/edit`)
    await owner.page.uncheck('input[name=scope][value="catalog:write"]')
    await second.page.uncheck('input[name=scope][value="prices:write"]')
    for (const { page } of [owner, second]) {
      await pressed(page, 'Look at the change')
      await pressed(page, 'Change the role')
    }
    await second.page.getByText('Somebody changed this role meanwhile').waitFor()
    expect(await second.mistakes('role-conflict')).toEqual([])
    expect(await second.page.isChecked('input[name=scope][value="prices:write"]')).toBe(false)
    await second.close()
  })

  it('freezes everything at once, and lets it go on', async () => {
    const { page } = owner
    const client = await clientOf(owner, { role: 'operator' })
    const { access_token } = await client.authorize()
    await openPage(page, `${home}/agents`)
    await confirmOn(page, 'Stop every agent', 'Freeze it now')
    await page.getByText('every agent of this workspace is stopped').waitFor()
    expect(await owner.mistakes('frozen')).toEqual([])
    expect((await list(access_token)).status).not.toBe(200)
    await confirmOn(page, 'Unfreeze', 'Unfreeze')
    expect((await list(access_token)).status).toBe(200)
  })

  it('puts an agent into quarantine and lets it out', async () => {
    const { page } = owner
    await openPage(page, `${home}/agents?text=operator`)
    await page.locator('[data-line]').first().click()
    await confirmOn(page, 'Quarantine', 'Quarantine it')
    await page.getByText('In quarantine since').waitFor()
    await confirmOn(page, 'Release from quarantine', 'Release it')
    await page.getByText('In quarantine since').waitFor({ state: 'detached' })
  })

  it('finds a refused call, reads why, and which step said no', async () => {
    const { page } = owner
    await openPage(page, `${home}/activity?outcome=refused`)
    await page
      .getByRole('row', { name: /Review helper.*unlisted/ })
      .first()
      .getByRole('link')
      .click()
    await page.getByText('The role analyst does not have search_customers.').waitFor()
    expect(await page.getByLabel('The steps of the call').textContent()).toMatch(/authorise.*said no/)
    expect(await owner.mistakes('story-refused')).toEqual([])
    await leading(page, () => page.getByRole('link', { name: 'This role' }).click())
    expect(page.url()).toBe(`${home}/roles/analyst`)
  })

  it('narrows the role of an agent to what it has used', async () => {
    const { page } = owner
    await openPage(page, `${home}/agents?text=Stock`)
    await page.locator('[data-line]').first().click()
    await page.getByText('This would have been enough').waitFor()
    expect(await owner.mistakes('narrower')).toEqual([])
    await confirmOn(page, 'Narrow its role', 'Narrow it')
    await page.getByRole('complementary').getByText('merchandiser, narrowed').first().waitFor()
  })

  it('checks the records, and is told that each is where and what it was', async () => {
    const { page } = owner
    await openPage(page, `${home}/audit`)
    await pressed(page, 'Verify now')
    await page.getByText('Every record is where and what it was').waitFor()
    expect(await owner.mistakes('audit-verified')).toEqual([])
  })

  it('makes a role of its own', async () => {
    const { page } = owner
    await openPage(page, `${home}/roles/new`)
    await page.getByLabel('Name', { exact: true }).fill('read-orders')
    await tick(page, 'scope', ['stores:read', 'orders:read'])
    await pressed(page, 'Make this role')
    await page.waitForURL(`${home}/roles/read-orders`)
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
