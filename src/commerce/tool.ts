import { z } from 'zod'
import type { Scope } from './scopes.ts'

export type Effect = 'read' | 'create' | 'update' | 'delete' | 'spend'

/** One hand-written operation that an agent may call: data, no I/O. */
export type Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> = {
  readonly name: string
  readonly title: string
  /** Written for a model: what it gives, when to use it, what it does not do. */
  readonly description: string
  readonly effect: Effect
  /** The scope that a grant needs to call it. */
  readonly scope: Scope
  readonly input: Input
  readonly output: Output
  /** Whether it works on one store, named by the argument `store`. */
  readonly onStore: boolean
  /** Whether it answers pages: `{items, next_cursor}` with the arguments `cursor` and `page_size`. */
  readonly paged: boolean
}

type Definition<Shape extends z.core.$ZodLooseShape, Output extends z.ZodObject> = {
  name: string
  title: string
  description: string
  effect: Effect
  scope: Scope
  input: Shape
  output: Output
}

export const STORE_HANDLE = /^[a-z0-9][a-z0-9-]{1,38}$/
export const PAGE_SIZE_MAX = 50
export const PAGE_SIZE_DEFAULT = 20

const storeArgument = {
  store: z.string().regex(STORE_HANDLE).describe('handle of the store, from list_stores'),
}

/** A tool that works on one store and gives one object. Unknown arguments are refused. */
export function defineTool<Shape extends z.core.$ZodLooseShape, Output extends z.ZodObject>(
  definition: Definition<Shape, Output>,
) {
  return {
    ...definition,
    input: z.strictObject({ ...storeArgument, ...definition.input }),
    onStore: true,
    paged: false,
  } as const
}

/** A tool that searches one store and gives pages of `output`. */
export function defineSearch<Shape extends z.core.$ZodLooseShape, Item extends z.ZodObject>(
  definition: Definition<Shape, Item>,
) {
  return {
    ...definition,
    input: z.strictObject({
      ...storeArgument,
      ...definition.input,
      page_size: z
        .int()
        .min(1)
        .max(PAGE_SIZE_MAX)
        .default(PAGE_SIZE_DEFAULT)
        .describe('objects a page, 20 unless told'),
      cursor: z.string().max(2000).optional().describe('next_cursor of the page before, with the same other arguments'),
    }),
    output: page(definition.output),
    onStore: true,
    paged: true,
  } as const
}

/** The shape of every list: its items and, where there is more, the cursor of the next page. */
export function page<Item extends z.ZodObject>(item: Item) {
  return z.object({ items: z.array(item) })
}
