import { describe, expect, it } from 'vitest'
import { presets, roleDefinition } from '#policy'
import { fieldsOf } from '../fields.ts'
import { definitionOf, fieldsOfDefinition, fieldsOfForm, pairsOf, type RoleFields } from './roles-fields.ts'

const fields = (more: Partial<RoleFields> = {}): RoleFields => ({ ...fieldsOfDefinition(presets.analyst), ...more })

describe('the form of a role', () => {
  it.each(Object.entries(presets))('loses nothing of %s on its way through the page', (_, definition) => {
    const sent = fieldsOf(pairsOf(fieldsOfDefinition(definition)))
    expect(definitionOf(fieldsOfForm(sent))).toEqual(definition)
  })

  it('keeps stores and the longest life', () => {
    const narrow = roleDefinition.parse({ ...presets.support, stores: ['harbour'], expires_days: 7 })
    expect(definitionOf(fieldsOfForm(fieldsOf(pairsOf(fieldsOfDefinition(narrow)))))).toEqual(narrow)
  })

  it('takes no stores from boxes that were left ticked when all were chosen', () => {
    expect(definitionOf(fields({ reach: 'all', stores: ['harbour'] })).stores).toBe('all')
  })

  it.each([
    ['scope', { scopes: [] }],
    ['scope', { scopes: ['everything:write'] }],
    ['personal', { personal: 'open' }],
    ['strangers_text', { strangersText: '' }],
    ['store', { reach: 'some', stores: [] }],
    ['store', { reach: 'some', stores: ['NOT A HANDLE'] }],
    ['per_second', { perSecond: '0' }],
    ['per_second', { perSecond: '' }],
    ['burst', { burst: '1.5' }],
    ['concurrency', { concurrency: 'many' }],
    ['expires_days', { expiresDays: '366' }],
  ])('says which field is at fault: %s of %j', (field, more) => {
    expect(() => definitionOf(fields(more))).toThrow(expect.objectContaining({ code: 'invalid_arguments', field }))
  })
})
