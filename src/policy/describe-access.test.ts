import { describe, expect, it } from 'vitest'
import { SCOPES, scopeChanges, scopeWords, tools } from '#commerce'
import { describeAccess } from './describe-access.ts'
import { presets } from './presets.ts'

describe('what a person is told before consent', () => {
  it('names what the agent will see, and how', () => {
    const { sees } = describeAccess({ definition: presets.support, scopes: ['orders:read', 'customers:read'] })
    expect(sees).toBe(
      'It will see orders and customers; personal data of customers is masked, for example [email], and text that customers and other strangers wrote is shown between marks.',
    )
  })

  it('says that pseudonyms and handles are masks and marks today', () => {
    for (const definition of [presets.support, presets.analyst]) {
      const { sees } = describeAccess({ definition, scopes: definition.scopes })
      expect(sees).toContain('is masked')
      expect(sees).toContain('between marks')
      expect(sees).not.toMatch(/pseudonym|handle/)
    }
    const { sees } = describeAccess({ definition: presets.merchandiser, scopes: presets.merchandiser.scopes })
    expect(sees).toContain('personal data of customers is left out')
  })

  it('does not promise to show what no tool shows yet', () => {
    const { sees } = describeAccess({ definition: presets.analyst, scopes: ['stores:read', 'reviews:read'] })
    expect(sees).toMatch(/^It will see the stores \(reviews once Tillgate has tools for them\);/)
    expect(describeAccess({ definition: presets.analyst, scopes: ['reviews:read'] }).sees).toMatch(/^Nothing/)
  })

  it('says that nothing can be changed, in this version or by these scopes', () => {
    expect(Object.values(tools).filter(({ effect }) => (effect as string) !== 'read')).toEqual([])
    const writing = describeAccess({ definition: presets.support, scopes: ['orders:read', 'refunds:create'] })
    expect(writing.changes).toMatch(/^Nothing yet: .* pay money back to customers\.$/)
    expect(writing.asks).toMatch(/^Nothing yet/)
    expect(describeAccess({ definition: presets.support, scopes: ['orders:read'] })).toMatchObject({
      changes: 'Nothing: it may only look.',
      asks: 'Nothing, because it can change nothing.',
    })
  })

  it('leaves out what the role does not have, whatever is asked for', () => {
    const access = describeAccess({ definition: presets.analyst, scopes: [...SCOPES] })
    expect(access.sees).not.toContain('customers (')
    expect(access.sees).not.toContain(', customers')
    expect(access.changes).toBe('Nothing: it may only look.')
  })
})

describe('the words of the scopes', () => {
  it('are there for each of them, and different', () => {
    expect(Object.keys(scopeWords)).toEqual([...SCOPES])
    expect(new Set(Object.values(scopeWords)).size).toBe(SCOPES.length)
  })

  it('say of what reads that it sees, and tell what changes something', () => {
    const reading = SCOPES.filter((scope) => !scopeChanges(scope))
    expect(reading.filter((scope) => !/^(see|open) /.test(scopeWords[scope]))).toEqual([])
    expect(SCOPES.filter(scopeChanges)).toEqual([
      'catalog:write',
      'catalog:delete',
      'prices:write',
      'inventory:write',
      'orders:write',
      'refunds:create',
      'promotions:write',
      'reviews:write',
      'changes:undo',
    ])
  })
})
