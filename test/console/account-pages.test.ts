import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '#kernel'
import { withClient } from '#store'
import {
  actsOf,
  csrfOf,
  newPerson,
  PASSWORD,
  recoveryCodesOf,
  seedOf,
  send,
  sendTo,
  signIn,
  where,
} from '../support/account-steps.ts'
import { codeOf, nextCode } from '../support/authenticator.ts'
import { startTestConsole, type TestConsole } from '../support/console.ts'
import { type Headless, headless } from '../support/headless.ts'

let test: TestConsole
beforeAll(async () => {
  test = await startTestConsole()
}, 60_000)
afterAll(() => test?.stop())

const query = (text: string, values: unknown[] = []) =>
  withClient(test.database.superuser, (client) => client.query(text, values))

const person = (email?: string) => newPerson(test, email)

const sessionOf = (browser: Headless) => browser.jar.value('__Host-tillgate-session')

describe('setting up', () => {
  const fields = { name: 'Ada', email: 'ada@example.test', password: PASSWORD, workspace: 'Köhler & Söhne', slug: '' }
  const link = async () =>
    (await test.world.login.issueLink({ purpose: 'setup', createdBy: 'test', minutes: 30 })).reveal()

  it('keeps the link while a form is wrong, and says beside the field what', async () => {
    const token = await link()
    const browser = headless(test.url)
    const page = await browser.open(`/console/setup/${token}`)
    for (const [wrong, sentence] of [
      [{ password: 'short' }, 'A password has 12 to 128 characters.'],
      [{ email: 'ada' }, 'This is not an e-mail address.'],
      [{ slug: 'a b' }, 'A short name has 2 to 39 small letters, digits and hyphens.'],
      [{ workspace: '  ' }, 'A workspace name has 1 to 100 characters.'],
    ] as const) {
      const again = await send(browser, page, { ...fields, ...wrong })
      expect(again.status).toBe(400)
      expect(again.text).toContain(sentence)
    }
    expect(await test.world.login.readLink(token)).toMatchObject({ purpose: 'setup' })
  })

  it('makes one owner, also when two come at once, and then never again', async () => {
    const token = await link()
    const two = [headless(test.url), headless(test.url)]
    const pages = await Promise.all(two.map((browser) => browser.open(`/console/setup/${token}`)))
    const answers = await Promise.all(
      pages.map((page, index) =>
        send(two[index] ?? headless(test.url), page, {
          ...fields,
          email: `owner${index}@example.test`,
          slug: `first-${index}`,
        }),
      ),
    )
    expect(answers.map(where).sort()).toEqual([`/console/enrol?return=%2Fconsole`, `/console/setup/${token}`])
    const { rows } = await query(
      'select w.slug, m.seat from tillgate.members m join tillgate.workspaces w using (workspace_id)',
    )
    expect(rows).toEqual([{ slug: expect.stringMatching(/^first-[01]$/), seat: 'owner' }])
    const late = await headless(test.url).open(`/console/setup/${await link()}`)
    expect([late.status, late.text]).toEqual([404, expect.stringContaining('This set-up link is over')])
  })
})

describe('a password alone', () => {
  it('leads to the second factor and opens nothing else', async () => {
    const { accountId } = await test.world.login.createAccount({
      email: 'half@example.test',
      name: 'Half',
      password: PASSWORD,
    })
    const browser = headless(test.url)
    const page = await signIn(browser, 'half@example.test')
    expect(where(page)).toBe('/console/enrol?return=%2Fconsole')
    expect(where(await browser.open('/console/account'))).toContain('/console/enrol')
    expect(where(await browser.open('/console'))).toContain('/console/enrol')
    expect(await actsOf(test, accountId)).toEqual([])
  })

  it('adds no second factor beside the one that there is', async () => {
    const { email } = await person()
    const browser = headless(test.url)
    const asked = await signIn(browser, email)
    expect(where(asked)).toBe('/console/second-factor?return=%2Fconsole')
    const enrol = await browser.open('/console/enrol?return=/console/account')
    expect(where(enrol)).toBe('/console/second-factor?return=%2Fconsole%2Fenrol%3Freturn%3D%252Fconsole%252Faccount')
    const options = await browser.post('/console/passkeys/add/options', { csrf: csrfOf(asked) })
    expect([options.status, JSON.parse(options.html)]).toEqual([
      403,
      { error: 'Show your second factor first, then try again.' },
    ])
  })
})

