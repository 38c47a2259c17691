import { rfc3339 } from '#kernel'
import { type Comparison, parseSearch, type Search } from './search-syntax.ts'

/** What a search asks of one row. */
export type Match<T> = (row: T) => boolean

/** A field that a search may name: it turns the comparison and the value into a question to a row. */
export type SearchField<T> = (comparison: Comparison, value: string) => Match<T>

/** The fields of one kind of row; `words` is what bare words are looked for in, and never personal data. */
export type SearchFields<T> = { fields: Record<string, SearchField<T>>; words: SearchField<T> }

/** The question that a search text asks; no text asks nothing. A field that does not exist is ignored, as upstream. */
export function searchFor<T>(text: string | null | undefined, known: SearchFields<T>): Match<T> {
  if (text === null || text === undefined || text.trim() === '') return () => true
  return compile(parseSearch(text), known) ?? (() => true)
}

/** Equal but for upper and lower case; a `*` at the end asks for the beginning only. */
export function exact<T>(read: (row: T) => string | readonly string[] | null): SearchField<T> {
  return (_comparison, value) => {
    const wanted = value.toLowerCase()
    const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : null
    const fits = (text: string) =>
      prefix === null ? text.toLowerCase() === wanted : text.toLowerCase().startsWith(prefix)
    return (row) => {
      const held = read(row)
      if (held === null) return false
      return typeof held === 'string' ? fits(held) : held.some(fits)
    }
  }
}

/** The words one after another somewhere in the text; a `*` at the end lets the last word go on. */
export function words<T>(read: (row: T) => readonly string[]): SearchField<T> {
  return (_comparison, value) => {
    const wanted = tokens(value).join(' ')
    const end = value.endsWith('*') ? '' : ' '
    if (wanted === '') return () => true
    return (row) => read(row).some((text) => ` ${tokens(text).join(' ')} `.includes(` ${wanted}${end}`))
  }
}

/** An instant; a date without a time stands for its UTC day. What is no time matches nothing. */
export function time<T>(read: (row: T) => string): SearchField<T> {
  return (comparison, value) => {
    const ms = Date.parse(value)
    if (Number.isNaN(ms)) return () => false
    if (comparison === '=' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return (row) => read(row).startsWith(value)
    return (row) => compares(comparison, read(row), rfc3339(ms))
  }
}

export function numeric<T>(read: (row: T) => number): SearchField<T> {
  return (comparison, value) => {
    const wanted = Number(value)
    return value === '' || Number.isNaN(wanted) ? () => false : (row) => compares(comparison, read(row), wanted)
  }
}

/** Words that each stand for a question of their own; another word matches nothing. */
export function keyword<T>(meanings: Record<string, Match<T>>): SearchField<T> {
  return (_comparison, value) => meanings[value.toLowerCase()] ?? (() => false)
}

function compile<T>(search: Search, known: SearchFields<T>): Match<T> | null {
  if (search.kind === 'term') return termMatch(search, known)
  if (search.kind === 'not') {
    const inner = compile(search.part, known)
    return inner === null ? null : (row) => !inner(row)
  }
  const parts = search.parts.map((part) => compile(part, known)).filter((part) => part !== null)
  if (parts.length === 0) return null
  return search.kind === 'all' ? (row) => parts.every((part) => part(row)) : (row) => parts.some((part) => part(row))
}

function termMatch<T>(term: Extract<Search, { kind: 'term' }>, known: SearchFields<T>): Match<T> | null {
  if (term.field === null) return known.words(term.comparison, term.value)
  if (!Object.hasOwn(known.fields, term.field)) return null
  return known.fields[term.field]?.(term.comparison, term.value) ?? null
}

function compares<V extends string | number>(comparison: Comparison, held: V, wanted: V): boolean {
  switch (comparison) {
    case '=':
      return held === wanted
    case '>':
      return held > wanted
    case '>=':
      return held >= wanted
    case '<':
      return held < wanted
    case '<=':
      return held <= wanted
  }
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
