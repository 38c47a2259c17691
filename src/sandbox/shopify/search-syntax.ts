import { GraphQLError } from 'graphql'

/** How a term compares its value: `=` is the platform's plain `field:value`. */
export type Comparison = '=' | '>' | '>=' | '<' | '<='

/** A search as a tree. A term without a field is a bare word. */
export type Search =
  | { kind: 'all' | 'any'; parts: Search[] }
  | { kind: 'not'; part: Search }
  | { kind: 'term'; field: string | null; comparison: Comparison; value: string }

/** Longest search text that is read, in characters. */
const TEXT_MAX = 8_000
const DEPTH_MAX = 40

/** Reads the platform's search syntax: terms, quotes, comparisons, AND, OR, NOT, `-` and parentheses. */
export function parseSearch(text: string): Search {
  if (text.length > TEXT_MAX) throw new GraphQLError('The search text is too long.')
  const reader: Reader = { text, at: 0, depth: 0 }
  const parts: Search[] = []
  while (skipSpace(reader) < text.length) {
    parts.push(alternatives(reader))
    if (peek(reader) === ')') reader.at += 1
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'all', parts }
}

type Reader = { text: string; at: number; depth: number }

function alternatives(reader: Reader): Search {
  const parts = [conjunction(reader)]
  while (takeWord(reader, 'OR')) parts.push(conjunction(reader))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'any', parts }
}

function conjunction(reader: Reader): Search {
  const parts: Search[] = []
  while (skipSpace(reader) < reader.text.length && peek(reader) !== ')' && !sees(reader, 'OR')) {
    if (!takeWord(reader, 'AND')) parts.push(negation(reader))
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'all', parts }
}

function negation(reader: Reader): Search {
  const negated = takeWord(reader, 'NOT') || takeMinus(reader)
  const part = primary(reader)
  return negated ? { kind: 'not', part } : part
}

function primary(reader: Reader): Search {
  if (peek(reader) === '(') return group(reader)
  const field = /^([A-Za-z_][A-Za-z0-9_.]*):/.exec(reader.text.slice(reader.at, reader.at + 80))
  if (field === null) return { kind: 'term', field: null, comparison: '=', value: value(reader) }
  reader.at += field[0].length
  const comparison = takeComparison(reader)
  skipSpace(reader)
  return { kind: 'term', field: (field[1] ?? '').toLowerCase(), comparison, value: value(reader) }
}

function group(reader: Reader): Search {
  reader.at += 1
  reader.depth += 1
  if (reader.depth > DEPTH_MAX) throw new GraphQLError('The search text is nested too deeply.')
  const inside = alternatives(reader)
  skipSpace(reader)
  if (peek(reader) === ')') reader.at += 1
  reader.depth -= 1
  return inside
}

/** A quoted text, or everything up to the next space or closing parenthesis. */
function value(reader: Reader): string {
  const quote = peek(reader)
  if (quote !== '"' && quote !== "'") return take(reader, (character) => /[\s)]/.test(character))
  reader.at += 1
  const text = take(reader, (character) => character === quote)
  reader.at += 1
  return text
}

/** The text up to where it ends; a backslash takes the next character as it is. */
function take(reader: Reader, ends: (character: string) => boolean): string {
  let text = ''
  while (reader.at < reader.text.length && !ends(peek(reader))) {
    if (peek(reader) === '\\') reader.at += 1
    text += peek(reader)
    reader.at += 1
  }
  return text
}

function takeComparison(reader: Reader): Comparison {
  for (const comparison of ['>=', '<=', '>', '<'] as const) {
    if (!reader.text.startsWith(comparison, reader.at)) continue
    reader.at += comparison.length
    return comparison
  }
  return '='
}

function takeMinus(reader: Reader): boolean {
  if (peek(reader) !== '-') return false
  reader.at += 1
  return true
}

function takeWord(reader: Reader, word: string): boolean {
  skipSpace(reader)
  if (!sees(reader, word)) return false
  reader.at += word.length
  skipSpace(reader)
  return true
}

function sees({ text, at }: Reader, word: string): boolean {
  return text.startsWith(word, at) && /^(?:[\s(]|$)/.test(text.slice(at + word.length, at + word.length + 1))
}

function peek({ text, at }: Reader): string {
  return text.charAt(at)
}

function skipSpace(reader: Reader): number {
  while (/\s/.test(peek(reader))) reader.at += 1
  return reader.at
}
