import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addStore, createRoleIn } from '#identity'
import { Secret } from '#kernel'
import { presets } from '#policy'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { openPage } from '../../support/on-screen.ts'
import { openShop, type Shop } from '../../support/shop.ts'

const CORPUS = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script><h1>',
  "' onfocus='alert(1)' autofocus='",
  'javascript:alert(1)',
  '</title><h1>a\u202Eb\u200B\u2066c',
  'שלום עולם <b>مرحبا</b> \u202Eabc',
  `Z\u0301${'\u0335\u0347\u0300'.repeat(20)}algo`,
  '{{constructor.constructor("alert(1)")()}} **bold** [x](javascript:alert(1))',
  'x'.repeat(100),
]

describe.skipIf(!browserRuns)('words of others', () => {
  let shop: Shop
  let browser: Browser
  let screen: Screen
  beforeAll(async () => {
    shop = await openShop()
    browser = await startBrowser()
    screen = await browser.person()
    await screen.context.addCookies(
      shop.owner.browser.jar.names().map((name) => ({
        name,
        value: shop.owner.browser.jar.value(name) ?? '',
        domain: 'localhost',
        path: '/',
        secure: true,
        httpOnly: true,
      })),
    )
  }, 120_000)
  afterAll(async () => {
    await browser?.stop()
    await shop?.stop()
  })

  /** Every name and text that somebody else can choose is these words. */
  async function say(words: string): Promise<{ agentId: string; record: number; role: string }> {
    const { workspaceId } = shop
    const handle = `s-${randomUUID().slice(0, 8)}`
    const role = words.slice(0, 90)
    await addStore(shop.test.foundation, {
      ...{ workspaceId, handle, name: words, origin: 'http://127.0.0.1:9', credential: new Secret('x') },
      ...({ platform: 'shopify', mode: 'test', currency: 'EUR' } as const),
    })
    const agent = await shop.machine('support')
    const { error } = await shop.call(agent.token, 'get_order', { id: words })
    const member = await shop.member('viewer')
    await shop.inside(async (tx) => {
      await createRoleIn(tx, { workspaceId, name: role, definition: presets.analyst, by: 'test' })
      await tx
        .updateTable('tillgate.agents')
        .set({ name: words, purpose: words })
        .where('agent_id', '=', agent.agentId)
        .execute()
      await tx.updateTable('tillgate.members').set({ name: words }).where('account_id', '=', member.accountId).execute()
      await tx.updateTable('tillgate.workspaces').set({ name: words }).where('workspace_id', '=', workspaceId).execute()
    })
    return { agentId: agent.agentId, record: error?.record ?? 0, role }
  }

  it.each(CORPUS)('are shown and never run, on any page of the workspace: %s', async (words) => {
    const { page } = screen
    const { agentId, record, role } = await say(words)
    let ran = 0
    page.on('dialog', (dialog) => {
      ran += 1
      void dialog.dismiss()
    })
    const home = `${shop.test.gate.url}/console/w/shop`
    for (const path of [
      '',
      'activity',
      `activity/${record}`,
      'agents',
      `agents/${agentId}`,
      'roles',
      `roles/${encodeURIComponent(role)}`,
      'stores',
      'members',
      'settings',
      'audit',
    ]) {
      await openPage(page, `${home}/${path}`)
      const { length } = await page
        .locator('main script, main img[src=x], main [onfocus], main [onerror], main b, a[href^="javascript"]')
        .all()
      expect({ path, length }).toEqual({ path, length: 0 })
      const text = (await page.textContent('body')) ?? ''
      // What an admin has named is shown as it is; everything of strangers has nothing hidden.
      if (!path.startsWith('roles')) expect(/[\u202E\u200B\u2066]/.test(text)).toBe(false)
    }
    expect(await screen.mistakes('strangers')).toEqual([])
    expect(ran).toBe(0)
  })
})
