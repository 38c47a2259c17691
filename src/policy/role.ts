import { z } from 'zod'
import { SCOPES, STORE_HANDLE } from '#commerce'

/** How personal data of one role is shown; from the strictest on. */
export const PERSONAL_TREATMENTS = ['drop', 'mask', 'pseudonym', 'clear'] as const

/** How text written by strangers is shown; from the strictest on. */
export const STRANGERS_TEXT_TREATMENTS = ['drop', 'handle', 'mark'] as const

/** How often and how much at once; there is no role without limits. */
const limits = z.strictObject({
  /** Calls a second, sustained. */
  per_second: z.number().positive().max(10_000).default(10),
  /** Calls that may come at once on top. */
  burst: z.int().min(1).max(20_000).default(30),
  /** Calls under way at the same time. */
  concurrency: z.int().min(1).max(1_000).default(16),
})

export type Limits = z.output<typeof limits>

const STORES_MAX = 1_000

/**
 * What an agent of this role may do and see. Stored with a version; a narrower one acts on the next call, a wider one on
 * grants made before only once it is accepted. The data ceiling is the two treatments: `public` and `internal` leaves
 * are always shown, `payment` and `secret` ones never leave, whatever a role says.
 */
export const roleDefinition = z.strictObject({
  /** In the order of SCOPES and each once, so that equal roles have equal text. */
  scopes: z.array(z.enum(SCOPES)).transform((given) => SCOPES.filter((scope) => given.includes(scope))),
  personal: z.enum(PERSONAL_TREATMENTS),
  strangers_text: z.enum(STRANGERS_TEXT_TREATMENTS),
  limits: limits.prefault({}),
  /** Handles of the only stores that a grant of this role may reach. */
  stores: z
    .union([
      z.literal('all'),
      z
        .array(z.string().regex(STORE_HANDLE))
        .min(1)
        .max(STORES_MAX)
        .transform((given) => [...new Set(given)].sort()),
    ])
    .default('all'),
  /** The longest life of a grant of this role, in days. */
  expires_days: z.int().min(1).max(365).optional(),
})

export type RoleDefinition = z.output<typeof roleDefinition>

/** What the screen does to an answer. */
export type Treatments = { readonly personal: 'drop' | 'mask'; readonly strangersText: 'drop' | 'mark' }

/** An agent in quarantine sees neither personal data nor strangers' text. */
export const QUARANTINE_TREATMENTS: Treatments = { personal: 'drop', strangersText: 'drop' }

/** How a role's leaves are shown today. Pseudonyms and handles come later; until then such roles mask and mark. */
export function treatments(role: Pick<RoleDefinition, 'personal' | 'strangers_text'>): Treatments {
  return {
    personal: role.personal === 'drop' ? 'drop' : 'mask',
    strangersText: role.strangers_text === 'drop' ? 'drop' : 'mark',
  }
}

/** Whether a role reaches the store of this handle. */
export function reachesStore({ stores }: Pick<RoleDefinition, 'stores'>, handle: string): boolean {
  return stores === 'all' || stores.includes(handle)
}
