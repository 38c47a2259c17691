import pino from 'pino'
import type { Log } from '#server'

/**
 * The log, JSON lines on stderr. Of an error it keeps names, codes and frames, never a message: texts of databases,
 * stores and libraries repeat values.
 */
export function createLog(level: 'info' | 'warn' | 'silent'): Log {
  return pino({ level, base: null, serializers: { err: describeError } }, pino.destination({ dest: 2, sync: true }))
}

type Described = { name: string; code?: string; frames?: string[]; cause?: Described }

function describeError(error: unknown, depth = 0): Described {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(depth === 0 && { frames: framesOf(error) }),
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  }
}

function framesOf({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 6)
}
