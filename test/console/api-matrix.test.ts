import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRoutes } from '#console'
import type { Workspace } from '#identity'
import { SEATS, seatMay } from '#policy'
import { type ApiAnswer, apiOf, requestApi } from '../support/api.ts'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { headless } from '../support/headless.ts'
import { type Seated, type Shown, seated } from '../support/seated.ts'
import type { Visitor } from './guards.ts'

type ApiRoute = (typeof apiRoutes)[number]

const SHOWN = ['password', 'stale', 'fresh'] as const satisfies readonly Shown[]

/** For each parameter of a path something that there is not. An unknown parameter fails its route. */
const NOTHING: Readonly<Record<string, string>> = {
  agent: randomUUID(),
  account: randomUUID(),
  invitation: randomUUID(),
  record: '987654',
  role: 'no-such-role',
}

let test: TestGate
let own: Workspace
let foreign: Workspace
const people = new Map<string, { person: Pick<Seated, 'browser'>; csrf: string }>()

beforeAll(async () => {
  test = await startTestGate()
  own = await test.workspace('own')
  foreign = await test.workspace('foreign')
  const api = apiOf(test.gate.url, own.slug)
  for (const seat of SEATS) {
    for (const shown of SHOWN) {
      const person = await seated(test, [{ workspaceId: own.workspaceId, seat }], shown)
      // Whoever has shown a password only is told no token.
      people.set(`${seat} ${shown}`, { person, csrf: shown === 'password' ? '' : await api.csrf(person) })
    }
  }
  people.set('owner nothing', { person: { browser: headless(test.gate.url) }, csrf: '' })
}, 120_000)
afterAll(() => test?.stop())

/** Everybody who may knock at a route. */
const visitors: readonly Visitor[] = [
  { shown: 'nothing', seat: 'owner' },
  ...SEATS.flatMap((seat) => SHOWN.map((shown) => ({ shown, seat }))),
]

const named = ({ method, path }: ApiRoute) => `${method} ${path}`
const cases = apiRoutes.map((route) => [named(route), route] as const)
const hasObject = ({ path }: ApiRoute) => /:(?!workspace\b)\w+/.test(path)

function personOf({ shown, seat }: Visitor) {
  const found = people.get(`${seat} ${shown}`)
  if (found === undefined) throw new Error(`nobody is ${seat} ${shown}`)
  return found
}

function addressOf({ path }: ApiRoute, workspace: string): URL {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = name === 'workspace' ? workspace : NOTHING[name]
    if (value === undefined) throw new Error(`${path}: the tests know no :${name}`)
    return value
  })
  return new URL(filled, test.gate.url)
}

function knock(route: ApiRoute, visitor: Visitor, workspace: string): Promise<ApiAnswer> {
  const { person, csrf } = personOf(visitor)
  const { method } = route
  const sent = method === 'GET' ? { method } : { method, body: {}, headers: { 'x-csrf': csrf } }
  return requestApi(person, addressOf(route, workspace), sent)
}

/** What became of a request: stopped by a guard, and by which, or let through to its handler. */
function outcomeOf({ status, body }: ApiAnswer): string {
  if (status >= 500) return `broken ${status}`
  if (status === 200 || status === 400) return 'passes'
  return `${status} ${body.error.code}`
}

/** What the line of a route promises; written beside the product's own guards, not with them. */
function promised(route: ApiRoute, { shown, seat }: Visitor, isMember: boolean): string {
  if (shown === 'nothing') return '401 sign_in'
  if (shown === 'password') return '403 second_factor'
  if (shown === 'stale' && route.needs === 'fresh_member') return '403 second_factor'
  if (!isMember) return '404 not_found'
  return route.may !== undefined && !seatMay(seat, route.may) ? '403 not_allowed' : 'passes'
}

/** Who is let through to a thing finds nothing either, because the things of these tests do not exist. */
function seenBy(route: ApiRoute, visitor: Visitor, answer: ApiAnswer): string {
  const seen = outcomeOf(answer)
  const isGone = hasObject(route) && seen === '404 not_found' && promised(route, visitor, true) === 'passes'
  return isGone ? 'passes' : seen
}

