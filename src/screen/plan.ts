import { z } from 'zod'
import { type Leaf, leafOf } from '#commerce'

/** A labelled schema, prepared so that screening a value is one walk without looking anything up. */
export type Plan =
  | { readonly kind: 'leaf'; readonly pointer: string; readonly leaf: Leaf }
  | { readonly kind: 'array'; readonly item: Plan }
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly known: ReadonlySet<string> }

export type Member = { readonly key: string; readonly plan: Plan; readonly required: boolean }

/**
 * Prepares the output schema of a tool. Throws where a leaf carries no label or a shape is not one of
 * object, array and labelled leaf, so that an unlabelled leaf cannot even start.
 */
export function compilePlan(schema: z.core.$ZodType, pointer = ''): Plan {
  const leaf = leafOf(schema)
  if (leaf) return { kind: 'leaf', pointer, leaf }
  if (schema instanceof z.ZodOptional) return compilePlan(schema.unwrap(), pointer)
  if (schema instanceof z.ZodArray) return { kind: 'array', item: compilePlan(schema.element, `${pointer}/*`) }
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([key, member]) => ({
      key,
      plan: compilePlan(member, `${pointer}/${key}`),
      required: !(member instanceof z.ZodOptional),
    }))
    return { kind: 'object', members, known: new Set(members.map((member) => member.key)) }
  }
  throw new Error(`the leaf at ${pointer || '/'} carries no label`)
}
