import { describe, expect, it } from 'vitest'
import { SCOPES, type Scope } from '#commerce'
import type { ConnectedStore, GrantSummary } from '#identity'
import { presets, roleDefinition, type Seat } from '#policy'
import { fieldsOf } from '../fields.ts'
import {
  askedBeyond,
  cutToRole,
  offeredRoles,
  placeOf,
  preselection,
  type Selection,
  type Standing,
  selected,
} from './consent-choice.ts'

const roles = Object.entries(presets).map(([name, definition]) => ({ roleId: name, name, version: 1, definition }))

const store = (handle: string): ConnectedStore => ({
  storeId: handle,
  handle,
  platform: 'shopify',
  name: handle,
  mode: 'test',
  currency: 'EUR',
  origin: 'https://shop.test',
  connectedAt: new Date(0),
  disconnectedAt: null,
})

const oldGrant: GrantSummary = {
  grantId: 'old',
  agentId: 'agent',
  name: 'Claude',
  role: 'support',
  scopes: ['orders:read'],
  stores: ['harbour'],
  createdAt: new Date(0),
  expiresAt: new Date(1e12),
  lastSeenAt: null,
}

function standing(more: Partial<Standing> & { seat?: Seat } = {}): Standing {
  const offered = offeredRoles(roles, more.seat ?? 'owner')
  return { offered, stores: [store('harbour'), store('pine')], grants: [], ...more }
}

const form = (pairs: [string, string][]) => fieldsOf(pairs)

describe('the place of a request', () => {
  const one = { slug: 'one', name: 'One', seat: 'owner', frozenAt: null } as const
  const two = { ...one, slug: 'two' }

  it('is fixed by a resource of one workspace, whatever the form says', () => {
    expect(placeOf('w/one', [], '')).toEqual({ kind: 'workspace', slug: 'one' })
    expect(placeOf('w/one', [one, two], 'two')).toEqual({ kind: 'elsewhere' })
  })

  it('is the only workspace, or has to be chosen', () => {
    expect(placeOf('core', [one], '')).toEqual({ kind: 'workspace', slug: 'one' })
    expect(placeOf('core', [one, two], '')).toEqual({ kind: 'choose' })
    expect(placeOf('core', [one, two], 'two')).toEqual({ kind: 'workspace', slug: 'two' })
    expect(placeOf('core', [], '')).toEqual({ kind: 'none' })
  })

  it('is nowhere where the account is no member', () => {
    expect(placeOf('core', [one], 'two')).toEqual({ kind: 'elsewhere' })
  })
})

describe('the roles on offer', () => {
  it('are those of which the seat gives something, the narrowest first', () => {
    const writing = {
      ...roles[0],
      name: 'writer',
      definition: roleDefinition.parse({ ...presets.analyst, scopes: ['prices:write'] }),
    }
    const all = [...roles, { ...writing, roleId: 'writer', version: 1 }]
    expect(offeredRoles(all, 'viewer').map(({ role }) => role.name)).not.toContain('writer')
    expect(offeredRoles(all, 'admin')[0]?.role.name).toBe('writer')
  })

  it('give a viewer only what reads', () => {
    for (const { gives } of offeredRoles(roles, 'viewer')) {
      expect(gives.filter((scope) => !scope.endsWith(':read'))).toEqual([])
    }
  })
})

describe('what is ticked at first', () => {
  it('is the analyst with every scope and store where nothing was asked for', () => {
    const { role, stores, scopes, days, grant } = preselection(standing(), undefined)
    expect({ role, stores, days, grant }).toEqual({
      role: 'analyst',
      stores: ['harbour', 'pine'],
      days: 90,
      grant: undefined,
    })
    expect(presets.analyst.scopes.every((scope) => scopes.includes(scope))).toBe(true)
  })

  it('is the narrowest role that has all that was asked for', () => {
    expect(preselection(standing(), ['orders:read']).role).toBe('analyst')
    expect(preselection(standing(), ['orders:read', 'refunds:create']).role).toBe('support')
    expect(preselection(standing(), ['refunds:create', 'prices:write']).role).toBe('operator')
  })

  it('is the analyst where no role has it all', () => {
    expect(preselection(standing(), ['catalog:delete']).role).toBe('analyst')
  })

  it('is no more than was asked for', () => {
    expect(preselection(standing(), ['orders:read', 'catalog:delete']).scopes).toEqual(['orders:read'])
  })

  it('keeps the newest grant with its role, its stores, its scopes and what is asked for beyond', () => {
    const { grant, role, stores, scopes } = preselection(standing({ grants: [oldGrant] }), ['refunds:create'])
    expect({ grant, role, stores }).toEqual({ grant: 'old', role: 'support', stores: ['harbour'] })
    expect([...scopes].sort()).toEqual(['orders:read', 'refunds:create'])
    expect(askedBeyond(['orders:read', 'refunds:create'], oldGrant)).toEqual(['refunds:create'])
  })

  it('lasts no longer than the role allows', () => {
    const short = { roleId: 's', name: 'analyst', version: 1, definition: { ...presets.analyst, expires_days: 7 } }
    expect(preselection(standing({ offered: offeredRoles([short], 'owner') }), undefined).days).toBe(7)
  })
})

