import { z } from 'zod'
import { AMOUNT, CURRENCY } from '#kernel'

/** Who can put text into a field. */
export const WRITERS = ['platform', 'merchant', 'staff', 'supplier', 'customer', 'public', 'agent'] as const
export type Writer = (typeof WRITERS)[number]

/** How sensitive a field is. */
export const CLASSES = ['public', 'internal', 'personal', 'payment', 'secret'] as const
export type DataClass = (typeof CLASSES)[number]

/** What a personal leaf holds; its mask is this word in brackets. */
export type PersonalKind = 'email' | 'phone' | 'name' | 'address'

/** What every leaf of the vocabulary says about itself. */
export type Label = { readonly writer: Writer; readonly class: DataClass; readonly kind?: PersonalKind }

/** A label and the closed format that a value must fit to be let through. */
export type Leaf = { readonly label: Label; readonly fits: (value: unknown) => boolean }

const leaves = z.registry<Leaf>()

/** The label and format of a leaf schema, or undefined where the schema is no labelled leaf. */
export function leafOf(schema: z.core.$ZodType): Leaf | undefined {
  return leaves.get(schema)
}

/** Longest text of any leaf, in UTF-16 units; longer values are withheld, not cut. */
const TEXT_MAX = 100_000
const PLATFORM_TEXT_MAX = 64

function leaf<S extends z.ZodType>(schema: S, label: Label, fits: (value: unknown) => boolean): S {
  leaves.add(schema, { label, fits })
  return schema
}

function platformText(pattern: RegExp, about: string) {
  return leaf(
    z.string().max(PLATFORM_TEXT_MAX).regex(pattern).describe(about),
    { writer: 'platform', class: 'internal' },
    (value) => typeof value === 'string' && value.length <= PLATFORM_TEXT_MAX && pattern.test(value),
  )
}

/** The platform's own id of an object, e.g. `gid://shopify/Order/1001`. */
export const id = (about: string) => platformText(/^[A-Za-z0-9][A-Za-z0-9_:/.-]*$/, about)

/** A number or code that the platform gives out, e.g. the order number `#1001`. */
export const code = (about: string) => platformText(/^[#A-Za-z0-9][A-Za-z0-9#._/-]*$/, about)

/** A short name of a store in its workspace. */
export const handle = (about: string) => platformText(/^[a-z0-9][a-z0-9-]{1,38}$/, about)

/** An instant, RFC 3339 in UTC. */
export const time = (about: string) => platformText(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/, about)

/** An IANA time zone name. */
export const timezone = (about: string) => platformText(/^[A-Za-z]+(\/[A-Za-z0-9_+-]+){0,2}$/, about)

/** A country, ISO 3166-1 alpha-2. */
export const country = (about: string) => platformText(/^[A-Z]{2}$/, about)

/** A currency, ISO 4217. */
export const currency = (about: string) => platformText(CURRENCY, about)

/** An amount of money: a decimal string with its currency. */
export const money = (about: string) =>
  z.object({ amount: platformText(AMOUNT, 'decimal string'), currency: currency('ISO 4217') }).describe(about)

/** A whole number given by the platform. */
export const count = (about: string) =>
  leaf(z.int().describe(about), { writer: 'platform', class: 'internal' }, Number.isSafeInteger)

/** A yes or no given by the platform. */
export const flag = (about: string) =>
  leaf(z.boolean().describe(about), { writer: 'platform', class: 'internal' }, (value) => typeof value === 'boolean')

/** One of a closed list of words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, about: string) {
  const known = new Set<unknown>(words)
  return leaf(z.enum(words).describe(about), { writer: 'platform', class: 'internal' }, (value) => known.has(value))
}

const isText = (value: unknown) => typeof value === 'string' && value.length <= TEXT_MAX

/** Free text; `platform` is not among its writers, because free text is never the platform's own. */
export const text = (
  writer: Exclude<Writer, 'platform'>,
  about: string,
  dataClass: 'public' | 'internal' = 'internal',
) => leaf(z.string().describe(about), { writer, class: dataClass }, isText)

/** Personal data of a customer. The schema is a plain string, because a masked value must fit it too. */
export const personal = (kind: PersonalKind, about: string) =>
  leaf(z.string().describe(about), { writer: 'customer', class: 'personal', kind }, isText)
