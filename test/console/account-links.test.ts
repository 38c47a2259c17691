import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkspace, inviteMember } from '#identity'
import { AppError } from '#kernel'
import { withClient } from '#store'
import { actsOf, csrfOf, newPerson, PASSWORD, seedOf, send, sendTo, signIn, where } from '../support/account-steps.ts'
import { nextCode } from '../support/authenticator.ts'
import { startTestConsole, type TestConsole } from '../support/console.ts'
import { headless } from '../support/headless.ts'

let test: TestConsole
beforeAll(async () => {
  test = await startTestConsole()
}, 60_000)
afterAll(() => test?.stop())

const query = (text: string, values: unknown[] = []) =>
  withClient(test.database.superuser, (client) => client.query(text, values))

const person = (email?: string) => newPerson(test, email)

describe('a reset', () => {
  const linkIn = (mail: string | undefined) => /http:\S+/.exec(mail ?? '')?.[0] ?? ''
  const mailTo = async (email: string) => {
    await expect.poll(() => test.mails.some(({ to }) => to === email)).toBe(true)
    return test.mails.findLast(({ to }) => to === email)?.text
  }

  it('answers the same for an address that nobody has, and mails only to the account', async () => {
    const { email } = await person()
    const browser = headless(test.url)
    const page = await browser.open('/console/reset')
    const answers = [await send(browser, page, { email }), await send(browser, page, { email: 'nobody@example.test' })]
    expect(answers[0]?.html).toBe(answers[1]?.html)
    expect(await mailTo(email)).toContain('/console/reset/tg_ln_')
    expect(test.mails.map(({ to }) => to)).not.toContain('nobody@example.test')
  })

  it('sets a new password once, and ends every session', async () => {
    const { email, browser, accountId } = await person()
    const anyone = headless(test.url)
    await send(anyone, await anyone.open('/console/reset'), { email })
    const link = linkIn(await mailTo(email))
    const page = await anyone.open(link)
    expect((await send(anyone, page, { password: 'short' })).status).toBe(400)
    const next = 'nine blue lamps on a wall'
    const done = await send(anyone, page, { password: next })
    expect([where(done), done.text]).toEqual([
      '/console/sign-in?done=password_reset',
      expect.stringContaining('The password is set'),
    ])
    expect((await browser.open('/console/account')).url.pathname).toBe('/console/sign-in')
    expect((await send(anyone, page, { password: 'another long password' })).text).toContain('This link is over')
    expect((await anyone.open(link)).status).toBe(404)
    expect(where(await signIn(headless(test.url), email, next))).toContain('/console/second-factor')
    expect(await actsOf(test, accountId)).toContain('account.reset')
  })

  it('takes the second factor away by a link to the mailbox, asked for after the password', async () => {
    const { email } = await person()
    const browser = headless(test.url)
    const factor = await signIn(browser, email)
    expect(factor.html).toContain('href="/console/lost-factor"')
    await send(browser, await browser.open('/console/lost-factor'))
    const page = await browser.open(linkIn(await mailTo(email)))
    expect(page.text).toContain('Take the second factor away')
    const done = await sendTo(browser, page, page.url.pathname)
    expect(where(done)).toBe('/console/sign-in?done=factor_reset')
    expect(where(await signIn(browser, email))).toContain('/console/enrol')
  })

  it('does not use a set-up link up, nor open by one', async () => {
    const token = await test.world.login.issueLink({ purpose: 'setup', createdBy: 'test', minutes: 30 })
    expect((await headless(test.url).open(`/console/reset/${token.reveal()}`)).status).toBe(404)
  })
})

