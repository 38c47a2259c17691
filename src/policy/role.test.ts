import { describe, expect, it } from 'vitest'
import { canonicalJson } from '#kernel'
import { presets } from './presets.ts'
import { reachesStore, roleDefinition } from './role.ts'

const plain = { scopes: ['stores:read'], personal: 'mask', strangers_text: 'mark' }

describe('a role', () => {
  it('of an older version reaches all stores of its grant and ends no grant', () => {
    const role = roleDefinition.parse({ ...plain, limits: { burst: 30, concurrency: 16, per_second: 10 } })
    expect(role).toMatchObject({ stores: 'all' })
    expect(role).not.toHaveProperty('expires_days')
    expect(reachesStore(role, 'harbour')).toBe(true)
  })

  it('that names stores reaches those', () => {
    const role = roleDefinition.parse({ ...plain, stores: ['harbour'] })
    expect(reachesStore(role, 'harbour')).toBe(true)
    expect(reachesStore(role, 'pier')).toBe(false)
  })

  it('has one text, in whatever order it was written', () => {
    const one = { ...plain, scopes: ['orders:read', 'stores:read', 'orders:read'], stores: ['pier', 'harbour', 'pier'] }
    const other = { ...plain, scopes: ['stores:read', 'orders:read'], stores: ['harbour', 'pier'] }
    expect(canonicalJson(roleDefinition.parse(one))).toBe(canonicalJson(roleDefinition.parse(other)))
  })

  it.each([
    ['no store', { stores: [] }],
    ['a store that is no handle', { stores: ['Harbour & Pine'] }],
    ['all stores by another word', { stores: 'every' }],
    ['a life of no days', { expires_days: 0 }],
    ['a life of more than a year', { expires_days: 366 }],
    ['half a day', { expires_days: 0.5 }],
    ['something unknown', { admin: true }],
  ])('is not one with %s', (_what, change) => {
    expect(roleDefinition.safeParse({ ...plain, ...change }).success).toBe(false)
  })

  it('that is a preset reaches all stores and is not limited in its life', () => {
    for (const preset of Object.values(presets)) expect(preset).toMatchObject({ stores: 'all' })
  })
})