describe('enrolling an authenticator app', () => {
  it('keeps the key over reloads and wrong codes, then shows recovery codes once', async () => {
    await test.world.login.createAccount({ email: 'new@example.test', name: 'New', password: PASSWORD })
    const browser = headless(test.url)
    const first = await signIn(browser, 'new@example.test')
    const wrong = await send(browser, first, { code: '000000' })
    expect([wrong.status, wrong.text]).toEqual([403, expect.stringContaining('That code is wrong.')])
    const again = await browser.open('/console/enrol?return=/console/account')
    expect([seedOf(wrong), seedOf(again)]).toEqual([seedOf(first), seedOf(first)])
    const before = sessionOf(browser)
    const kept = await send(browser, again, { code: await nextCode(seedOf(first)) })
    expect(recoveryCodesOf(kept)).toHaveLength(10)
    expect(kept.html).toContain('href="/console/account"')
    expect(sessionOf(browser)).not.toBe(before)
    const account = await browser.open('/console/account')
    expect(account.text).toContain('10 left')
    expect(recoveryCodesOf(account)).toEqual([])
    expect(where(await browser.open('/console/enrol'))).toBe('/console/account')
  })
})

describe('signing in', () => {
  it('takes password and code, ends at the page that was asked for, and is recorded', async () => {
    const { email, seed, accountId } = await person()
    const browser = headless(test.url)
    const asked = await browser.open('/console/account?x=1')
    expect(where(asked)).toBe('/console/sign-in?return=%2Fconsole%2Faccount%3Fx%3D1')
    const factor = await send(browser, asked, { email, password: PASSWORD })
    const account = await send(browser, factor, { code: await nextCode(seed) })
    expect([where(account), account.status]).toEqual(['/console/account?x=1', 200])
    expect((await browser.open('/console/sign-in?return=/console/account')).url.pathname).toBe('/console/account')
    expect(await actsOf(test, accountId)).toEqual(['account.enrol', 'account.sign_in', 'account.sign_in'])
  })

  it('says the same of a wrong password and of an address that nobody has, and counts both', async () => {
    const { email } = await person()
    const sentence = 'The e-mail address or the password is wrong.'
    const texts = []
    for (const address of [email, 'nobody@example.test']) {
      const page = await signIn(headless(test.url), address, 'the wrong password')
      expect([page.status, page.text]).toEqual([403, expect.stringContaining(sentence)])
      texts.push(page.html.replaceAll(/name="csrf" value="[^"]*"|data-csrf="[^"]*"|value="[^"]*@[^"]*"/g, ''))
    }
    expect(texts[0]).toBe(texts[1])
    await test.world.refusals.flush()
    const { rows } = await query(
      `select sum((header::json->>'count')::int)::int as count from audit.records
       where header::json->>'step' = 'sign_in' and header::json->>'reason' = 'refused'`,
    )
    expect(rows[0].count).toBeGreaterThanOrEqual(2)
  })

  it('says how long a locked account is shut, also to the right password', async () => {
    const { email } = await person()
    const browser = headless(test.url)
    for (let tries = 0; tries < 10; tries += 1) await signIn(browser, email, 'the wrong password')
    const locked = await signIn(browser, email)
    expect([locked.status, locked.text]).toEqual([
      429,
      expect.stringMatching(/There were too many wrong tries\. Wait 1[45] minutes, then try again\./),
    ])
  })

  it('takes each code once, and a recovery code once', async () => {
    const { email, codes, seed } = await person()
    const [code = ''] = codes
    const used = codeOf(seed)
    const browser = headless(test.url)
    const factor = await signIn(browser, email)
    expect((await send(browser, factor, { code: used })).text).toContain('That code is wrong, or it was used already.')
    expect(where(await send(browser, factor, { code: code.toUpperCase() }))).toBe('/console')
    const later = headless(test.url)
    const again = await send(later, await signIn(later, email), { code })
    expect([again.status, again.text]).toEqual([403, expect.stringContaining('You have 9 left.')])
  })

  it('goes on to no page but ours, wherever the page was told to go', async () => {
    const { email, codes, browser: known } = await person()
    const browser = headless(test.url)
    const wanted = 'https://elsewhere.example/console'
    const asked = `return=${encodeURIComponent(wanted)}`
    const csrf = csrfOf(await browser.open(`/console/sign-in?${asked}`))
    const factor = await browser.post('/console/sign-in', { csrf, email, password: PASSWORD, return: wanted })
    expect([factor.hasLeft, where(factor)]).toEqual([false, '/console/second-factor?return=%2Fconsole'])
    const shown = { csrf: csrfOf(factor), code: codes[0] ?? '', return: wanted }
    const last = await browser.post('/console/second-factor', shown)
    expect([last.hasLeft, where(last)]).toEqual([false, '/console'])
    const passed = await known.open(`/console/sign-in?${asked}`)
    expect([passed.hasLeft, where(passed)]).toEqual([false, '/console'])
    expect((await known.open(`/console/second-factor?${asked}`)).html).not.toContain('elsewhere')
    const out = await known.open('/console/account')
    const left = await known.post('/console/sign-out', { csrf: csrfOf(out), return: wanted })
    expect([left.hasLeft, where(left)]).toEqual([false, '/console/sign-in?return=%2Fconsole'])
  })

  it('is shut for a while to an address that tries too often', async () => {
    const from = { 'x-test-address': '192.0.2.99' }
    const browser = headless(test.url)
    const csrf = csrfOf(await browser.open('/console/sign-in'))
    const cookie = browser.jar.header(new URL(test.url)) ?? ''
    const tried = async (path: string, headers = {}) => {
      const body = new URLSearchParams({ csrf, email: 'nobody@example.test' })
      const init = { method: 'POST', headers: { cookie, ...headers }, body }
      return (await fetch(new URL(`/console/${path}`, test.url), init)).status
    }
    const paths = ['reset', 'sign-in', 'reset/x', 'invitation/x', 'setup/x', 'passkeys/sign-in/options']
    for (const path of paths) {
      let status = 0
      // Some tries are given back while a slow machine makes others.
      for (let tries = 0; tries < 200 && status !== 429; tries += 1) status = await tried(path, from)
      expect([path, status]).toEqual([path, 429])
    }
    expect(await tried('reset')).toBe(200)
  })

  it('never goes on with a session or a form that somebody else put into the browser', async () => {
    const [mallory, ada] = [await person(), await person()]
    const browser = headless(test.url)
    const planted = `__Host-tillgate-session=${sessionOf(mallory.browser)}; Path=/; Secure; HttpOnly`
    browser.jar.take(new URL(test.url), [planted])
    const asked = await browser.open('/console/second-factor')
    const plantedSession = sessionOf(browser)
    await send(browser, asked, { code: mallory.codes[0] ?? '' })
    expect(sessionOf(browser)).not.toBe(plantedSession)
    const fresh = headless(test.url)
    const half = await signIn(fresh, ada.email)
    const afterPassword = sessionOf(fresh)
    await send(fresh, half, { code: ada.codes[0] ?? '' })
    expect(sessionOf(fresh)).not.toBe(afterPassword)
    const thief = headless(test.url)
    thief.jar.take(new URL(test.url), [`__Host-tillgate-session=${afterPassword}; Path=/; Secure; HttpOnly`])
    expect((await thief.open('/console/account')).url.pathname).toBe('/console/sign-in')
  })

  it('refuses a form of another browser, of the time before, and of another origin', async () => {
    const { email } = await person()
    const [browser, other] = [headless(test.url), headless(test.url)]
    const page = await browser.open('/console/sign-in')
    const fields = { email, password: PASSWORD, return: '' }
    const theirs = csrfOf(await other.open('/console/sign-in'))
    expect((await browser.post('/console/sign-in', { ...fields, csrf: theirs })).status).toBe(403)
    const foreign = await fetch(new URL('/console/sign-in', test.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'https://elsewhere.example', cookie: browser.jar.header(new URL(test.url)) ?? '' },
      body: new URLSearchParams({ ...fields, csrf: csrfOf(page) }),
    })
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([403, []])
    await signIn(browser, email)
    expect((await browser.post('/console/sign-out', { csrf: csrfOf(page) })).status).toBe(403)
  })
})

