import { AppError, rfc3339 } from '#kernel'

/** The fields of the platform's search that Tillgate uses; no caller can name another. */
export type SearchField =
  | 'created_at'
  | 'customer_date'
  | 'updated_at'
  | 'status'
  | 'financial_status'
  | 'fulfillment_status'
  | 'test'
  | 'name'
  | 'email'
  | 'phone'
  | 'country'
  | 'orders_count'
  | 'customer_id'
  | 'sku'
  | 'tag'
  | 'vendor'
  | 'product_type'

/** One condition in the platform's search language, made only by the functions of this file. */
export type Term = { readonly query: string }

/** The conditions as one search string, all of which must hold; null where there is none. */
export function searchString(terms: readonly Term[]): string | null {
  return terms.length === 0 ? null : terms.map((term) => term.query).join(' ')
}

/** A field that equals a text. `argument` names the caller's argument in the refusal of a text that cannot be quoted. */
export function equals(field: SearchField, value: string, argument: string = field): Term {
  return { query: `${field}:${quoted(value, argument)}` }
}

/** A field at or after an instant, RFC 3339; whole seconds, so it may let earlier fractions through. */
export function notBefore(field: SearchField, time: string): Term {
  return { query: `${field}:>="${rfc3339(Date.parse(time))}"` }
}

/** A field before an instant, RFC 3339; whole seconds, so it may let later fractions through. */
export function before(field: SearchField, time: string): Term {
  return { query: `${field}:<"${rfc3339(Math.ceil(Date.parse(time) / 1000) * 1000)}"` }
}

/** A field that is at least a whole number. */
export function atLeast(field: SearchField, number: number): Term {
  return { query: `${field}:>=${Math.trunc(number)}` }
}

/** A field that equals a whole number, given as its digits because ids outgrow JavaScript's numbers. */
export function numbered(field: SearchField, digits: string): Term {
  if (/^\d{1,20}$/.test(digits)) return { query: `${field}:${digits}` }
  throw new AppError('invalid_arguments', `Give \`${field}\` as an id that a search gave.`, { field })
}

/** A field that is true or false. */
export function is(field: SearchField, value: boolean): Term {
  return { query: `${field}:${value}` }
}

/** Words, each of which the object's catalogue text must hold. Characters with a meaning in the language part words. */
export function words(text: string, argument: string): Term[] {
  const found = text.split(/[\s"\\*\p{Cc}]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  if (found.length === 0)
    throw new AppError('invalid_arguments', `Give at least one word in \`${argument}\`.`, { field: argument })
  return found.map((word) => ({ query: quoted(word, argument) }))
}

// The platform documents no escape for a quote inside quotes, so a text that could end the quoting or act as a wildcard is refused.
const UNQUOTABLE = /["\\*\p{Cc}]/u

function quoted(value: string, argument: string): string {
  if (!UNQUOTABLE.test(value) && value.trim() !== '') return `"${value}"`
  throw new AppError(
    'invalid_arguments',
    `This store cannot be searched for \`${argument}\` with a double quote, a backslash or an asterisk in it.`,
    { field: argument },
  )
}
