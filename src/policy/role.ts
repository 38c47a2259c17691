import { z } from 'zod'
import { SCOPES } from '#commerce'

/** How personal data of one role is shown. */
const PERSONAL_TREATMENTS = ['drop', 'mask', 'pseudonym', 'clear'] as const

/** How text written by strangers is shown. */
const STRANGERS_TEXT_TREATMENTS = ['drop', 'mark', 'handle'] as const

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

/** What an agent of this role may do and see. Stored with a version; a change acts on the next call. */
export const roleDefinition = z.strictObject({
  scopes: z.array(z.enum(SCOPES)),
  personal: z.enum(PERSONAL_TREATMENTS),
  strangers_text: z.enum(STRANGERS_TEXT_TREATMENTS),
  limits: limits.prefault({}),
})

export type RoleDefinition = z.output<typeof roleDefinition>

/** How a role's leaves are shown today. Pseudonyms and handles come later; until then such roles mask and mark. */
export function treatments(role: RoleDefinition): { personal: 'drop' | 'mask'; strangersText: 'drop' | 'mark' } {
  return {
    personal: role.personal === 'drop' ? 'drop' : 'mask',
    strangersText: role.strangers_text === 'drop' ? 'drop' : 'mark',
  }
}
