import { describe, expect, it } from 'vitest'
import { SCOPES, type Scope, tools } from '#commerce'
import { authorise, listedTools } from './authorise.ts'
import { presets } from './presets.ts'

const role = { ...presets.analyst, scopes: ['orders:read', 'stores:read'] as Scope[] }
const caller = { role, grantScopes: ['orders:read', 'stores:read'], tokenScopes: ['orders:read', 'stores:read'] }

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

  it('holds what the role allows and the stores can do, in the order of the catalogue', () => {
    const listed = listedTools(presets.analyst, catalogue, new Set(['get_order', 'get_customer', 'search_orders']))
    expect(listed.map((tool) => tool.name)).toEqual(['list_stores', 'search_orders', 'get_order'])
  })

  it('is only list_stores where there is no store', () => {
    expect(listedTools(presets.operator, catalogue, new Set()).map((tool) => tool.name)).toEqual(['list_stores'])
  })
})
