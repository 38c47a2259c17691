import { randomUUID } from 'node:crypto'
import { withClient } from '#store'
import { nextCode } from './authenticator.ts'
import type { TestConsole } from './console.ts'
import { type Headless, headless, type Page } from './headless.ts'
import type { Filled } from './html-forms.ts'

export const PASSWORD = 'seven grey herons at noon'

/** Sends the form of the page that has these fields, or the only one that is not the sign-out of the corner. */
export function send(browser: Headless, page: Page, filled: Filled = {}): Promise<Page> {
  const names = Object.keys(filled)
  const form = page.forms.find(
    ({ action, controls }) =>
      action !== '/console/sign-out' && names.every((name) => controls.some((control) => control.name === name)),
  )
  if (form === undefined) throw new Error(`no form for ${names} at ${page.url} (${page.status}): ${page.text}`)
  return browser.submit(page, form, { filled })
}

export function sendTo(browser: Headless, page: Page, action: string, filled: Filled = {}): Promise<Page> {
  const form = page.forms.find((each) => each.action === action)
  if (form === undefined) throw new Error(`no form ${action} at ${page.url} (${page.status}): ${page.text}`)
  return browser.submit(page, form, { filled })
}

export const where = ({ url }: Page) => url.pathname + url.search

/** The key that the page shows for who cannot scan the picture. */
export function seedOf(page: Page): string {
  const [, grouped] = /class="seed copy">([A-Z2-7 ]+)</.exec(page.html) ?? []
  if (grouped === undefined) throw new Error(`no key at ${page.url}: ${page.text}`)
  return grouped.replaceAll(' ', '')
}

export const recoveryCodesOf = ({ html }: Page) =>
  [...html.matchAll(/<li>([a-z2-7]{5}-[a-z2-7]{5})<\/li>/g)].map(({ 1: code = '' }) => code)

export type Person = { email: string; seed: string; codes: string[]; browser: Headless; accountId: string }

/** Somebody with an authenticator app, signed in. */
export async function newPerson({ world, url }: TestConsole, email = `${randomUUID()}@example.test`): Promise<Person> {
  const { accountId } = await world.login.createAccount({ email, name: 'Ada', password: PASSWORD })
  const browser = headless(url)
  const enrol = await signIn(browser, email)
  const seed = seedOf(enrol)
  const kept = await send(browser, enrol, { code: await nextCode(seed) })
  return { email, seed, codes: recoveryCodesOf(kept), browser, accountId }
}

export async function signIn(browser: Headless, email: string, password = PASSWORD): Promise<Page> {
  return send(browser, await browser.open('/console/sign-in'), { email, password })
}

export const csrfOf = (page: Page) => page.forms[0]?.controls.find(({ name }) => name === 'csrf')?.value ?? ''

/** Records of the instance's chain about this account, by action. */
export async function actsOf({ database }: TestConsole, accountId: string): Promise<string[]> {
  const text = `select header::json->>'action' as action from audit.records where header::json->>'account' = $1 order by seq`
  const { rows } = await withClient(database.superuser, (client) => client.query(text, [accountId]))
  return rows.map(({ action }) => action)
}
