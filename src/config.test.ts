import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEgress } from '#connectors'
import { ConfigError, readConfig } from './config.ts'

const URLS = {
  DATABASE_URL: 'postgres://tillgate_app:hidden-1@localhost/tillgate',
  DATABASE_URL_AUTH: 'postgres://tillgate_auth:hidden-2@127.0.0.1/tillgate',
  DATABASE_URL_AUDIT: 'postgres://tillgate_audit:hidden-3@[::1]/tillgate',
  DATABASE_URL_JOBS: 'postgresql:///tillgate?host=/run/postgresql&user=tillgate_jobs&password=hidden-4',
}

/** What is wrong with the environment, a sentence each. */
function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
}

describe('an empty environment', () => {
  it('gives the defaults, frozen', () => {
    const config = readConfig({})
    expect(config).toEqual({
      dataFolder: resolve('.tillgate'),
      keysFolder: resolve('.tillgate.keys'),
      port: 8740,
      host: undefined,
      url: undefined,
      trustedProxies: [],
      egressAllow: [],
      database: { kind: 'embedded', binaries: 'auto' },
      path: '/usr/local/bin:/usr/bin:/bin',
      operator: 'unknown',
      operatorKey: undefined,
      mail: undefined,
      sandboxToken: undefined,
    })
    expect(Object.isFrozen(config)).toBe(true)
  })
})

describe('what is set', () => {
  it('is taken, the command line before the environment', () => {
    const environment = {
      TILLGATE_DATA: '/srv/environment',
      TILLGATE_PORT: '1',
      TILLGATE_URL: 'https://gate.example.com/',
      TILLGATE_TRUST_PROXY: '192.0.2.7, 192.0.2.8',
      TILLGATE_POSTGRES: 'bundled',
      SUDO_USER: 'ada',
      USER: 'root',
    }
    expect(readConfig(environment, { data: '/srv/line', port: '0' })).toMatchObject({
      dataFolder: '/srv/line',
      keysFolder: '/srv/line.keys',
      port: 0,
      url: 'https://gate.example.com',
      trustedProxies: ['192.0.2.7', '192.0.2.8'],
      database: { kind: 'embedded', binaries: 'bundled' },
      operator: 'ada',
    })
    expect(readConfig({ ...environment, TILLGATE_KEYS: '/srv/keys' }).keysFolder).toBe('/srv/keys')
  })

  it('stays unprinted where it is secret', () => {
    const config = readConfig({ ...URLS, TILLGATE_OPERATOR_KEY: 'hidden-5', TILLGATE_SANDBOX_TOKEN: 'hidden-6' })
    expect(config.operatorKey?.reveal()).toBe('hidden-5')
    expect(JSON.stringify(config)).not.toContain('hidden')
  })
})

