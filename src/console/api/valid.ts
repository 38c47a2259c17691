import { zValidator } from '@hono/zod-validator'
import { z } from 'zod'
import { AppError } from '#kernel'

/** The checked query of a request. What does not fit is refused with the name of its field. */
export function query<T extends z.ZodRawShape>(shape: T) {
  return zValidator('query', z.strictObject(shape), refuse)
}

/** The checked JSON body of a change. */
export function body<T extends z.ZodRawShape>(shape: T) {
  return zValidator('json', z.strictObject(shape), refuse)
}

type Checked = { success: true } | { success: false; error: z.core.$ZodError }

function refuse(result: Checked): void {
  if (result.success) return
  const issue = result.error.issues[0]
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = (unknownKey ?? issue?.path.join('.') ?? '').slice(0, 64)
  const sentence = unknownKey === undefined ? (issue?.message ?? 'it does not fit') : 'there is no such field'
  throw new AppError('invalid_arguments', `This cannot be used: ${sentence}.`, { field })
}

/** The id of an agent, grant, store or account. */
export const id = z.uuid()
/** The number of a record, as it stands in an address. */
export const recordNumber = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