describe('an invitation', () => {
  let made = 0
  const invite = async (email: string) => {
    made += 1
    const workspace = await createWorkspace(test.world, { slug: `guests-${made}`, name: `Guests ${made}` })
    const { workspaceId } = workspace
    const { token } = await test.world.jobs.inWorkspace(workspaceId, (tx) =>
      inviteMember(tx, { workspaceId, email, seat: 'viewer', by: 'test' }),
    )
    return { ...workspace, path: `/console/invitation/${token.reveal()}` }
  }

  it('makes the account of who is new, of the address that was invited, and then the member', async () => {
    const { path, slug, workspaceId } = await invite('guest@example.test')
    const browser = headless(test.url)
    const page = await browser.open(path)
    expect(page.text).toContain(`Guests ${made}`)
    expect((await send(browser, page, { name: 'Guest', password: 'short' })).status).toBe(400)
    const enrol = await send(browser, page, { name: 'Guest', password: PASSWORD })
    expect(where(enrol)).toBe(`/console/enrol?return=${encodeURIComponent(path)}`)
    await send(browser, enrol, { code: await nextCode(seedOf(enrol)) })
    const joined = await sendTo(browser, await browser.open(path), path)
    expect([where(joined), joined.status]).toEqual([`/console/w/${slug}`, 200])
    const { rows } = await query(
      `select header::json->>'action' as action from audit.records where workspace_id = $1`,
      [workspaceId],
    )
    expect(rows).toEqual([{ action: 'member.join' }])
    const again = await browser.open(path)
    expect([again.status, again.text]).toEqual([410, expect.stringContaining('It was accepted already.')])
    const members = await query('select seat from tillgate.members where workspace_id = $1', [workspaceId])
    expect(members.rows).toEqual([{ seat: 'viewer' }])
  })

  it('asks who has an account to sign in, and comes back', async () => {
    const { email, codes } = await person()
    const { path, slug } = await invite(email)
    const browser = headless(test.url)
    const page = await browser.open(path)
    expect(page.text).toContain(`Sign in as ${email} to join.`)
    const [, link = ''] = /class="button" href="([^"]+)"/.exec(page.html) ?? []
    const factor = await send(browser, await browser.open(link.replaceAll('&amp;', '&')), { email, password: PASSWORD })
    const back = await send(browser, factor, { code: codes[0] ?? '' })
    expect(where(back)).toBe(path)
    expect(where(await sendTo(browser, back, path))).toBe(`/console/w/${slug}`)
  })

  it('opens to no other address, tells it nothing, and signs it out on request', async () => {
    const { path } = await invite('someone@example.test')
    const { browser, accountId } = await person()
    const page = await browser.open(path)
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('This invitation is for somebody else')])
    expect(page.html).not.toMatch(/Guests|someone@example\.test/)
    expect((await browser.post(path, { csrf: csrfOf(page) })).status).toBe(403)
    const { rowCount } = await query('select from tillgate.members where account_id = $1', [accountId])
    expect(rowCount).toBe(0)
    const form = page.forms.find(({ buttons }) => buttons.some(({ text }) => text === 'Sign out and go on'))
    const after = form && (await browser.submit(page, form))
    expect(after && where(after)).toBe(path)
    expect(after?.text).toContain('Make your account')
  })

  it.each([
    ['withdrawn', 'update tillgate.invitations set withdrawn_at = now()', 'It was withdrawn'],
    ['too old', "update tillgate.invitations set expires_at = now() - interval '1 second'", 'It is too old.'],
  ])('that is %s says so and makes nobody a member', async (_what, change, sentence) => {
    const { path, workspaceId } = await invite(`${randomUUID()}@example.test`)
    const browser = headless(test.url)
    const open = await browser.open(path)
    await query(`${change} where workspace_id = $1`, [workspaceId])
    const page = await send(browser, open, { name: 'Late', password: PASSWORD })
    expect([page.status, page.text]).toEqual([410, expect.stringContaining(sentence)])
    const { rowCount } = await query('select from tillgate.members where workspace_id = $1', [workspaceId])
    expect(rowCount).toBe(0)
  })

  it('that nobody made is not there', async () => {
    expect((await headless(test.url).open('/console/invitation/tg_in_nothing')).status).toBe(404)
  })
})

describe('without mail', () => {
  it('resets are what the operator gives', async () => {
    const silent = await startTestConsole({ mail: false })
    try {
      const page = await headless(silent.url).open('/console/reset')
      expect(page.text).toContain('tillgate member reset EMAIL')
      expect(page.forms).toEqual([])
    } finally {
      await silent.stop()
    }
  })
})

it('nothing of all this was a mistake inside', () => {
  expect(test.mistakes.filter((mistake) => !(mistake instanceof AppError))).toEqual([])
})