describe('a mistake', () => {
  it.each([
    ['TILLGATE_PORT', '65536'],
    ['TILLGATE_PORT', '-1'],
    ['TILLGATE_PORT', ''],
    ['TILLGATE_URL', 'gate.example.com'],
    ['TILLGATE_URL', 'ftp://gate.example.com'],
    ['TILLGATE_URL', 'https://gate.example.com/path'],
    ['TILLGATE_URL', 'https://ada@gate.example.com'],
    ['TILLGATE_POSTGRES', 'mysql'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('of %s=%s is said by name', (name, value) => {
    expect(mistakesOf({ [name]: value })).toEqual([expect.stringContaining(name)])
  })

  it('does not hide another one', () => {
    const environment = {
      TILLGATE_PORT: 'http',
      TILLGATE_URL: 'nowhere',
      TILLGATE_HOST: '0.0.0.0',
      TILLGATE_EGRESS_ALLOW: 'a:1,b,c:99999',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      DATABASE_URL: 'mysql://localhost',
    }
    expect(mistakesOf(environment)).toHaveLength(10)
    expect(() => readConfig(environment)).toThrow(/TILLGATE_PORT[\s\S]*DATABASE_URL_JOBS[\s\S]*NODE_TLS/)
  })
})

describe('a listener beyond this machine', () => {
  it('needs the https address in front of it', () => {
    expect(mistakesOf({ TILLGATE_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('TILLGATE_URL')])
    expect(mistakesOf({ TILLGATE_HOST: '::', TILLGATE_URL: 'http://gate.example.com' })).toHaveLength(1)
    expect(mistakesOf({ TILLGATE_HOST: '0.0.0.0', TILLGATE_URL: 'https://gate.example.com' })).toEqual([])
    for (const host of ['127.0.0.1', '::1', 'localhost']) expect(mistakesOf({ TILLGATE_HOST: host })).toEqual([])
  })
})

describe('exceptions of egress', () => {
  it.each([
    'a:0',
    'a:99999',
    'a:65536',
    'a',
    'a:',
    ':80',
    '*.a:80',
    'http://a:80',
    '1.2.3.999:80',
    '[::1:80',
    'a:80:80',
  ])('are not %s', (pair) => {
    expect(mistakesOf({ TILLGATE_EGRESS_ALLOW: `ok:1,${pair}` })).toEqual([
      expect.stringContaining('TILLGATE_EGRESS_ALLOW'),
    ])
  })

  it('are taken by egress as they are', async () => {
    const pairs = ['a:1', 'a_b.example:65535', '[::1]:8080', '127.0.0.1:080']
    const { egressAllow } = readConfig({ TILLGATE_EGRESS_ALLOW: pairs.join(', ') })
    expect(egressAllow).toEqual(pairs)
    await createEgress({ allow: egressAllow }).close()
  })
})

describe('a database URL', () => {
  it('is needed for every login', () => {
    const { DATABASE_URL } = URLS
    expect(mistakesOf({ DATABASE_URL })).toEqual(
      ['AUTH', 'AUDIT', 'JOBS'].map((login) => expect.stringContaining(`DATABASE_URL_${login} is missing`)),
    )
    expect(readConfig(URLS).database).toMatchObject({ kind: 'urls', ownerUrl: undefined })
    const owned = readConfig({ ...URLS, DATABASE_URL_OWNER: URLS.DATABASE_URL }).database
    expect(owned.kind === 'urls' && owned.ownerUrl?.reveal()).toBe(URLS.DATABASE_URL)
  })

  it.each([
    'postgres://a:hidden@localhost/x',
    'postgres://a:hidden@localhost/x?host=/run/postgresql',
    'postgres://a:hidden@%2Frun%2Fpostgresql/x',
    'postgres:///x?host=/run/postgresql&password=hidden',
    'postgres:///x?host=localhost,/run/postgresql',
    'postgres://a:hidden@db.example.com/x?sslmode=verify-full',
    'postgres://a:hidden@localhost/x?host=192.0.2.1&sslmode=verify-full',
  ])('may be %s', (url) => {
    expect(mistakesOf({ ...URLS, DATABASE_URL_JOBS: url })).toEqual([])
  })

  it.each([
    'postgres://a:hidden@db.example.com/x',
    'postgres://a:hidden@db.example.com/x?sslmode=require',
    'postgres://a:hidden@db.example.com/x?sslmode=verify-full&sslmode=disable',
    'postgres://a:hidden@db.example.com/x?sslmode=verify-full&ssl=0',
    'postgres://a:hidden@db.example.com/x?host=/run/postgresql',
    'postgres://a:hidden@localhost/x?host=192.0.2.1',
    'postgres://a:hidden@localhost/x?host=/run/postgresql&host=192.0.2.1',
    'postgres://a:hidden@localhost/x?hostaddr=192.0.2.1',
    'postgres:///x?host=/run/postgresql,192.0.2.1&password=hidden',
    'postgres://a:hidden@localhost,db.example.com/x',
  ])('names another machine and must be checked: %s', (url) => {
    const mistakes = mistakesOf({ ...URLS, DATABASE_URL_JOBS: url })
    expect(mistakes).toEqual([expect.stringMatching(/^DATABASE_URL_JOBS .*verify-full/)])
  })

  it('without a host goes where PGHOST says', () => {
    const urls = { ...URLS, DATABASE_URL_JOBS: 'postgres:///x' }
    expect(mistakesOf({ ...urls, PGHOST: '192.0.2.1' })).toEqual([expect.stringContaining('DATABASE_URL_JOBS')])
    expect(mistakesOf({ ...urls, PGHOST: '/run/postgresql' })).toEqual([])
    expect(mistakesOf(urls)).toEqual([])
  })

  it('is never repeated, since it holds a password', () => {
    const wrong = [
      'mysql://a:hidden@db/x',
      'hidden',
      'postgres://a:hidden@db.example.com/x',
      'postgres://a:hidden@h:x/',
    ]
    for (const url of wrong) {
      const mistakes = mistakesOf({ ...URLS, DATABASE_URL: url, DATABASE_URL_OWNER: url }).join('\n')
      expect(mistakes).toMatch(/DATABASE_URL .*\nDATABASE_URL_OWNER /)
      expect(mistakes).not.toMatch(/hidden|example/)
    }
  })
})

describe('the mail server', () => {
  it('is taken with its sender, whose default is of its host', () => {
    const { mail } = readConfig({ TILLGATE_SMTP_URL: 'smtps://u:hidden@mail.example.com:465' })
    expect(mail?.url.reveal()).toBe('smtps://u:hidden@mail.example.com:465')
    expect(mail?.from).toBe('tillgate@mail.example.com')
  })

  it.each([
    'http://mail.example.com',
    'mail.example.com',
    'smtp://',
    'smtps://mail.example.com/?tls.rejectUnauthorized=false',
    'smtp://u:hidden@mail.example.com?ignoreTLS=true',
  ])('is refused as %s, without repeating it', (TILLGATE_SMTP_URL) => {
    const mistakes = mistakesOf({ TILLGATE_SMTP_URL })
    expect(mistakes).toEqual([expect.stringContaining('TILLGATE_SMTP_URL')])
    expect(mistakes.join()).not.toContain('hidden')
  })

  it('is not sent for by two addresses or a header', () => {
    const environment = { TILLGATE_SMTP_URL: 'smtps://mail.example.com', TILLGATE_MAIL_FROM: 'a@b.c\r\nBcc: d@e.f' }
    expect(mistakesOf(environment)).toEqual([expect.stringContaining('TILLGATE_MAIL_FROM')])
  })
})