describe('what was ticked', () => {
  it('needs no more than store, role and scope: the newest grant is kept and 90 days are the default', () => {
    const sent = form([
      ['role', 'support'],
      ['store', 'harbour'],
      ['store', 'harbour'],
      ['scope', 'orders:read'],
      ['scope', 'all:of-it'],
    ])
    expect(selected(sent, standing({ grants: [oldGrant] }))).toEqual({
      grant: 'old',
      role: 'support',
      stores: ['harbour'],
      scopes: ['orders:read'],
      days: 90,
    })
  })

  it('is of the version that the page showed of the chosen role, where the form says so', () => {
    const shown: [string, string][] = [
      ['shown', '3 analyst'],
      ['shown', '2 my role'],
      ['role', 'my role'],
    ]
    expect(selected(form(shown), standing()).roleVersion).toBe(2)
    expect(selected(form([['role', 'support']]), standing()).roleVersion).toBeUndefined()
  })

  it('makes a new grant where the person says so', () => {
    expect(selected(form([['grant', 'new']]), standing({ grants: [oldGrant] })).grant).toBeUndefined()
  })
})

describe('a selection cut to its role', () => {
  const ticked = (more: Partial<Selection> = {}): Selection => ({
    grant: undefined,
    role: 'analyst',
    roleVersion: undefined,
    stores: ['harbour'],
    scopes: ['orders:read'] satisfies Scope[],
    days: 90,
    ...more,
  })

  it('has nothing of what was ticked for other roles', () => {
    expect(cutToRole(ticked({ scopes: [...SCOPES] }), standing()).scopes).toEqual(presets.analyst.scopes)
  })

  it('keeps what the seat cannot give, so that it is refused and not forgotten', () => {
    const cut = cutToRole(ticked({ role: 'operator', scopes: ['prices:write'] }), standing({ seat: 'viewer' }))
    expect(cut.scopes).toEqual(['prices:write'])
  })

  it('keeps a store that is not there, so that it is refused and not forgotten', () => {
    expect(cutToRole(ticked({ stores: ['harbour', 'elsewhere'] }), standing()).stores).toEqual(['harbour', 'elsewhere'])
  })

  it('has none of the stores that the role does not reach, and ends when the role says', () => {
    const narrow = { ...presets.analyst, stores: ['pine'], expires_days: 7 }
    const offered = offeredRoles([{ roleId: 'n', name: 'analyst', version: 1, definition: narrow }], 'owner')
    const cut = cutToRole(ticked({ stores: ['harbour', 'pine'] }), standing({ offered }))
    expect(cut).toMatchObject({ stores: ['pine'], days: 7 })
    expect(() => cutToRole(ticked(), standing({ offered }))).toThrow('at least one store')
  })

  it.each([
    ['role', { role: 'nobody' }],
    ['role', { role: '' }],
    ['scope', { scopes: [] }],
    ['scope', { scopes: ['refunds:create'] satisfies Scope[] }],
    ['store', { stores: [] }],
    ['days', { days: 0 }],
    ['days', { days: 366 }],
    ['days', { days: Number.NaN }],
    ['days', { days: 1.5 }],
  ])('says which field is at fault: %s of %j', (field, more) => {
    expect(() => cutToRole(ticked(more), standing())).toThrow(
      expect.objectContaining({ code: 'invalid_arguments', field }),
    )
  })
})
