import type { z } from 'zod'
import { AppError } from '#kernel'
import { type RoleDefinition, roleDefinition } from '#policy'

/** The role that somebody describes. Throws AppError `invalid_arguments` with the field that policy does not accept. */
export function definitionFrom(given: unknown): RoleDefinition {
  const parsed = roleDefinition.safeParse(given)
  if (!parsed.success) throw refused(fieldOf(parsed.error), parsed.error)
  if (parsed.data.scopes.length === 0) throw refused('scopes')
  return parsed.data
}

/** The field that the first complaint is about. */
function fieldOf({ issues }: z.ZodError): string {
  const path = issues[0]?.path.map(String) ?? []
  return (path[0] === 'limits' ? path[1] : path[0]) ?? ''
}

const SENTENCES: Readonly<Record<string, string>> = {
  scopes: 'Choose at least one thing that an agent of this role may do.',
  stores: 'Choose at least one store, or all of them.',
  personal: 'Choose how personal data is shown.',
  strangers_text: 'Choose how text of strangers is shown.',
  per_second: 'Calls a second: a number above 0, up to 10,000.',
  burst: 'Calls at once on top: a whole number from 1 to 20,000.',
  concurrency: 'Calls under way at the same time: a whole number from 1 to 1,000.',
  expires_days: 'The longest life: 1 to 365 days, or empty for no limit by the role.',
}

function refused(field: string, cause?: z.ZodError): AppError {
  const sentence = SENTENCES[field] ?? 'This is not a role: look at its fields.'
  return new AppError('invalid_arguments', sentence, { field, cause })
}
