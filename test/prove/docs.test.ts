import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '#kernel'
import { startTestDatabase, type TestDatabase } from '../database.ts'
import { blocksOf, documents, proofOf, readDocument, runDocument, scratchClone } from '../support/documents.ts'
import { type Product, startProduct } from '../support/product.ts'

const ROOT = join(import.meta.dirname, '../..')
const all = documents()
const commands = all.flatMap((path) =>
  blocksOf(path)
    .filter(({ language }) => language === 'sh')
    .map((block) => ({ path, ...block, proof: proofOf(block) })),
)

/** Something that only a right answer holds, for each document with commands that run here. */
const SAYS: Record<string, readonly string[]> = {
  'README.md': [
    '"handle":"harbour"',
    '"payment_status":"paid"',
    'client_secret',
    'Every record is where and what it was.',
  ],
  'docs/adding-a-connector.md': ['Harbour & Pine', '429'],
  'docs/operations.md': [
    'schema up to date',
    'ready',
    'Ran 0001_backbone.sql',
    'Every record is where and what it was.',
    'Revoked reports',
  ],
}

describe('the commands in the documents', () => {
  let clone: ReturnType<typeof scratchClone>
  let product: Product
  let database: TestDatabase
  let env: Record<string, string>

  beforeAll(async () => {
    clone = scratchClone()
    ;[product, database] = await Promise.all([
      startProduct({ data: join(clone.folder, '.tillgate') }),
      startTestDatabase(),
    ])
    env = {
      PATH: process.env.PATH ?? '',
      HOME: clone.folder,
      GATE: product.ready.url,
      PGHOST: database.server.socketDir,
      PGUSER: 'postgres',
      PGPASSWORD: database.server.superuserPassword.reveal(),
    }
  }, 90_000)
  afterAll(async () => {
    await product?.stop()
    await database?.stop()
    clone?.remove()
  }, 90_000)

  const runHere = [...new Set(commands.filter(({ proof }) => proof === 'here').map(({ path }) => path))]
  it.for(runHere)('of %s work as they are written', { timeout: 90_000 }, async (path, { skip }) => {
    skip(path === 'docs/operations.md' && !hasProgram('psql'), 'NOT TESTED: this machine has no psql')
    const { code, stdout, stderr } = await runDocument({ path, folder: clone.folder, env, limitMs: 60_000 })
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    for (const sentence of SAYS[path] ?? []) expect(stdout).toContain(sentence)
  })

  it('are found, and what they must print is known', () => {
    expect(runHere).toEqual(Object.keys(SAYS))
  })

  it('that run everything are run by .ci/run', () => {
    const ci = readFileSync(join(ROOT, '.ci', 'run'), 'utf8')
    const whole = commands.filter(({ proof }) => proof === 'by .ci/run').flatMap(({ text }) => text.split('\n'))
    const named = whole.flatMap((line) => line.match(/npm (?:run )?[a-z]+/g) ?? [])
    expect(named).toContain('npm start')
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    for (const command of new Set(named)) {
      const script = command.split(' ').at(-1) ?? ''
      expect(script === 'ci' || script in scripts, command).toBe(true)
      if (script !== 'bench') expect(ci).toContain(command)
    }
  })

  it('that are not run say why', () => {
    const silent = all.flatMap((path) =>
      blocksOf(path).filter(({ language }) => /^(bash|shell|console|zsh|)$/.test(language)),
    )
    const indented = all.filter((path) =>
      /^[ \t]+```(?:sh|bash|shell|console|zsh)?$/m.test(readDocument(path).replace(/^ +```\w+[\s\S]*?^ +```$/gm, '')),
    )
    expect([...silent, ...indented]).toEqual([])
    for (const { note, path, line } of commands) expect(note, `${path}:${line}`).toMatch(/^(not-run: \w.{9,})?$/)
  })
})

describe('the documents', () => {
  it('link only to what is there', () => {
    const dead = all.flatMap((path) =>
      linksOf(path)
        .filter((link) => !reaches(path, link))
        .map((link) => `${path}: ${link}`),
    )
    expect(dead).toEqual([])
  })

  it('hold no path of a machine and no host of a registry', () => {
    const told = all.filter((path) =>
      /\/work\/|\/root\/\w|\/home\/\w+\/|\/tmp\/tg|registry\.\w|npmjs|artifactory|verdaccio/i.test(readDocument(path)),
    )
    expect(told).toEqual([])
  })

  it('explain every error code, and none that does not exist', () => {
    const explained = [...readDocument('docs/errors.md').matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code)
    expect(explained).toEqual([...ERROR_CODES])
  })

  it('explain every variable that the configuration reads, and none that it does not', () => {
    const read = readFileSync(join(ROOT, 'src', 'config.ts'), 'utf8')
    const names = /\b(?:TILLGATE_[A-Z_]+|DATABASE_URL(?:_[A-Z]+)?|NODE_TLS_[A-Z_]+)\b/g
    const explained = [...readDocument('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      ([, name]) => name,
    )
    expect(new Set(explained)).toEqual(new Set(read.match(names)))
  })

  it('name every option of every command', () => {
    const text = readDocument('docs/configuration.md')
    const folder = join(ROOT, 'src', 'cli', 'commands')
    const read = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n')
    for (const [, name] of read.matchAll(/^ {2}name: '([a-z ]+)'/gm)) expect(text).toContain(`\`${name}`)
    for (const [, option] of read.matchAll(/^ +'?([a-z-]+)'?: \{\s*type: '(?:string|boolean)'/gm))
      expect(text).toContain(`--${option}`)
  })
})

function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
}

function linksOf(path: string): string[] {
  const prose = readDocument(path).replace(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '').filter((link) => !/^https?:/.test(link))
}

function reaches(path: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : join(dirname(path), file)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

function anchorsOf(path: string): string[] {
  const headings = [...readDocument(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? '')
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