describe('the table of the API', () => {
  it('has lines, each once, all below a workspace', () => {
    expect(apiRoutes.length).toBeGreaterThan(15)
    expect(new Set(apiRoutes.map(named)).size).toBe(apiRoutes.length)
    expect(apiRoutes.filter(({ path }) => !path.startsWith('/api/w/:workspace/'))).toEqual([])
  })

  it('asks a fresh second factor for all that widens, and for nothing that stops or only looks', () => {
    const posts = apiRoutes.filter(({ method }) => method !== 'GET')
    const verbs = (needs: ApiRoute['needs']) =>
      posts.filter((route) => route.needs === needs).map(({ path }) => path.split('/').at(-1))
    expect(verbs('member').sort()).toEqual(['freeze', 'preview', 'quarantine', 'remove', 'revoke', 'withdraw'])
    const made = [':role', 'accept', 'agents', 'clear-marks', 'invite', 'narrower']
    expect(verbs('fresh_member').sort()).toEqual([...made, 'release', 'rename', 'roles', 'seat', 'unfreeze'])
  })

  it.each(cases)('%s lets in whom its line says', async (_, route) => {
    const knocks = visitors.flatMap((visitor) =>
      [own.slug, foreign.slug, 'nowhere'].map((place) => ({ visitor, place, isMember: place === own.slug })),
    )
    const at = ({ visitor, place }: (typeof knocks)[number]) => `${visitor.shown} ${visitor.seat} at ${place}`
    const seen: string[] = []
    for (const each of knocks) {
      const answer = await knock(route, each.visitor, each.place)
      seen.push(`${at(each)}: ${each.isMember ? seenBy(route, each.visitor, answer) : outcomeOf(answer)}`)
    }
    expect(seen).toEqual(knocks.map((each) => `${at(each)}: ${promised(route, each.visitor, each.isMember)}`))
  })
})

describe('a workspace of others', () => {
  it.each(cases)('%s answers as if it did not exist, to the byte', async (_, route) => {
    const visitor = { shown: 'fresh', seat: 'owner' } as const
    const [there, nowhere] = [await knock(route, visitor, foreign.slug), await knock(route, visitor, 'nowhere')]
    const whole = ({ status, text, headers }: ApiAnswer) => {
      const { date: _date, ...lasting } = Object.fromEntries(headers)
      return { status, text, headers: lasting }
    }
    expect(whole(there)).toEqual(whole(nowhere))
    expect(there.status).toBe(404)
  })
})

describe('a change', () => {
  const posts = cases.filter(([, { method }]) => method !== 'GET')
  const stale = { status: 403, body: { error: { code: 'stale_page' } } }
  const send = (route: ApiRoute, headers: Record<string, string>) =>
    requestApi(personOf({ shown: 'fresh', seat: 'owner' }).person, addressOf(route, own.slug), {
      ...{ method: route.method, body: {}, headers },
    })
  const tokenOf = (seat: Visitor['seat']) => personOf({ shown: 'fresh', seat }).csrf

  it.each(posts)('%s is refused without a token and with that of somebody else', async (_, route) => {
    expect(await send(route, {})).toMatchObject(stale)
    for (const token of ['', 'x', tokenOf('admin')]) {
      expect(await send(route, { 'x-csrf': token })).toMatchObject(stale)
    }
  })

  it.each(posts)('%s is refused from a page of another origin, whatever it carries', async (_, route) => {
    for (const origin of ['https://elsewhere.example', 'null', `${test.gate.url}.elsewhere.example`]) {
      expect(await send(route, { 'x-csrf': tokenOf('owner'), origin })).toMatchObject(stale)
    }
    const fromHere = await send(route, { 'x-csrf': tokenOf('owner'), origin: test.gate.url })
    expect([200, 400, 404]).toContain(fromHere.status)
  })
})

describe('an answer of the API', () => {
  const owner = { shown: 'fresh', seat: 'owner' } as const

  it.each(cases)('%s is kept by nobody', async (_, route) => {
    for (const place of [own.slug, 'nowhere']) {
      expect((await knock(route, owner, place)).headers.get('cache-control')).toBe('no-store')
    }
  })

  it('is JSON where there is no route, too', async () => {
    const { person } = personOf(owner)
    const answer = await requestApi(person, new URL(`/api/w/${own.slug}/nothing`, test.gate.url))
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  })

  it('names the field that does not fit, and takes none that it does not know', async () => {
    const { person } = personOf(owner)
    const ask = (path: string) => requestApi(person, new URL(`/api/w/${own.slug}/${path}`, test.gate.url))
    const asked = [
      ['agents?page=0', 'page'],
      ['agents?state=all', 'state'],
      ['activity?agent=x', 'agent'],
      ['activity?outcome=all', 'outcome'],
      ['overview?range=1y', 'range'],
      ['activity?colour=red', 'colour'],
    ] as const
    for (const [path, field] of asked) {
      expect(await ask(path)).toMatchObject({ status: 400, body: { error: { code: 'invalid_arguments', field } } })
    }
  })
})
