import { randomUUID } from 'node:crypto'
import { addMember } from '#identity'
import type { Seat } from '#policy'
import type { TestGate } from './gate.ts'
import { type Headless, headless, type Page } from './headless.ts'

/** What a session has shown: a password alone, a second factor long ago, or one just now. */
export type Shown = 'password' | 'stale' | 'fresh'

/** An account with a browser that has signed in to a running gate. */
export type Seated = {
  readonly accountId: string
  readonly email: string
  readonly password: string
  readonly browser: Headless
  /** Signs in again where the session has ended, and sets what it has shown. */
  renew(): Promise<void>
  /** The form token of its browser and session. */
  csrf(): Promise<string>
}

type Place = { readonly workspaceId: string; readonly seat: Seat }

const PASSWORD = 'a long enough password'

/** What of a gate this needs: not all who start one are tests. */
type Running = Pick<TestGate, 'gate'> & {
  readonly foundation: Pick<TestGate['foundation'], 'jobs'>
  readonly database: Pick<TestGate['database'], 'pools'>
}

/** A new account that has signed in, with these seats. */
export async function seated(test: Running, places: readonly Place[], shown: Shown = 'fresh'): Promise<Seated> {
  const account = { email: `${randomUUID()}@example.test`, name: 'Somebody', password: PASSWORD }
  const { accountId, email } = await test.gate.login.createAccount(account)
  for (const { workspaceId, seat } of places) {
    const member = { workspaceId, accountId, email, name: account.name, seat, by: 'test' }
    await test.foundation.jobs.inWorkspace(workspaceId, (tx) => addMember(tx, member))
  }
  const browser = headless(test.gate.url)
  const renew = async () => {
    if (!(await hasSession(test, accountId))) await signIn(browser, { email, password: PASSWORD })
    await show(test, accountId, shown)
  }
  await renew()
  return {
    accountId,
    email,
    password: PASSWORD,
    browser,
    renew,
    csrf: async () => tokenOf(await homeOf(browser, shown)),
  }
}

/** The password step alone. */
export async function signIn(browser: Headless, person: { email: string; password: string }): Promise<Page> {
  const page = await browser.open('/console/sign-in')
  const form = page.forms.find(({ controls }) => controls.some(({ name }) => name === 'password'))
  if (form === undefined) throw new Error(`no sign-in form at ${page.url} (${page.status}): ${page.text}`)
  return browser.submit(page, form, { filled: person })
}

async function hasSession({ database }: Running, accountId: string): Promise<boolean> {
  const { rowCount } = await database.pools.auth.query('select from auth.sessions where user_id = $1', [accountId])
  return rowCount !== 0
}

const AGO: Readonly<Record<Shown, string | null>> = { password: null, stale: '11 minutes', fresh: '0 minutes' }

/** As if a second factor had been shown then: nobody waits eleven minutes for a test. */
async function show({ database }: Running, accountId: string, shown: Shown): Promise<void> {
  const sql = 'update auth.sessions set mfa_at = now() - $2::interval where user_id = $1'
  await database.pools.auth.query(sql, [accountId, AGO[shown]])
}

const homeOf = (browser: Headless, shown: Shown) =>
  browser.open(shown === 'password' ? '/console/second-factor' : '/console/account')

/** The hidden field `csrf` of a page's first form. */
export function tokenOf(page: Page): string {
  const controls = page.forms.flatMap((form) => form.controls)
  const token = controls.find(({ name }) => name === 'csrf')?.value
  if (token === undefined) throw new Error(`no form at ${page.url} (${page.status}): ${page.text}`)
  return token
}
