import { describe, expect, it } from 'vitest'
import { SCOPES, type Scope, tools } from '#commerce'
import { authorise, listedTools } from './authorise.ts'
import { presets } from './presets.ts'

const role = { ...presets.analyst, scopes: ['orders:read', 'stores:read'] as Scope[] }
const caller = {
  role,
  grantScopes: ['orders:read', 'stores:read'],
  tokenScopes: ['orders:read', 'stores:read'],
  quarantined: false,
}

describe('authorise', () => {
  it('allows what role, grant and token all hold', () => {
    expect(authorise(caller, tools.get_order)).toEqual({ kind: 'allow' })
  })

  it('does not know a tool outside the role, whatever grant and token say', () => {
    const wide = { ...caller, grantScopes: [...SCOPES], tokenScopes: [...SCOPES] }
    expect(authorise(wide, tools.get_customer)).toEqual({ kind: 'unlisted' })
  })

  it('names the scope that the grant lacks', () => {
    const decision = authorise({ ...caller, grantScopes: ['stores:read'] }, tools.get_order)
    expect(decision).toEqual({ kind: 'insufficient_scope', missing: 'orders:read', narrowedBy: 'grant' })
  })

  it('names the scope that the token lacks', () => {
    const decision = authorise({ ...caller, tokenScopes: [] }, tools.get_order)
    expect(decision).toEqual({ kind: 'insufficient_scope', missing: 'orders:read', narrowedBy: 'token' })
  })

  describe('in quarantine', () => {
    const scopes = ['orders:read', 'orders:write', 'refunds:create', 'text:reveal', 'customers:reveal'] as const
    const all = { role: { scopes: [...scopes] }, grantScopes: scopes, tokenScopes: scopes }

    it.each(['create', 'update', 'delete', 'spend'] as const)('refuses what would %s something', (effect) => {
      const tool = { scope: 'orders:write', effect } as const
      expect(authorise({ ...all, quarantined: true }, tool)).toEqual({ kind: 'quarantined' })
      expect(authorise({ ...all, quarantined: false }, tool)).toEqual({ kind: 'allow' })
    })

    it.each(['text:reveal', 'customers:reveal'] as const)('refuses what reads by %s', (scope) => {
      const tool = { scope, effect: 'read' } as const
      expect(authorise({ ...all, quarantined: true }, tool)).toEqual({ kind: 'quarantined' })
      expect(authorise({ ...all, quarantined: false }, tool)).toEqual({ kind: 'allow' })
    })

    it('allows what only reads, and does not name what is outside the role', () => {
      expect(authorise({ ...all, quarantined: true }, tools.get_order)).toEqual({ kind: 'allow' })
      expect(authorise({ ...all, quarantined: true }, { scope: 'prices:write', effect: 'update' })).toEqual({
        kind: 'unlisted',
      })
    })

    it('refuses before it would ask for more', () => {
      const tool = { scope: 'orders:write', effect: 'update' } as const
      expect(authorise({ ...all, tokenScopes: [], quarantined: true }, tool)).toEqual({ kind: 'quarantined' })
    })
  })
})

describe('the presets', () => {
  it('never delete from the catalogue and never see personal data in clear', () => {
    for (const preset of Object.values(presets)) {
      expect(preset.scopes).not.toContain('catalog:delete')
      expect(preset.scopes).not.toContain('customers:reveal')
      expect(preset.personal).not.toBe('clear')
    }
  })

  it('let an analyst only read, and no customers', () => {
    expect(presets.analyst.scopes.filter((scope) => !scope.endsWith(':read'))).toEqual([])
    expect(presets.analyst.scopes).not.toContain('customers:read')
    expect(presets.analyst.scopes).not.toContain('accounting:read')
  })

  it('make an operator of support and merchandiser together', () => {
    const both = new Set([...presets.support.scopes, ...presets.merchandiser.scopes])
    expect(new Set(presets.operator.scopes)).toEqual(both)
  })

  it('come with limits', () => {
    for (const preset of Object.values(presets)) expect(preset.limits).toMatchObject({ per_second: 10, burst: 30 })
  })
})

describe('the list of tools', () => {
  const catalogue = Object.values(tools)
  const analyst = { role: presets.analyst, quarantined: false }

  it('holds what the role allows and the stores can do, in the order of the catalogue', () => {
    const listed = listedTools(analyst, catalogue, new Set(['get_order', 'get_customer', 'search_orders']))
    expect(listed.map((tool) => tool.name)).toEqual(['list_stores', 'search_orders', 'get_order'])
  })

  it('is only list_stores where there is no store', () => {
    const operator = { role: presets.operator, quarantined: false }
    expect(listedTools(operator, catalogue, new Set()).map((tool) => tool.name)).toEqual(['list_stores'])
  })

  it('holds in quarantine only what reads', () => {
    const some = [
      { name: 'get_order', scope: 'orders:read', effect: 'read', onStore: false },
      { name: 'reveal_text', scope: 'text:reveal', effect: 'read', onStore: true },
      { name: 'cancel_order', scope: 'orders:write', effect: 'update', onStore: true },
    ] as const
    const names = (quarantined: boolean) =>
      listedTools({ role: presets.support, quarantined }, some, new Set(['reveal_text', 'cancel_order'])).map(
        (tool) => tool.name,
      )
    expect(names(false)).toEqual(['get_order', 'reveal_text', 'cancel_order'])
    expect(names(true)).toEqual(['get_order'])
  })
})
