import { describe, expect, it } from 'vitest'
import { SCOPES } from '#commerce'
import { canonicalJson } from '#kernel'
import { effectiveRole, narrowest } from './narrowest.ts'
import { presets } from './presets.ts'
import {
  PERSONAL_TREATMENTS,
  type RoleDefinition,
  reachesStore,
  roleDefinition,
  STRANGERS_TEXT_TREATMENTS,
  treatments,
} from './role.ts'
import { roleDifferences } from './role-differences.ts'
import { SEATS, seatGives } from './seats.ts'

/** Mulberry32: the same roles in each run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const random = randomFrom(8740)
const oneOf = <const T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0]
const some = <T>(values: readonly T[]): T[] => values.filter(() => random() < 0.5)
const HANDLES = ['alpha', 'beta', 'gamma']

/** Few values for each member, so that two roles often agree. */
function randomRole(): RoleDefinition {
  const handles = some(HANDLES)
  return roleDefinition.parse({
    scopes: some(SCOPES).reverse(),
    personal: oneOf(PERSONAL_TREATMENTS),
    strangers_text: oneOf(STRANGERS_TEXT_TREATMENTS),
    limits: { per_second: oneOf([1, 10]), burst: oneOf([1, 30]), concurrency: oneOf([1, 16]) },
    stores: handles.length === 0 || random() < 0.4 ? 'all' : handles.reverse(),
    expires_days: oneOf([undefined, 1, 30, 365]),
  })
}

/** Equal in most members, so that each member is also met as the only difference. */
function neighbour(role: RoleDefinition): RoleDefinition {
  const other = randomRole()
  const kept = oneOf(['scopes', 'personal', 'strangers_text', 'limits', 'stores', 'expires_days', undefined])
  if (kept === undefined) return role
  return roleDefinition.parse({ ...role, [kept]: other[kept] })
}

const PAIRS = Array.from({ length: 2_000 }, (_, index): [RoleDefinition, RoleDefinition] => {
  const role = randomRole()
  return [role, index % 2 === 0 ? randomRole() : neighbour(role)]
})

/** Everything that a role allows, as facts: one role allows no more than another if each of its facts is one of the other's. */
function facts(role: RoleDefinition): Set<string> {
  const upTo = (what: string, count: number) => Array.from({ length: count + 1 }, (_, index) => `${what} ${index}`)
  const shown = treatments(role)
  return new Set([
    ...role.scopes,
    ...upTo('personal', PERSONAL_TREATMENTS.indexOf(role.personal)),
    ...upTo('text', STRANGERS_TEXT_TREATMENTS.indexOf(role.strangers_text)),
    ...(shown.personal === 'drop' ? [] : ['personal data is not left out']),
    ...(shown.strangersText === 'drop' ? [] : ['text is not left out']),
    ...upTo('per second', role.limits.per_second),
    ...upTo('burst', role.limits.burst),
    ...upTo('concurrency', role.limits.concurrency),
    ...[...HANDLES, 'another'].filter((handle) => reachesStore(role, handle)).map((handle) => `store ${handle}`),
    ...[1, 30, 365, Number.POSITIVE_INFINITY]
      .filter((days) => days <= (role.expires_days ?? Number.POSITIVE_INFINITY))
      .map((days) => `${days} days`),
  ])
}

const isWithin = (role: RoleDefinition, other: RoleDefinition) => {
  const allowed = facts(other)
  return [...facts(role)].every((fact) => allowed.has(fact))
}
const isSame = (a: RoleDefinition, b: RoleDefinition) => canonicalJson(a) === canonicalJson(b)

describe('the narrowest of two roles', () => {
  it('never allows what either of them does not, and gives up nothing that both allow', () => {
    for (const [a, b] of PAIRS) {
      const both = narrowest(a, b)
      const [ofA, ofB] = [facts(a), facts(b)]
      expect([...facts(both)].sort().join()).toBe(
        [...ofA]
          .filter((fact) => ofB.has(fact))
          .sort()
          .join(),
      )
    }
  })

  it('is the same whichever comes first, and a role is the narrowest with itself', () => {
    for (const [a, b] of PAIRS) {
      expect(isSame(narrowest(a, b), narrowest(b, a))).toBe(true)
      expect(isSame(narrowest(a, a), a)).toBe(true)
    }
  })

  it('may have no store left', () => {
    const [a, b] = [
      { ...presets.support, stores: ['alpha'] },
      { ...presets.support, stores: ['beta'] },
    ]
    expect(narrowest(a, b).stores).toEqual([])
  })
})

describe('the role in effect', () => {
  it('is within what the role is now, what was accepted and what the seat gives', () => {
    for (const [current, accepted] of PAIRS) {
      for (const seat of SEATS) {
        const role = effectiveRole({ current, accepted, seat })
        expect(isWithin(role, current) && isWithin(role, accepted)).toBe(true)
        expect(role.scopes.every((scope) => seatGives(seat, scope))).toBe(true)
      }
      expect(isSame(effectiveRole({ current, accepted, seat: null }), narrowest(current, accepted))).toBe(true)
    }
  })

  it('leaves a viewer what reads and reveals nothing', () => {
    const { scopes } = effectiveRole({ current: presets.support, seat: 'viewer' })
    expect(scopes).toEqual(presets.support.scopes.filter((scope) => scope.endsWith(':read')))
  })
})

describe('the differences of two roles', () => {
  it('are none if and only if both say the same', () => {
    for (const [a, b] of PAIRS) expect(roleDifferences(a, b).length === 0).toBe(isSame(a, b))
  })

  it('widen something if and only if the new role is not within the old one', () => {
    for (const [before, after] of PAIRS) {
      const widens = roleDifferences(before, after).some((difference) => difference.widens)
      expect(widens).toBe(!isSame(narrowest(after, before), after))
      expect(widens).toBe(!isWithin(after, before))
    }
  })

  it('are said in plain words', () => {
    const before = { ...presets.analyst, stores: ['alpha', 'beta'] }
    const after = roleDefinition.parse({
      ...before,
      scopes: [...before.scopes.filter((scope) => scope !== 'orders:read'), 'prices:write'],
      personal: 'clear',
      strangers_text: 'drop',
      stores: ['alpha'],
      limits: { ...before.limits, per_second: 20 },
      expires_days: 1,
    })
    expect(roleDifferences(before, after)).toEqual([
      { what: 'may now', before: '', after: 'change prices', widens: true },
      { what: 'may no longer', before: expect.stringContaining('see orders'), after: '', widens: false },
      { what: 'personal data', before: 'masked', after: 'in clear', widens: true },
      { what: "strangers' text", before: 'handles that it can open one by one', after: 'left out', widens: false },
      { what: 'stores', before: 'alpha, beta', after: 'alpha', widens: false },
      { what: 'calls a second', before: '10', after: '20', widens: true },
      { what: 'longest life of a grant', before: 'not limited by the role', after: '1 day', widens: false },
    ])
  })
})
