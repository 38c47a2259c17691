import type { Page } from 'playwright-core'
import { nextCode } from './authenticator.ts'
import type { Consent, Person } from './walk.ts'

/** Does something that leads to another page, and waits until that is there. */
export async function leading(page: Page, act: () => Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), act()])
}

/** Fills fields in by name and sends their form with the return key. */
export async function send(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const names = Object.keys(fields)
  for (const [name, value] of Object.entries(fields)) await page.fill(`input[name="${name}"]:visible`, value)
  await leading(page, () => page.press(`input[name="${names.at(-1)}"]:visible`, 'Enter'))
}

export async function press(page: Page, button: string): Promise<void> {
  await leading(page, () => page.getByRole('button', { name: button, exact: true }).click())
}

/** From the sign-in page to where it leads: the password, then the code. */
export async function signInOn(page: Page, { email, password, totpSecret }: Person): Promise<void> {
  await send(page, { email, password })
  await send(page, { code: await nextCode(totpSecret) })
}

/** From the page that offers a second factor: takes the app. Gives its key and the recovery codes, and goes on. */
export async function enrolAppOn(page: Page): Promise<{ totpSecret: string; recoveryCodes: string[] }> {
  const totpSecret = ((await page.textContent('.seed')) ?? '').replace(/\s/g, '')
  await send(page, { code: await nextCode(totpSecret) })
  const recoveryCodes = await keepRecoveryCodes(page)
  return { totpSecret, recoveryCodes }
}

/** Reads the recovery codes that the page shows once, and goes on. */
export async function keepRecoveryCodes(page: Page): Promise<string[]> {
  const recoveryCodes = await page.locator('.recovery li').allTextContents()
  await leading(page, () => page.getByRole('link', { name: 'I have kept them' }).click())
  return recoveryCodes
}

/** Answers the page that asks, and comes back with the address at the client to which that leads. */
export async function answerOn(page: Page, { role, scopes, decision = 'allow' }: Consent): Promise<URL> {
  const { origin } = new URL(page.url())
  if (role !== undefined) await page.check(`input[name="role"][value="${role}"]`)
  if (scopes !== undefined) await tick(page, 'scope', scopes)
  await page.click(`button[name="decision"][value="${decision}"]`)
  await page.waitForURL((url) => url.origin !== origin)
  return new URL(page.url())
}

/** Ticks exactly these of the boxes that are shown. */
export async function tick(page: Page, name: string, values: readonly string[]): Promise<void> {
  for (const box of await page.locator(`input[name="${name}"]:visible`).all()) {
    await box.setChecked(values.includes((await box.getAttribute('value')) ?? ''))
  }
}

/** Goes to a page of the web app and waits until it shows what it fetched. */
export async function openPage(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await settled(page)
}

/** Waits until the web app shows what it fetched. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main :is(h1, h2):visible').first().waitFor()
  await page
    .locator('main [role=status]', { hasText: /etching / })
    .first()
    .waitFor({ state: 'hidden' })
}

/** Presses a button of the web app, then the one of the dialog that it opens. */
export async function confirmOn(page: Page, button: string, act: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: act, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** Signs out by the menu of a phone. */
export async function signOutOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Workspace/ }).click()
  await leading(page, () => page.getByRole('menuitem', { name: 'Sign out' }).click())
}
