import { AppError } from '#kernel'

/** The one failure that a caller sees of the vault, whatever happened: the reason is in the cause, for the operator. */
export function keyFailure(cause: unknown): AppError {
  return new AppError(
    'unavailable',
    'Tillgate cannot use its keys for this; the operator finds the reason in the log.',
    {
      cause,
    },
  )
}
