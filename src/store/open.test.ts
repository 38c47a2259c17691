import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { embeddedConnections, withClient } from './bootstrap.ts'
import { type OpenOptions, openDatabase } from './open.ts'
import { LOGINS } from './pools.ts'

let database: TestDatabase
let warnings: string[] = []

const superuser = (text: string) => withClient(database.superuser, (client) => client.query(text))

/** By URL, as somebody with a PostgreSQL of their own opens it. */
function byUrl(): OpenOptions {
  const url = (login: (typeof LOGINS)[number]) => {
    const connection = embeddedConnections(database.server)[login]
    if (connection.kind === 'url') return connection.url
    const { user, password, folder, port } = connection
    return new Secret(
      `postgres://${user}:${password.reveal()}@localhost:${port}/tillgate?host=${encodeURIComponent(folder)}`,
    )
  }
  const urls = { app: url('app'), auth: url('auth'), audit: url('audit'), jobs: url('jobs') }
  const log = { info: () => {}, warn: (_details: object, text: string) => void warnings.push(text) }
  return { dataFolder: '/nowhere', source: { kind: 'urls', urls }, path: '', log }
}

const connections = async () => {
  const found = await superuser("select from pg_stat_activity where application_name like 'tillgate-%'")
  return found.rowCount
}

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterEach(() => {
  warnings = []
})

afterAll(() => database?.stop())

describe('a database behind URLs', () => {
  it('is opened with a pool for each login, and neither started nor migrated', async () => {
    const opened = await openDatabase(byUrl())
    expect(opened).toMatchObject({ server: undefined, migrated: [] })
    for (const login of LOGINS) {
      const { rows } = await opened.pools[login].query('select current_user as login')
      expect(rows).toEqual([{ login: `tillgate_${login}` }])
    }
    await opened.close()
    expect(warnings).toEqual([])
    await expect.poll(connections).toBe(0)
  })

  it('is closed on both sides when close is done, so that a server which stops now finds nobody to disconnect', async () => {
    const opened = await openDatabase(byUrl())
    let closed = 0
    opened.pools.app.on('remove', () => {
      closed += 1
    })
    await Promise.all(Array.from({ length: 30 }, () => opened.pools.app.query('select pg_sleep(0.05)')))
    expect(opened.pools.app.totalCount).toBe(10)
    await opened.close()
    expect(closed).toBe(10)
    expect(warnings).toEqual([])
  })

  it('that cannot be reached is refused with what to check for each login, and nothing of a URL', async () => {
    const { source, ...options } = byUrl()
    if (source.kind !== 'urls') throw new Error('not by URL')
    const wrong = (change: (url: URL) => unknown) => {
      const url = new URL(source.urls.auth.reveal())
      change(url)
      return new Secret(url.href)
    }
    const opening = openDatabase({
      ...options,
      source: {
        kind: 'urls',
        urls: {
          app: wrong((url) => url.searchParams.set('host', '/nowhere/sockets')),
          auth: wrong((url) => Object.assign(url, { password: 'hidden' })),
          audit: wrong((url) => Object.assign(url, { pathname: '/hidden' })),
          jobs: wrong((url) => url.searchParams.set('sslrootcert', '/nowhere/hidden.pem')),
        },
      },
    })
    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: [
        'The database cannot be used:',
        '  - DATABASE_URL: nothing listens there; check host and port, and that PostgreSQL runs',
        '  - DATABASE_URL_AUTH: the user or its password is refused; check both, and pg_hba.conf of the server',
        '  - DATABASE_URL_AUDIT: there is no such database; check the name behind the last slash',
        '  - DATABASE_URL_JOBS: a certificate or key file that it names cannot be read; check sslrootcert, sslcert, sslkey',
      ].join('\n'),
    })
    await expect.poll(connections).toBe(0)
  })

  it('is refused with every problem in one message, and then no connection stays open', async () => {
    await superuser('alter role tillgate_app bypassrls; alter table tillgate.stores no force row level security')
    const opening = openDatabase(byUrl())
    await expect(opening).rejects.toMatchObject({
      name: 'StartError',
      message: [
        'The database is not fit to serve:',
        '  - the login of DATABASE_URL is a superuser or bypasses row security; use tillgate_app',
        '  - tillgate.stores has no forced row security or no policy',
      ].join('\n'),
    })
    await superuser('alter role tillgate_app nobypassrls; alter table tillgate.stores force row level security')
    await expect.poll(connections).toBe(0)
  })

  it('is opened with a warning where nobody could take set_config away', async () => {
    await superuser('grant execute on function pg_catalog.set_config(text, text, boolean) to tillgate_app')
    const opened = await openDatabase(byUrl())
    await opened.close()
    expect(warnings).toEqual([
      'set_config is open to the application role: the database administrator could not revoke it',
    ])
    await superuser('revoke execute on function pg_catalog.set_config(text, text, boolean) from tillgate_app')
  })
})
