import pg from 'pg'
import { AppError } from '#kernel'

type Taken = {
  /** The unique constraint or index as the database names it. */
  constraint: string
  field: string
  sentence: string
}

/** The result of the work; where it breaks that constraint, throws AppError `invalid_arguments` with the sentence. */
export async function unlessTaken<T>(work: Promise<T>, { constraint, field, sentence }: Taken): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && cause.code === '23505' && cause.constraint === constraint) {
      throw new AppError('invalid_arguments', sentence, { field, cause })
    }
    throw cause
  }
}
