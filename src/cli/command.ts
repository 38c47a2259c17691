import { parseArgs } from 'node:util'
import type { Config } from '#config'

/** The words of a command line that a command understands. */
export type Options = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly about: string; readonly value?: string }>
>

/** What a command gets. */
export type Invocation = {
  readonly config: Config
  /** Words that are no options. */
  readonly words: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly json: boolean
}

/** What a command prints when it is done: sentences for people, one object for programs. */
type Printed = { readonly text: string; readonly json: unknown; readonly failed?: boolean }

export type Command = {
  /** The words that name it, e.g. `agent create`. */
  readonly name: string
  readonly about: string
  /** How the rest of the line looks, e.g. `<slug> [--name NAME]`. */
  readonly usage: string
  readonly options: Options
  /** How many words follow the name. */
  readonly words: { readonly min: number; readonly max: number }
  readonly run: (invocation: Invocation) => Promise<Printed | undefined>
}

/** The command line was not understood; exit code 2. */
export class UsageError extends Error {}

export const COMMON_OPTIONS: Options = {
  data: { type: 'string', value: 'DIR', about: 'data folder (./.tillgate)' },
  json: { type: 'boolean', about: 'one JSON object on stdout' },
  help: { type: 'boolean', about: 'show this' },
}

/** For commands that act in one workspace. */
export const workspaceOption: Options = {
  workspace: { type: 'string', value: 'SLUG', about: 'the workspace (the only one there is)' },
}

/** Splits the words after a command's name. Throws UsageError. */
export function parseLine(command: Command, args: readonly string[]) {
  try {
    const options = Object.fromEntries(
      Object.entries({ ...COMMON_OPTIONS, ...command.options }).map(([name, { type }]) => [name, { type }]),
    )
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const tooFew = values.help !== true && positionals.length < command.words.min
    if (tooFew || positionals.length > command.words.max) {
      throw new UsageError(`usage: tillgate ${command.name} ${command.usage}`.trim())
    }
    return { values, words: positionals }
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(error instanceof Error ? error.message : 'not understood')
  }
}

/** A text option, or undefined. */
export function textOption(invocation: Pick<Invocation, 'values'>, name: string): string | undefined {
  const value = invocation.values[name]
  return typeof value === 'string' ? value : undefined
}

/** A text option as the words between its commas, or undefined. */
export function listOption(invocation: Pick<Invocation, 'values'>, name: string): string[] | undefined {
  return textOption(invocation, name)
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

/** A text option that must be there. Throws UsageError. */
export function requiredOption(invocation: Pick<Invocation, 'values'>, name: string): string {
  const value = textOption(invocation, name)
  if (value === undefined) throw new UsageError(`--${name} is missing`)
  return value
}
