import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, startTillgate, tillgate } from './support.ts'

let home: string
beforeAll(() => {
  home = makeHome()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const SANDBOX = ['--sandbox', 'http://127.0.0.1:1']
const TOKEN = { TILLGATE_SANDBOX_TOKEN: 'shpat_x' }

/** Refused with a sentence: no stack, nothing made. */
function refused(words: readonly string[], env: Record<string, string> = {}, code = 1): string {
  const before = readdirSync(home)
  const answer = tillgate(words, env)
  expect(answer).toMatchObject({ code, stdout: '' })
  expect(answer.stderr).not.toMatch(/ at .*\.js|went wrong inside/)
  expect(readdirSync(home)).toEqual(before)
  return answer.stderr
}

describe('a mistyped data folder', () => {
  it.each([
    ['agent list', []],
    ['agent revoke', ['x']],
    ['agent create', ['x', '--role', 'analyst']],
    ['store add', ['xx', ...SANDBOX]],
    ['workspace create', ['xx']],
    ['audit verify', []],
  ])('is not made by %s, which names it and says what to do', (name, words) => {
    const data = join(home, 'typo')
    const said = refused([...name.split(' '), ...words, '--data', data], TOKEN)
    expect(said).toContain(data)
    expect(said).toMatch(/--data.*tillgate serve/)
  })

  it('is not made by one that has an operator key either', () => {
    const keys = { TILLGATE_KEYS: home, TILLGATE_OPERATOR_KEY: 'x' }
    expect(refused(['workspace', 'create', 'xx', '--data', join(home, 'typo')], keys)).toContain(join(home, 'typo'))
  })

  it('is not made by the doctor, who says that it is not there', () => {
    const data = join(home, 'typo')
    const { code, stdout } = tillgate(['doctor', '--data', data])
    expect(code).toBe(0)
    expect(stdout).toMatch(/data +.*typo does not exist yet[\s\S]*keys +.*typo\.keys/)
    expect(readdirSync(home)).toEqual([])
  })

  it('that holds no database is left as it is', () => {
    const data = join(home, 'empty')
    expect(tillgate(['migrate', '--data', data]).code).toBe(0)
    const said = refused(['agent', 'list', '--data', data])
    expect(said).toContain(`${data}.keys`)
    rmSync(data, { recursive: true })
  }, 60_000)
})

describe('before a database is opened', () => {
  // Nothing listens there: whoever gets as far as the database says so.
  const url = 'postgres://tillgate:hidden@127.0.0.1:1/tillgate'
  const database = {
    DATABASE_URL: url,
    DATABASE_URL_AUTH: url,
    DATABASE_URL_AUDIT: 'postgres:///tillgate?host=/nowhere/sockets&password=hidden',
    DATABASE_URL_JOBS: url,
    DATABASE_URL_OWNER: url,
  }
  const keys = () => ({ ...database, TILLGATE_KEYS: home })

  it.each([
    [['store', 'add', 'xx', '--sandbox', 'nonsense']],
    [['store', 'add', 'xx', '--sandbox', 'https://shop.example.com']],
    [['store', 'add', 'X', ...SANDBOX]],
    [['store', 'add', 'xx']],
    [['agent', 'create', 'x']],
  ])('the words are checked: %s', (words) => {
    expect(refused(words, { ...keys(), ...TOKEN }, 2)).not.toContain('DATABASE_URL')
  })

  it.each([
    [['agent', 'create', 'x', '--role', 'analyst']],
    [['store', 'add', 'xx', ...SANDBOX]],
    [['workspace', 'create', 'xx']],
    [['workspace', 'unfreeze']],
    [['member', 'invite', 'x@example.test', '--seat', 'viewer']],
  ])('the operator key is checked: %s', (words) => {
    const said = refused(words, { ...keys(), ...TOKEN })
    expect(said).toContain('operator key')
    expect(said).toContain('tillgate serve')
    expect(said).not.toContain('DATABASE_URL')
  })

  it('the receipts are read', () => {
    const said = refused(['audit', 'verify', '--receipts', join(home, 'missing')], keys())
    expect(said).toContain(join(home, 'missing'))
    expect(said).toContain('--receipts')
  })

  it('the sandbox token is asked for', () => {
    expect(refused(['store', 'add', 'xx', ...SANDBOX], keys())).toContain('TILLGATE_SANDBOX_TOKEN')
  })

  it('which cannot be reached, every command says for which login and what to check', () => {
    const all = ['DATABASE_URL:', 'DATABASE_URL_AUTH:', 'DATABASE_URL_AUDIT:', 'DATABASE_URL_JOBS:']
    for (const words of [
      ['agent', 'list'],
      ['audit', 'verify'],
    ]) {
      const said = refused(words, keys())
      for (const name of all) expect(said).toContain(`${name} nothing listens there`)
      expect(said).not.toContain('hidden')
    }
    const owner = refused(['migrate'], keys())
    expect(owner).toContain('DATABASE_URL_OWNER: nothing listens there')
    expect(owner).not.toContain('hidden')
    const served = tillgate(['serve', '--port', '0', '--json', '--data', join(home, 'lock')], keys())
    expect(served).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(served.stderr).error).toContain('DATABASE_URL_JOBS: nothing listens there')
    rmSync(join(home, 'lock'), { recursive: true })
  })

  it('the doctor looks at it although there is no data folder', () => {
    const { code, stdout } = tillgate(['doctor', '--data', join(home, 'typo')], database)
    expect(code).toBe(1)
    expect(stdout).toMatch(/FAIL database +The database cannot be used/)
  })
})

describe('with --json', () => {
  it('a start that fails says so in one object on stderr', async () => {
    const sandbox = startTillgate(['sandbox', 'shopify', '--json'])
    const { port } = new URL(JSON.parse(await sandbox.firstLine()).url)
    for (const command of ['serve', 'demo']) {
      const words = [command, '--json', '--port', port, '--data', join(home, 'taken')]
      const { code, stdout, stderr } = tillgate(words)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(JSON.parse(stderr)).toEqual({ error: expect.stringContaining(`port ${port}`) })
    }
    const { stderr } = tillgate(['serve', '--json'], { TILLGATE_PORT: 'http' })
    expect(JSON.parse(stderr)).toEqual({ error: expect.stringContaining('TILLGATE_PORT') })
    expect(await sandbox.stop()).toBe(0)
  }, 60_000)
})
