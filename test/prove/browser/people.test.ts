import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authenticator, type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import {
  enrolAppOn,
  keepRecoveryCodes,
  leading,
  openPage,
  press,
  send,
  signInOn,
  signOutOn,
} from '../../support/on-screen.ts'
import { operate } from '../../support/operator.ts'
import { ownerOf } from '../../support/people.ts'
import { type Product, startProduct } from '../../support/product.ts'
import type { Person } from '../../support/walk.ts'

describe.skipIf(!browserRuns)('people at their browsers', () => {
  let product: Product
  let browser: Browser
  let owner: Screen
  let home: string
  beforeAll(async () => {
    product = await startProduct()
    browser = await startBrowser()
    owner = await browser.person()
    home = `${product.ready.console}/w/${product.ready.workspace.slug}`
    await owner.page.goto(product.ready.console)
    await signInOn(owner.page, ownerOf(product.ready))
  })
  afterAll(async () => {
    await browser.stop()
    await product.stop()
  })

  /** The owner invites an address and reads the link that is shown once. */
  async function invite(email: string, seat: string): Promise<string> {
    const { page } = owner
    await openPage(page, `${home}/members`)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Seat').selectOption(seat)
    await page.getByRole('button', { name: 'Invite', exact: true }).click()
    const link = page.locator('pre', { hasText: '/console/invitation/' })
    await link.waitFor()
    expect(await owner.mistakes('invited')).toEqual([])
    return (await link.textContent()) ?? ''
  }

  describe('who is invited', () => {
    const newcomer = { email: 'ines@example.test', password: 'seven green bottles on the wall' }
    let screen: Screen
    let person: Person
    let recoveryCodes: string[]
    beforeAll(async () => {
      screen = await browser.person()
    })
    afterAll(() => screen.close())

    it('makes an account, sets up an app, keeps the recovery codes and joins', async () => {
      const { page } = screen
      await page.goto(await invite(newcomer.email, 'approver'))
      expect(await screen.mistakes('invitation')).toEqual([])
      await send(page, { name: 'Ines', password: newcomer.password })
      expect(await screen.mistakes('enrol')).toEqual([])
      const enrolled = await enrolAppOn(page)
      expect(enrolled.recoveryCodes).toHaveLength(10)
      recoveryCodes = enrolled.recoveryCodes
      person = { ...newcomer, totpSecret: enrolled.totpSecret }
      expect(await screen.mistakes('join')).toEqual([])
      await press(page, 'Join')
      expect(page.url()).toBe(home)
      await openPage(page, `${home}/agents`)
      expect(await page.textContent('h1')).toBe('Your agents')
    })

    it('cannot use the invitation a second time', async () => {
      const link = await invite('once@example.test', 'viewer')
      const other = await browser.person()
      await other.page.goto(link)
      await send(other.page, { name: 'Once', password: 'a password that nobody has' })
      await enrolAppOn(other.page)
      await press(other.page, 'Join')
      await other.page.goto(link)
      expect(await other.page.textContent('main')).toContain('It was accepted already')
      await other.close()
    })

    it('comes in with a recovery code where the app is lost, and each code works once', async () => {
      const { page } = screen
      const [code = ''] = recoveryCodes
      await signOutOn(page)
      await send(page, { email: person.email, password: person.password })
      await page.click('summary:has-text("Use a recovery code")')
      await page.fill('#recovery', code)
      await leading(page, () => page.press('#recovery', 'Enter'))
      expect(page.url()).toBe(home)
      await signOutOn(page)
      await send(page, { email: person.email, password: person.password })
      await page.click('summary:has-text("Use a recovery code")')
      await page.fill('#recovery', code)
      await leading(page, () => page.press('#recovery', 'Enter'))
      expect(await page.textContent('main')).toContain('That code is wrong, or it was used already')
      expect(await screen.mistakes('wrong-code')).toEqual([])
    })

    it('sets a new password by the link of the operator, and every session is over', async () => {
      const { page } = screen
      const { reset } = operate(product, ['member', 'reset', person.email])
      await page.goto(String(reset?.link))
      expect(await screen.mistakes('reset')).toEqual([])
      person = { ...person, password: 'another long password of hers' }
      await send(page, { password: person.password })
      expect(await page.textContent('main')).toContain('The password is set')
      await signInOn(page, person)
      await page.goto(String(reset?.link))
      expect(await page.textContent('main')).toContain('This link is over')
    })

    it('sets up a new second factor by the link of the operator', async () => {
      const { page } = screen
      const { reset } = operate(product, ['member', 'reset', person.email, '--second-factor'])
      await page.goto(String(reset?.link))
      await press(page, 'Take the second factor away')
      await send(page, { email: person.email, password: person.password })
      expect(new URL(page.url()).pathname).toBe('/console/enrol')
      const { totpSecret } = await enrolAppOn(page)
      expect(totpSecret).not.toBe(person.totpSecret)
      await page.goto(`${home}/agents`)
      expect(page.url()).toBe(`${home}/agents`)
    })
  })

  describe('who has a passkey and nothing else', () => {
    let screen: Screen
    let authenticator: Authenticator
    beforeAll(async () => {
      screen = await browser.person()
      authenticator = await screen.addAuthenticator()
    })
    afterAll(() => screen.close())

    it('makes it as the first second factor, and gets recovery codes with it', async () => {
      const { page } = screen
      await page.goto(await invite('paul@example.test', 'viewer'))
      await send(page, { name: 'Paul', password: 'a password for once only' })
      await page.fill('[data-passkey=add] input[name=name]', 'Phone')
      await page.click('[data-passkey=add] button')
      await page.waitForSelector('.recovery li')
      expect(await screen.mistakes('recovery')).toEqual([])
      expect(await keepRecoveryCodes(page)).toHaveLength(10)
      await press(page, 'Join')
      expect(page.url()).toBe(home)
      expect(await authenticator.passkeys()).toBe(1)
    })

    it('signs in from scratch with it, without a password', async () => {
      const { page, context } = screen
      await context.clearCookies()
      await page.goto(product.ready.console)
      await page.click('[data-passkey=sign-in] button')
      await page.waitForURL(home)
    })

    it('is not let in where the device did not ask for a finger', async () => {
      const { page, context } = screen
      await context.clearCookies()
      await authenticator.setVerified(false)
      await page.goto(product.ready.console)
      await page.click('[data-passkey=sign-in] button')
      await page.locator('[data-passkey=sign-in] [role=status]', { hasText: 'No passkey was given' }).waitFor()
      await authenticator.setVerified(true)
    })

    it('keeps the last second factor', async () => {
      const { page } = screen
      await page.click('[data-passkey=sign-in] button')
      await page.waitForURL(home)
      await page.goto(`${product.ready.console}/account`)
      expect(await page.textContent('#second-factor')).toContain('the last second factor stays')
      expect(await screen.mistakes('last-factor')).toEqual([])
    })
  })
})
