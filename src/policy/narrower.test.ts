import { describe, expect, it } from 'vitest'
import { narrowerRole } from './narrower.ts'
import { presets } from './presets.ts'

const { support } = presets
const used = (scopes: string[], stores: string[] = []) => ({ scopes: new Set(scopes), stores: new Set(stores) })

describe('the role that would have been enough', () => {
  it('keeps what was used, and the way to find stores', () => {
    const enough = narrowerRole(support, used(['orders:read'], ['harbour']))
    expect(enough).toEqual({ ...support, scopes: ['stores:read', 'orders:read'], stores: ['harbour'] })
  })

  it('never has what the role has not', () => {
    const role = { ...support, stores: ['harbour', 'second'] }
    const enough = narrowerRole(role, used(['catalog:delete', 'orders:read'], ['second', 'third']))
    expect(enough).toMatchObject({ scopes: ['stores:read', 'orders:read'], stores: ['second'] })
  })

  it('is not there where nothing was used, or all of it', () => {
    expect(narrowerRole(support, used([]))).toBeUndefined()
    expect(narrowerRole(support, used([...support.scopes]))).toBeUndefined()
  })
})
