import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeRole, createRoleIn, listAgents, type Workspace } from '#identity'
import type { Seat } from '#policy'
import { startTestGate, type TestGate } from '../support/gate.ts'
import type { Headless, Page } from '../support/headless.ts'
import { type Seated, seated } from '../support/seated.ts'

const CALLBACK = 'http://127.0.0.1:3999/callback'

let test: TestGate
let shop: Workspace
let other: Workspace
/** Owner, who connects nothing in these tests. */
let owner: Seated
let viewer: Seated
/** Registered once: registrations are few a minute. */
let claude: string

beforeAll(async () => {
  test = await startTestGate()
  shop = await test.workspace('shop')
  other = await test.workspace('other')
  owner = await newMember('owner')
  viewer = await newMember('viewer')
  claude = await newClient('Claude')
}, 120_000)
afterAll(() => test?.stop())

const newMember = (seat: Seat) => seated(test, [{ workspaceId: shop.workspaceId, seat }])

async function newClient(name: string): Promise<string> {
  const metadata = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none', client_name: name }
  const answer = await fetch(`${test.gate.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  const { client_id } = Object(await answer.json())
  return client_id
}

type Asked = { clientId?: string; resource?: string; scope?: string }

/** From the authorization URL to the page that asks, in a browser that is signed in. */
async function ask(
  browser: Headless,
  { clientId = claude, resource = '/mcp/w/shop', scope }: Asked = {},
): Promise<Page> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: CALLBACK,
    state: 's1',
    resource: `${test.gate.url}${resource}`,
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...(scope !== undefined && { scope }),
  })
  return browser.open(`/oauth/authorize?${query}`)
}

const consentForm = (page: Page) => {
  const form = page.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'decision'))
  if (form === undefined) throw new Error(`nothing to decide at ${page.url} (${page.status}): ${page.text}`)
  return form
}

const values = (page: Page, name: string) => consentForm(page).controls.filter((control) => control.name === name)
const ticked = (page: Page, name: string) =>
  values(page, name)
    .filter(({ isChosen }) => isChosen)
    .map(({ value }) => value)

const csrfOf = (page: Page) => values(page, 'csrf')[0]?.value ?? ''

/** The fields that the contract names; `shown` is what a browser sends besides. */
type Answer = {
  workspace?: string
  role?: string
  stores?: readonly string[]
  scopes?: readonly string[]
  shown?: readonly string[]
  decision?: string
  csrf?: string
}

function answer(browser: Headless, page: Page, given: Answer = {}): Promise<Page> {
  const { workspace = 'shop', role = 'analyst', stores = ['harbour'], scopes = ['orders:read'] } = given
  const { decision = 'allow', csrf = csrfOf(page), shown = [] } = given
  const fields = new URLSearchParams({ workspace, role, decision, csrf })
  for (const store of stores) fields.append('store', store)
  for (const scope of scopes) fields.append('scope', scope)
  for (const version of shown) fields.append('shown', version)
  return browser.post(page.url.pathname, fields)
}

const agentsIn = ({ workspaceId }: Workspace) => test.foundation.jobs.inWorkspace(workspaceId, (tx) => listAgents(tx))
const agentsOf = async ({ accountId }: Seated, where = shop) =>
  (await agentsIn(where)).filter((agent) => agent.accountId === accountId)

/** What the chain of the workspace says was done. */
async function actionsIn({ workspaceId }: Workspace): Promise<string[]> {
  const rows = await test.foundation.jobs.inWorkspace(workspaceId, (tx) =>
    tx.selectFrom('audit.records').select('header').orderBy('seq').execute(),
  )
  return rows.map(({ header }) => JSON.parse(header).action)
}

describe('the page that asks', () => {
  it('says who asks, that nobody vouches for the name, where the answer goes, and for which workspace', async () => {
    const page = await ask(owner.browser)
    expect(page.status).toBe(200)
    expect(page.html).toContain('<q class="theirs"><bdi>Claude</bdi></q>')
    for (const words of ['nobody vouches', '127.0.0.1:3999', 'any program on your computer', 'TEST', 'shop']) {
      expect(page.text).toContain(words)
    }
  })

  it('lets its form lead to that client and no other', async () => {
    const page = await ask(owner.browser)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("form-action 'self' http://127.0.0.1:3999;")
    const start = await owner.browser.open('/console/account')
    expect(start.headers.get('content-security-policy')).toContain("form-action 'self';")
  })

  it('puts Deny first, focuses neither, and runs no script', async () => {
    const page = await ask(owner.browser)
    expect(consentForm(page).buttons.map(({ value }) => value)).toEqual(['deny', 'allow'])
    expect(page.html).not.toContain('autofocus')
    expect(page.html).not.toContain('<script')
  })

  it('proposes no more than was asked for, in the narrowest role that has it', async () => {
    const page = await ask(owner.browser, { scope: 'orders:read refunds:create' })
    expect(ticked(page, 'role')).toEqual(['support'])
    expect(ticked(page, 'scope').sort()).toEqual(['orders:read', 'refunds:create'])
    expect(ticked(page, 'store')).toEqual(['harbour'])
    expect(ticked(page, 'days')).toEqual(['90'])
  })

  it('offers a viewer nothing that changes anything', async () => {
    const page = await ask(viewer.browser)
    const scopes = values(page, 'scope').map(({ value }) => value)
    expect(scopes.length).toBeGreaterThan(0)
    expect(scopes.filter((scope) => !scope.endsWith(':read'))).toEqual([])
  })

  it('asks which workspace first where it could be several', async () => {
    const places = [shop, other].map(({ workspaceId }) => ({ workspaceId, seat: 'owner' as const }))
    const person = await seated(test, places)
    const first = await ask(person.browser, { resource: '/mcp' })
    const form = first.forms.find(({ method, controls }) => method === 'GET' && controls.length > 0)
    if (form === undefined) throw new Error(first.text)
    const page = await person.browser.submit(first, form, { filled: { workspace: ['other'] } })
    expect(values(page, 'workspace').map(({ value }) => value)).toEqual(['other'])
    await answer(person.browser, page, { workspace: 'other' })
    expect(await agentsOf(person, other)).toHaveLength(1)
    expect(await agentsOf(person, shop)).toHaveLength(0)
  })
})

describe('Allow', () => {
  it('makes one grant with what was ticked, recorded, and sends the browser back with a code', async () => {
    const person = await newMember('owner')
    const back = await answer(person.browser, await ask(person.browser))
    expect(back.hasLeft).toBe(true)
    expect(back.url.origin + back.url.pathname).toBe(CALLBACK)
    expect(back.url.searchParams.get('code')).not.toBeNull()
    const [agent, ...more] = await agentsOf(person)
    expect(more).toEqual([])
    expect(agent).toMatchObject({ name: 'Claude', role: 'analyst', scopes: ['orders:read'], stores: ['harbour'] })
    const days = ((agent?.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(89.9)
    expect(days).toBeLessThanOrEqual(90)
    expect(await actionsIn(shop)).toContain('grant.consent')
  })

  it('works once: the same form again finds the request over and writes nothing', async () => {
    const person = await newMember('owner')
    const page = await ask(person.browser)
    await answer(person.browser, page)
    const again = await answer(person.browser, page)
    expect(again.status).toBe(404)
    expect(again.text).toContain('This request is over')
    expect(await agentsOf(person)).toHaveLength(1)
    expect((await person.browser.open(page.url)).text).toContain('This request is over')
  })

  it('keeps the grant of before and shows first what is asked for beyond it', async () => {
    const person = await newMember('owner')
    await answer(person.browser, await ask(person.browser), { role: 'support' })
    const [before] = await agentsOf(person)
    const page = await ask(person.browser, { scope: 'orders:read refunds:create' })
    expect(page.text).toContain('It asks for more')
    expect(page.text).toMatch(/pay money back to customers .*It already may: see orders/)
    expect(ticked(page, 'grant')).toEqual([before?.grantId])
    const scopes = ['orders:read', 'refunds:create']
    await answer(person.browser, page, { role: 'support', scopes })
    const [after, ...more] = await agentsOf(person)
    expect(more).toEqual([])
    expect(after).toMatchObject({ grantId: before?.grantId, scopes })
  })

  it('takes nothing that the chosen role does not have', async () => {
    const person = await newMember('owner')
    await answer(person.browser, await ask(person.browser), { scopes: ['orders:read', 'refunds:create', 'no:such'] })
    expect((await agentsOf(person))[0]?.scopes).toEqual(['orders:read'])
  })

  it.each([
    ['nothing that the agent may do', { scopes: [] }, 'at least one thing'],
    ['only what the role does not have', { scopes: ['refunds:create'] }, 'at least one thing'],
    ['no store', { stores: [] }, 'at least one store'],
    ['a store of another workspace', { stores: ['harbour', 'elsewhere'] }, 'is not connected'],
    ['a role that is not there', { role: 'emperor' }, 'one of the roles'],
  ] satisfies [string, Answer, string][])(
    'refuses %s, beside its field, and writes nothing',
    async (_, given, words) => {
      const page = await answer(owner.browser, await ask(owner.browser), given)
      expect(page.status).toBe(400)
      expect(page.html).toMatch(new RegExp(`<p class="field-error" id="error-\\w+" role="alert">[^<]*${words}`))
      expect(page.headers.get('content-security-policy')).toContain('http://127.0.0.1:3999')
      expect(await agentsOf(owner)).toEqual([])
    },
  )

  it('is looked at again where the role was changed since the page was shown', async () => {
    const person = await newMember('owner')
    const named = { workspaceId: shop.workspaceId, name: 'changing', by: 'test' }
    const definition = (personal: string) => ({ scopes: ['orders:read'], personal, strangers_text: 'mark' })
    const { jobs } = test.foundation
    await jobs.inWorkspace(shop.workspaceId, (tx) => createRoleIn(tx, { ...named, definition: definition('mask') }))
    const page = await ask(person.browser)
    await jobs.inWorkspace(shop.workspaceId, (tx) => changeRole(tx, { ...named, definition: definition('clear') }))
    const asShown = (page: Page) => ({ role: 'changing', shown: values(page, 'shown').map(({ value }) => value) })
    const refused = await answer(person.browser, page, asShown(page))
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('The role was changed while you looked at it')
    expect(await agentsOf(person)).toEqual([])
    expect((await answer(person.browser, refused, asShown(refused))).hasLeft).toBe(true)
  })

  it('can be had from the form that was refused', async () => {
    const person = await newMember('owner')
    const refused = await answer(person.browser, await ask(person.browser), { scopes: [] })
    expect((await answer(person.browser, refused)).hasLeft).toBe(true)
  })

  it('gives nothing that the seat does not, whatever a forged form names', async () => {
    const forged = { role: 'operator', scopes: ['orders:read', 'refunds:create'] }
    const page = await answer(viewer.browser, await ask(viewer.browser), forged)
    expect(page.status).toBe(400)
    expect(page.text).toContain('Your seat cannot give all of this')
    expect(await agentsOf(viewer)).toEqual([])
  })

  it.each([
    ['/mcp/w/shop', 'other'],
    ['/mcp', 'other'],
    ['/mcp', 'nowhere'],
  ])('for %s does nothing in the workspace %s, of which the person is no member', async (resource, workspace) => {
    const page = await answer(owner.browser, await ask(owner.browser, { resource }), { workspace })
    expect(page.status).toBe(404)
    expect(await agentsOf(owner)).toEqual([])
    expect(await agentsOf(owner, other)).toEqual([])
  })

  it('is not there for a resource of a workspace of others, which looks like one that is not there', async () => {
    const pages = await Promise.all(
      ['/mcp/w/other', '/mcp/w/nowhere'].map((resource) => ask(owner.browser, { resource })),
    )
    expect(pages.map(({ status, text }) => ({ status, text }))[0]).toEqual({ status: 404, text: pages[1]?.text })
    expect(pages[0]?.forms.flatMap(({ buttons }) => buttons.map(({ value }) => value))).not.toContain('allow')
  })
})

describe('Deny', () => {
  it('tells the client no and writes no grant', async () => {
    const back = await answer(owner.browser, await ask(owner.browser), { decision: 'deny' })
    expect(back.hasLeft).toBe(true)
    expect(back.url.searchParams.get('error')).toBe('access_denied')
    expect(await agentsOf(owner)).toEqual([])
  })

  it('is possible where Allow is not', async () => {
    const page = await ask(owner.browser, { resource: '/mcp/w/other' })
    const back = await owner.browser.submit(page, consentForm(page), { button: { name: 'decision', value: 'deny' } })
    expect(back.url.searchParams.get('error')).toBe('access_denied')
  })

  it('is not what a form without an answer means', async () => {
    expect((await answer(owner.browser, await ask(owner.browser), { decision: 'maybe' })).status).toBe(400)
  })
})

describe('an answer that is not of the person at this browser', () => {
  it('is refused with a forged token, and with that of another request', async () => {
    const page = await ask(owner.browser)
    const second = await ask(owner.browser)
    for (const csrf of ['', 'x'.repeat(43), csrfOf(second), await owner.csrf()]) {
      expect((await answer(owner.browser, page, { csrf })).status).toBe(403)
    }
    expect(await agentsOf(owner)).toEqual([])
  })

  it('is refused in another browser, even of the same workspace', async () => {
    const [person, colleague] = [owner, viewer]
    const page = await ask(person.browser)
    const there = await colleague.browser.open(page.url)
    expect({ status: there.status, text: there.text }).toMatchObject({ status: 404 })
    expect(there.text).toContain('This request is over')
    expect((await answer(colleague.browser, page)).status).toBe(403)
    expect(await agentsOf(colleague)).toEqual([])
  })

  it('is refused when another account has signed in to the browser since the page was shown', async () => {
    const [person, colleague] = [await newMember('owner'), viewer]
    const page = await ask(person.browser)
    const session = colleague.browser.jar.names().find((name) => name.includes('session')) ?? ''
    const value = colleague.browser.jar.value(session)
    person.browser.jar.take(page.url, [`${session}=${value}; Path=/; Secure; HttpOnly`])
    expect((await answer(person.browser, page)).status).toBe(403)
    expect(await agentsOf(colleague)).toEqual([])
  })
})

describe('the words of a client', () => {
  const corpus = [
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '</q></bdi><h1>Tillgate',
  ]

  it.each(corpus)('are never markup: %s', async (name) => {
    const page = await ask(owner.browser, { clientId: await newClient(name) })
    expect(page.status).toBe(200)
    expect(page.html).not.toContain(name)
    expect(page.html.match(/<(img|script|h1)\b/g)).toEqual(['<img', '<h1'])
  })
})
