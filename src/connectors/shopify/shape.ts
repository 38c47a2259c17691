import { z } from 'zod'

/** Counts what the platform sent and the connector does not know; mappings add to it. */
export type Tally = { unknown: number }

/** What an operation must answer. Compiled once at module load. */
export type AnswerShape<Answer> = {
  /** The known part of an answer and how many fields were dropped; undefined where the answer does not fit. */
  readonly read: (data: unknown) => { answer: Answer; tally: Tally } | undefined
}

/** Compiles the shape of an answer. Unknown fields are dropped and counted, wrong types make the whole answer unfit. */
export function answerShape<Schema extends z.ZodType>(schema: Schema): AnswerShape<z.output<Schema>> {
  const known = keysOf(schema)
  return {
    read: (data) => {
      const parsed = schema.safeParse(data)
      if (!parsed.success) return undefined
      return { answer: parsed.data, tally: { unknown: countUnknown(known, data) } }
    },
  }
}

/** The keys that a schema knows: of an object, of each item of a list, or none for a plain value. */
type Keys =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Keys | undefined> }
  | { readonly kind: 'list'; readonly item: Keys }

function keysOf(schema: z.core.$ZodType): Keys | undefined {
  if (schema instanceof z.ZodObject) return objectKeys(schema)
  if (schema instanceof z.ZodArray) {
    const item = keysOf(schema.element)
    return item && { kind: 'list', item }
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) return keysOf(schema.unwrap())
  return undefined
}

function objectKeys(schema: z.ZodObject): Keys {
  const members = Object.entries(schema.shape).map(([key, member]) => [key, keysOf(member)] as const)
  return { kind: 'object', members: new Map(members) }
}

function countUnknown(keys: Keys | undefined, value: unknown): number {
  if (keys === undefined || value === null || typeof value !== 'object') return 0
  if (keys.kind === 'list') return Array.isArray(value) ? countInList(keys.item, value) : 0
  return countInObject(keys.members, value)
}

function countInList(item: Keys, list: readonly unknown[]): number {
  let unknown = 0
  for (const value of list) unknown += countUnknown(item, value)
  return unknown
}

function countInObject(members: ReadonlyMap<string, Keys | undefined>, value: object): number {
  let unknown = 0
  for (const key of Object.keys(value)) {
    const keys = members.get(key)
    if (keys !== undefined) unknown += countUnknown(keys, Reflect.get(value, key))
    else if (!members.has(key)) unknown += 1
  }
  return unknown
}
