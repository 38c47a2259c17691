import { z } from 'zod'
import type { PersonalKind } from './leaf.ts'

const personalArguments = z.registry<{ kind: PersonalKind }>()

/** The kind of personal data that an argument is typed with, or undefined where it holds none. */
export function personalArgument(schema: z.core.$ZodType): PersonalKind | undefined {
  return personalArguments.get(schema)?.kind
}

function typed<S extends z.ZodType>(schema: S, kind: PersonalKind): S {
  personalArguments.add(schema, { kind })
  return schema
}

/** An e-mail address to look up, matched exactly. */
export const emailArgument = (about: string) => typed(z.email().max(254).describe(about), 'email')

/** A phone number to look up, matched exactly, E.164 such as +4915112345678. */
export const phoneArgument = (about: string) =>
  typed(
    z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/)
      .describe(about),
    'phone',
  )

/** An id that the store gave out, as the tools show it. */
export const idArgument = (about: string) =>
  z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_:/.-]*$/)
    .describe(about)

/** An instant, RFC 3339 in UTC. */
export const timeArgument = (about: string) =>
  z.iso.datetime().describe(`${about}, RFC 3339 in UTC such as 2026-01-31T00:00:00Z`)

/** A word or words matched by the store; control characters are refused. */
export const textArgument = (about: string, lengthMax = 255) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .regex(/^[^\p{Cc}]*$/u)
    .describe(about)
