import type { z } from 'zod'
import { AppError } from '#kernel'
import { sensitiveContent } from '#screen'
import { type Call, found } from '../call.ts'
import type { World } from '../world.ts'

/** Strict schema, no secrets or card numbers, and a cursor that belongs here. */
export function admit(call: Call, world: World): void {
  refuseSensitive(call.rawArguments)
  const tool = found(call.tool)
  const parsed = tool.input.safeParse(call.rawArguments ?? {})
  if (!parsed.success) throw invalid(parsed.error)
  const { cursor, ...input } = parsed.data
  call.input = input
  if (typeof cursor === 'string') {
    const owner = { grant: call.visitor.entry.grant_id, tool: tool.name, arguments: input }
    call.platformCursor = world.cursors.open(owner, cursor)
  }
}

/** No argument of any tool is nearly so long or so deep; what is would only cost time to look at. */
const TEXT_MAX = 10_000
const DEPTH_MAX = 8

/** Arguments are written by a model; what must not travel is refused before it is looked at closer. */
function refuseSensitive(value: unknown, path: readonly string[] = []): void {
  if (typeof value === 'string') refuseSensitiveText(value, path.join('.'))
  if (typeof value !== 'object' || value === null) return
  if (path.length >= DEPTH_MAX)
    throw refused(path[0] ?? '', 'The arguments are nested too deeply; use those of the input schema.')
  for (const [key, member] of Object.entries(value)) refuseSensitive(member, [...path, shorten(key)])
}

function refuseSensitiveText(text: string, field: string): void {
  if (text.length > TEXT_MAX) throw refused(field, `The argument ${field} is too long.`)
  const content = sensitiveContent(text)
  if (content !== undefined)
    throw refused(field, `Take the ${content} out of ${field || 'the arguments'}; it must not be sent here.`)
}

/** The first problem, by the name of the argument; never its value. */
function invalid(error: z.ZodError): AppError {
  const issue = error.issues[0]
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = shorten(unknownKey ?? issue?.path.join('.') ?? '')
  const sentence =
    unknownKey === undefined
      ? `The argument ${field || 'object'} is not valid: ${issue?.message ?? 'it does not fit the schema'}.`
      : `There is no argument ${field}; use only those of the tool's input schema.`
  return refused(field, sentence)
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}

function shorten(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}…` : text
}
