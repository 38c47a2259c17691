import { ConfigError, readConfig } from '#config'
import { AppError, packageVersion } from '#kernel'
import { StartError } from '#store'
import { COMMON_OPTIONS, type Command, parseLine, UsageError } from './command.ts'
import { commands } from './commands/index.ts'

const DONE = 0
const FAILED = 1
const WRONG_WORDS = 2

/** Runs one command line and gives the exit code: 0 done, 1 failed, 2 wrong words. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    return await run(args)
  } catch (error) {
    return complain(error, args.includes('--json'))
  }
}

async function run(args: readonly string[]): Promise<number> {
  const command = commandNamed(args)
  if (!command) return withoutCommand(args)
  const { values, words } = parseLine(command, args.slice(command.name.split(' ').length))
  if (values.help === true) return print(helpOf(command))
  const config = readConfig(undefined, textOptions(values))
  const json = values.json === true
  const printed = await command.run({ config, words, values, json })
  if (printed) print(json ? JSON.stringify(printed.json) : printed.text)
  return printed?.failed ? FAILED : DONE
}

function withoutCommand(args: readonly string[]): number {
  if (args[0] === '--version') return print(packageVersion())
  if (args.length === 0 || args.includes('--help')) return print(overview())
  throw new UsageError(`there is no command ${args.slice(0, 2).join(' ')}; tillgate --help lists them`)
}

function textOptions({ data, port }: Readonly<Record<string, unknown>>): { data?: string; port?: string } {
  return { ...(typeof data === 'string' && { data }), ...(typeof port === 'string' && { port }) }
}

function commandNamed(args: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => args[index] === word))
}

function complain(error: unknown, json: boolean): number {
  const known =
    error instanceof UsageError ||
    error instanceof ConfigError ||
    error instanceof StartError ||
    error instanceof AppError
  const sentence = known
    ? error.message
    : `Something went wrong inside Tillgate: ${error instanceof Error ? error.stack : error}`
  process.stderr.write(json ? `${JSON.stringify({ error: sentence })}\n` : `${sentence}\n`)
  return error instanceof UsageError ? WRONG_WORDS : FAILED
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return DONE
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`)
  return `tillgate ${packageVersion()}, the gate between AI agents and stores\n\n${lines.join('\n')}\n\nEach takes --help, --json and --data DIR.`
}

function helpOf({ name, usage, about, options }: Command): string {
  const lines = Object.entries({ ...options, ...COMMON_OPTIONS }).map(([option, { value, about: what }]) => {
    return `  --${`${option}${value ? ` ${value}` : ''}`.padEnd(24)} ${what}`
  })
  return `tillgate ${name} ${usage}\n${about}\n\n${lines.join('\n')}`
}
