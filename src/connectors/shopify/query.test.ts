import { describe, expect, it } from 'vitest'
import { atLeast, before, equals, is, notBefore, numbered, searchString, type Term, words } from './query.ts'

const HOSTILE = [
  'a" OR email:"x',
  'a\\" OR email:\\"x',
  'a\\',
  'x* ',
  '*',
  '"',
  "' OR status:any OR '",
  "it's",
  '-tag:secret',
  'NOT paid',
  'a OR b',
  'AND',
  '(a OR b)',
  'email:x@example.com',
  'created_at:>2020',
  'a,b,c',
  'a\tb',
  'a\nOR\nb',
  'a\u0000"b',
  '“curly”',
  'ä ß 茶 🍵',
  '⟦x⟧',
  '\\"\\"\\"',
  '.*',
  '/re2/',
]

/** Parts a search string as the platform's grammar does: quoted values are one token, white space parts the others. */
function tokens(search: string, honoursBackslash: boolean): string[] {
  const token = honoursBackslash ? /(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/g : /(?:"[^"]*"?|[^\s"])+/g
  return search.match(token) ?? []
}

const attempt = (make: () => Term[]): Term[] | undefined => {
  try {
    return make()
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_arguments' })
    return undefined
  }
}

/** Hostile strings, and 2,000 random mixtures of their pieces. */
function* hostileTexts(): Generator<string> {
  yield* HOSTILE
  let state = 42
  const next = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state % below
  }
  const pieces = [...HOSTILE.join(''), 'sku:', ' OR ', '\\"', ' -', '* ']
  for (let n = 0; n < 2000; n += 1)
    yield Array.from({ length: next(12) + 1 }, () => pieces[next(pieces.length)]).join('')
}

describe('a search string', () => {
  it.each([true, false])(
    'keeps every text one value of its own field, if backslashes escape: %s',
    (honoursBackslash) => {
      for (const text of hostileTexts()) {
        const term = attempt(() => [equals('sku', text)])
        if (term === undefined) continue
        const search = searchString([is('test', false), ...term, equals('status', 'open')]) ?? ''
        expect(tokens(search, honoursBackslash)).toEqual(['test:false', `sku:"${text}"`, 'status:"open"'])
      }
    },
  )

  it.each([true, false])('keeps every word of a text a quoted word, if backslashes escape: %s', (honoursBackslash) => {
    for (const text of hostileTexts()) {
      const found = attempt(() => words(text, 'text'))
      for (const token of tokens(searchString(found ?? []) ?? '', honoursBackslash))
        expect(token).toMatch(/^"[^"\\*\s]+"$/)
    }
  })

  it.each(['a"b', 'a\\b', 'a*', '*', ' ', 'a\u0007'])('refuses %j as a value and names the argument', (value) => {
    expect(() => equals('email', value, 'email')).toThrow(
      expect.objectContaining({ code: 'invalid_arguments', field: 'email' }),
    )
  })

  it('refuses a text without a word', () => {
    expect(() => words(' * "" - ', 'text')).toThrow(
      expect.objectContaining({ code: 'invalid_arguments', field: 'text' }),
    )
  })

  it('refuses anything but digits where the platform wants a number', () => {
    expect(numbered('customer_id', '7')).toEqual({ query: 'customer_id:7' })
    expect(() => numbered('customer_id', '7 OR 8')).toThrow()
  })

  it('writes ranges in whole seconds that let nothing through too few', () => {
    expect(notBefore('created_at', '2026-01-31T00:00:00.900Z').query).toBe('created_at:>="2026-01-31T00:00:00Z"')
    expect(before('created_at', '2026-01-31T00:00:00.100Z').query).toBe('created_at:<"2026-01-31T00:00:01Z"')
    expect(atLeast('orders_count', 3).query).toBe('orders_count:>=3')
  })

  it('is null where nothing is asked', () => {
    expect(searchString([])).toBeNull()
  })
})
