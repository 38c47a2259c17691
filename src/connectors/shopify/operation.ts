import type { z } from 'zod'
import type { StoreToolName } from '#commerce'
import { type AnswerShape, answerShape } from './shape.ts'

/** The one version of the Admin API that Tillgate speaks. */
export const API_VERSION = '2026-10'

/** The platform's access scopes that reads can need. */
export type ShopifyScope = 'read_products' | 'read_inventory' | 'read_locations' | 'read_orders' | 'read_customers'

/** One fixed GraphQL document; values reach it only as variables. */
export type Operation<Answer> = {
  readonly name: string
  readonly tool: StoreToolName
  readonly document: string
  /** What the store's app must be allowed to do; mapped by hand, checked against the platform's schema by a test. */
  readonly scopes: readonly ShopifyScope[]
  readonly answer: AnswerShape<Answer>
}

type Definition<Schema extends z.ZodType> = {
  tool: StoreToolName
  scopes: readonly ShopifyScope[]
  document: string
  answer: Schema
}

/** Defines an operation; the document's white space is folded, its name is taken from the document. */
export function defineOperation<Schema extends z.ZodType>(definition: Definition<Schema>): Operation<z.output<Schema>> {
  const document = definition.document.replace(/\s+/g, ' ').trim()
  const name = /^query (\w+)/.exec(document)?.[1]
  if (name === undefined) throw new TypeError('An operation is a named query.')
  return { ...definition, name, document, answer: answerShape(definition.answer) }
}
