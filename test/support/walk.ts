import { nextCode } from './authenticator.ts'
import { type Headless, headless, type Page } from './headless.ts'
import type { Filled, HtmlForm } from './html-forms.ts'

export type Person = { readonly email: string; readonly password: string; readonly totpSecret: string }

/** What a person answers on the consent page; what is left out stays as the page proposes it. */
export type Consent = {
  readonly workspace?: string
  readonly role?: string
  readonly stores?: readonly string[]
  readonly scopes?: readonly string[]
  readonly days?: number
  /** The id of an earlier grant to keep, or `new`. */
  readonly grant?: string
  readonly decision?: 'allow' | 'deny'
}

/** A person with a browser of their own that runs no script and keeps its cookies. */
export type Walker = {
  readonly browser: Headless
  /** Goes to a page, through the sign-in and the second factor where it is sent there. */
  visit(address?: string | URL): Promise<Page>
  /** Opens an authorization URL up to the page that asks. */
  consentPage(address: string | URL): Promise<Page>
  /** Answers the page that asks; gives the address at the client to which the answer leads. */
  decide(page: Page, consent?: Consent): Promise<URL>
  /** The whole way from an authorization URL to the client's redirect URI. */
  authorize(address: string | URL, consent?: Consent): Promise<URL>
  /** Sends the form of a page that has the button; throws where there is none. */
  press(page: Page, button: string, filled?: Filled): Promise<Page>
}

export function walker(base: string, person: Person): Walker {
  const browser = headless(base)
  const visit = async (address: string | URL = '/console') => prove(browser, person, await browser.open(address))
  const consentPage = async (address: string | URL) => {
    const page = await visit(address)
    if (!page.hasLeft && consentForm(page) === undefined) throw notThere('page that asks', page)
    return page
  }
  const decide = async (page: Page, consent: Consent = {}) => {
    const last = await answer(browser, person, page, consent)
    if (!last.hasLeft) throw notThere('way back to the client', last)
    return last.url
  }
  return {
    browser,
    visit,
    consentPage,
    decide,
    async authorize(address, consent) {
      const page = await consentPage(address)
      return page.hasLeft ? page.url : decide(page, consent)
    },
    async press(page, button, filled) {
      const { form, pressed } = buttonOf(page, button)
      return prove(browser, person, await browser.submit(page, form, { button: pressed, ...(filled && { filled }) }))
    },
  }
}

const STEPS_MAX = 5

/** Gives the password and the code for as long as they are asked for. */
async function prove(browser: Headless, person: Person, from: Page): Promise<Page> {
  let page = from
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const filled = await asked(page, person)
    const form = filled && page.forms.find(({ controls }) => Object.keys(filled).every((name) => has(controls, name)))
    if (filled === undefined) return page
    if (form === undefined) throw notThere(`field for ${Object.keys(filled)}`, page)
    page = await browser.submit(page, form, { filled })
  }
  throw notThere('end of the sign-in', page)
}

async function asked({ url: { pathname }, hasLeft }: Page, person: Person): Promise<Filled | undefined> {
  if (hasLeft) return undefined
  if (pathname === '/console/sign-in') return { email: person.email, password: person.password }
  if (pathname === '/console/second-factor') return { code: await nextCode(person.totpSecret) }
  return undefined
}

const has = (controls: HtmlForm['controls'], name: string) => controls.some((control) => control.name === name)

const consentForm = (page: Page) => page.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'decision'))

async function answer(browser: Headless, person: Person, first: Page, consent: Consent): Promise<Page> {
  const page = await prove(browser, person, await chooseWorkspace(browser, first, consent))
  const form = consentForm(page)
  if (form === undefined) throw notThere('page that asks', page)
  const { decision = 'allow' } = consent
  const filled = decision === 'deny' ? {} : choices(consent)
  const sent = await browser.submit(page, form, { filled, button: { name: 'decision', value: decision } })
  return prove(browser, person, sent)
}

/** Who is a member of several workspaces is asked for the workspace first. */
async function chooseWorkspace(browser: Headless, page: Page, { workspace, decision }: Consent): Promise<Page> {
  const form = page.forms.find(({ method, controls }) => method === 'GET' && has(controls, 'workspace'))
  if (form === undefined || decision === 'deny') return page
  return browser.submit(page, form, { filled: workspace === undefined ? {} : { workspace } })
}

function choices({ workspace, role, stores, scopes, days, grant }: Consent): Filled {
  return {
    ...(workspace && { workspace }),
    ...(role && { role }),
    ...(stores && { store: stores }),
    ...(scopes && { scope: scopes }),
    ...(days && { days: `${days}` }),
    ...(grant && { grant }),
  }
}

function buttonOf(page: Page, text: string) {
  for (const form of page.forms) {
    const button = form.buttons.find((each) => each.text === text)
    if (button !== undefined) return { form, pressed: button }
  }
  const there = page.forms.flatMap(({ buttons }) => buttons.map((button) => button.text))
  throw new Error(`${page.url} has no button "${text}" but ${JSON.stringify(there)}`)
}

function notThere(what: string, page: Page): Error {
  return new Error(`no ${what} at ${page.url} (${page.status}): ${page.text.slice(0, 600)}`)
}
