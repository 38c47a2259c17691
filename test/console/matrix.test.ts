import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Route, routes } from '#console'
import type { Workspace } from '#identity'
import { SEATS } from '#policy'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { type Headless, headless } from '../support/headless.ts'
import { type Seated, type Shown, seated, tokenOf } from '../support/seated.ts'
import { type Outcome, promised, request, type Visitor } from './guards.ts'

const SHOWN = ['password', 'stale', 'fresh'] as const satisfies readonly Shown[]

/** For each parameter of a path, the id of something that there is not. An unknown parameter fails its route. */
const NOTHING: Readonly<Record<string, string>> = {
  agent: randomUUID(),
  account: randomUUID(),
  invitation: randomUUID(),
  role: 'no-such-role',
  uid: 'no-such-request',
  token: 'no-such-token',
  session: randomUUID(),
  passkey: 'no-such-passkey',
}

let test: TestGate
let own: Workspace
let foreign: Workspace
const people = new Map<string, Seated>()
let anyone: { browser: Headless; csrf: string }

beforeAll(async () => {
  test = await startTestGate()
  own = await test.workspace('own')
  foreign = await test.workspace('foreign')
  for (const seat of SEATS) {
    for (const shown of SHOWN) {
      people.set(`${seat} ${shown}`, await seated(test, [{ workspaceId: own.workspaceId, seat }], shown))
    }
  }
  const browser = headless(test.gate.url)
  anyone = { browser, csrf: tokenOf(await browser.open('/console/sign-in')) }
}, 120_000)
afterAll(() => test.stop())

/** Everybody who may knock at a route. */
const visitors: readonly Visitor[] = [
  { shown: 'nothing', seat: 'owner' },
  ...SEATS.flatMap((seat) => SHOWN.map((shown) => ({ shown, seat }))),
]

const at = (path: string) => new URL(path, test.gate.url)

/** The form token of a page for whoever sends this one cookie. */
async function tokenShownTo(cookie: string): Promise<string> {
  const isSession = cookie.startsWith('__Host-tillgate-session=')
  const response = await fetch(at(isSession ? '/console/account' : '/console/sign-in'), { headers: { cookie } })
  return /name="csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? ''
}

function addressOf({ path }: Route, workspace: string): URL {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = name === 'workspace' ? workspace : NOTHING[name]
    if (value === undefined) throw new Error(`${path}: the tests know no :${name}`)
    return value
  })
  return at(`/console${filled}`)
}

const hasObject = ({ path }: Route) => /:(?!workspace\b)\w+/.test(path)
const named = (route: Route) => `${route.method} ${route.path}`
/** Each with its name, for titles. */
const titled = (some: readonly Route[]) => some.map((route) => [named(route), route] as const)

async function knock(route: Route, visitor: Visitor, workspace: string) {
  const address = addressOf(route, workspace)
  if (visitor.shown === 'nothing') {
    return request(anyone.browser, address, { method: route.method, form: { csrf: anyone.csrf } })
  }
  const person = personOf(visitor)
  await person.renew()
  const form = route.method === 'POST' ? { csrf: await person.csrf() } : {}
  return request(person.browser, address, { method: route.method, form })
}

function personOf({ shown, seat }: Visitor): Seated {
  const person = people.get(`${seat} ${shown}`)
  if (person === undefined) throw new Error(`nobody is ${seat} ${shown}`)
  return person
}

describe('the table of pages', () => {
  it('has lines, each once', () => {
    expect(routes.length).toBeGreaterThan(20)
    expect(new Set(routes.map(named)).size).toBe(routes.length)
  })

  it.each(titled(routes))('%s lets in whom its line says', async (_, route) => {
    const places = route.path.includes(':workspace') ? [own.slug, foreign.slug, 'nowhere'] : [own.slug]
    const knocks = visitors.flatMap((visitor) => places.map((place) => ({ visitor, place })))
    const seen: string[] = []
    for (const { visitor, place } of knocks) {
      const { outcome } = await knock(route, visitor, place)
      seen.push(`${visitor.shown} ${visitor.seat} at ${place}: ${outcome}`)
    }
    const should = knocks.map(({ visitor, place }) => {
      return `${visitor.shown} ${visitor.seat} at ${place}: ${expected(route, visitor, place === own.slug)}`
    })
    expect(seen.map((line) => (hasObject(route) ? gone(line, should) : line))).toEqual(should)
  })
})

/** A form that is bound to one request is never shown for a request that there is not. */
function expected(route: Route, visitor: Visitor, isMember: boolean): Outcome {
  return route.method === 'POST' && route.subject !== undefined ? 'no_form' : promised(route, visitor, isMember)
}

/** Who is let through finds nothing either, because the things of these tests do not exist. */
function gone(line: string, should: readonly string[]): string {
  const passing = line.replace(/: not_here$/, ': passes')
  return should.includes(passing) ? passing : line
}

describe('a workspace of others', () => {
  const inWorkspaces = routes.filter(({ path }) => path.includes(':workspace'))
  it.each(titled(inWorkspaces))('%s answers as if it did not exist, to the byte', async (_, route) => {
    const visitor = { shown: 'fresh', seat: 'owner' } as const
    const there = await knock(route, visitor, foreign.slug)
    const nowhere = await knock(route, visitor, 'nowhere')
    expect(there).toEqual(nowhere)
    expect(there.outcome).toBe('not_here')
  })
})

describe('a form', () => {
  const forms = routes.filter(({ method }) => method === 'POST')
  const cases = titled(forms)

  it.each(cases)('%s is refused without a token and with that of somebody else', async (_, route) => {
    const person = personOf({ shown: 'fresh', seat: 'owner' })
    const other = personOf({ shown: 'fresh', seat: 'admin' })
    await Promise.all([person.renew(), other.renew()])
    const address = addressOf(route, own.slug)
    for (const form of [{}, { csrf: '' }, { csrf: await other.csrf() }, { csrf: anyone.csrf }]) {
      const { outcome, status } = await request(person.browser, address, { method: 'POST', form })
      expect({ outcome, status }).toEqual({ outcome: 'no_form', status: 403 })
    }
  })

  it.each(cases)(
    '%s is refused with a token of the same browser without the session, and the reverse',
    async (_, route) => {
      const person = personOf({ shown: 'fresh', seat: 'owner' })
      await person.renew()
      const cookies = person.browser.jar.header(at('/console'))?.split('; ') ?? []
      expect(cookies).toHaveLength(2)
      const tokens = await Promise.all(cookies.map((cookie) => tokenShownTo(cookie)))
      for (const csrf of tokens) {
        expect(csrf).toMatch(/^[\w-]{43}$/)
        const answered = await request(person.browser, addressOf(route, own.slug), { method: 'POST', form: { csrf } })
        expect(answered).toMatchObject({ outcome: 'no_form', status: 403 })
      }
    },
  )

  it.each(cases)('%s is refused from a page of another origin, whatever it carries', async (_, route) => {
    const person = personOf({ shown: 'fresh', seat: 'owner' })
    await person.renew()
    const form = { csrf: await person.csrf() }
    const from = { method: 'POST', form, headers: { origin: 'https://elsewhere.example' } }
    expect(await request(person.browser, addressOf(route, own.slug), from)).toMatchObject({ outcome: 'no_form' })
  })
})
