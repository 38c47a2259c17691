import { AppError } from '#kernel'

type Kind = 'Order' | 'Product' | 'ProductVariant' | 'Customer'

const GID = /^gid:\/\/shopify\/([A-Za-z]{1,40})\/(\d{1,20})$/
const NUMBER = /^\d{1,20}$/

/**
 * The platform's id of an object, from that id or from its bare number.
 * Throws `not_found` for the id of another kind of object, which the store need not be asked about.
 */
export function gid(kind: Kind, id: string): string {
  return `gid://shopify/${kind}/${idNumber(kind, id)}`
}

/** The number in an id, as the platform's search wants it. Throws `not_found` like `gid`. */
export function idNumber(kind: Kind, id: string): string {
  if (NUMBER.test(id)) return id
  const match = GID.exec(id)
  if (match?.[1] === kind && match[2] !== undefined) return match[2]
  throw notFound(kind)
}

const WORDS = { Order: 'order', Product: 'product', ProductVariant: 'variant', Customer: 'customer' } as const

/** The refusal where the store knows no such object. */
export function notFound(kind: Kind): AppError {
  return new AppError('not_found', `The store has no ${WORDS[kind]} with this id; use an id that a search gave.`)
}