describe('signing out', () => {
  it('ends the session on the server, not only in the browser', async () => {
    const { browser } = await person()
    const token = sessionOf(browser)
    const account = await browser.open('/console/account')
    const out = await sendTo(browser, account, '/console/sign-out')
    expect([where(out), out.text]).toEqual([
      '/console/sign-in?done=signed_out',
      expect.stringContaining('You are signed out.'),
    ])
    const thief = headless(test.url)
    thief.jar.take(new URL(test.url), [`__Host-tillgate-session=${token}; Path=/; Secure; HttpOnly`])
    expect((await thief.open('/console/account')).url.pathname).toBe('/console/sign-in')
  })
})

describe('the account', () => {
  it('lists its sessions and ends the others', async () => {
    const { email, codes, browser } = await person()
    const other = headless(test.url)
    await send(other, await signIn(other, email), { code: codes[0] ?? '' })
    const page = await browser.open('/console/account')
    const ends = page.forms.filter(({ action }) => /sessions\/[0-9a-f-]+\/end$/.test(action))
    expect(ends).toHaveLength(1)
    const done = await sendTo(browser, page, ends[0]?.action ?? '')
    expect(done.text).toContain('The session is ended.')
    expect((await other.open('/console/account')).url.pathname).toBe('/console/sign-in')
    expect((await browser.open('/console/account')).status).toBe(200)
  })

  it('changes its password for who knows the old one, and ends the other sessions', async () => {
    const { email, codes, browser } = await person()
    const other = headless(test.url)
    await send(other, await signIn(other, email), { code: codes[0] ?? '' })
    const page = await browser.open('/console/account')
    const next = 'nine blue lamps on a wall'
    const wrong = await send(browser, page, { current: 'not the password', next })
    expect([wrong.status, wrong.text]).toEqual([403, expect.stringContaining('This is not your password.')])
    const weak = await send(browser, page, { current: PASSWORD, next: 'short' })
    expect([weak.status, weak.text]).toEqual([400, expect.stringContaining('A password has 12 to 128 characters.')])
    const done = await send(browser, page, { current: PASSWORD, next })
    expect(done.text).toContain('The password is changed')
    expect((await other.open('/console/account')).url.pathname).toBe('/console/sign-in')
    expect((await signIn(headless(test.url), email)).status).toBe(403)
    expect(where(await signIn(headless(test.url), email, next))).toContain('/console/second-factor')
  })

  it('shows new recovery codes once, in place of the old ones', async () => {
    const { email, codes, browser } = await person()
    const shown = await sendTo(browser, await browser.open('/console/account'), '/console/account/recovery-codes')
    const fresh = recoveryCodesOf(shown)
    expect(fresh).toHaveLength(10)
    const later = headless(test.url)
    const factor = await signIn(later, email)
    expect((await send(later, factor, { code: codes[0] ?? '' })).status).toBe(403)
    expect(where(await send(later, factor, { code: fresh[0] ?? '' }))).toBe('/console')
  })
})

it('nothing of all this was a mistake inside', () => {
  expect(test.mistakes.filter((mistake) => !(mistake instanceof AppError))).toEqual([])
})
