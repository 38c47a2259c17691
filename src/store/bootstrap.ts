import pg from 'pg'
import { hmac, Secret } from '#kernel'
import { migrate, rolesSql } from './migrate.ts'
import type { Connection, Login } from './pools.ts'
import { clientConfig, LOGINS } from './pools.ts'

/** Where the embedded server listens and who may set it up. */
export type EmbeddedServer = { readonly socketDir: string; readonly port: number; readonly superuserPassword: Secret }

const DATABASE = 'tillgate'

/** The connections of each login to the embedded server. Passwords follow from the superuser's, so none is stored. */
export function embeddedConnections(server: EmbeddedServer): Record<Login | 'owner', Connection> {
  const connection = (login: Login | 'owner'): Connection => ({
    kind: 'socket',
    folder: server.socketDir,
    port: server.port,
    user: `tillgate_${login}`,
    password: passwordOf(server, login),
  })
  return {
    owner: connection('owner'),
    app: connection('app'),
    auth: connection('auth'),
    audit: connection('audit'),
    jobs: connection('jobs'),
  }
}

function passwordOf(server: EmbeddedServer, login: Login | 'owner'): Secret {
  return new Secret(hmac(Buffer.from(server.superuserPassword.reveal()), `login:${login}`).toString('base64url'))
}

/** Makes the database, the roles and the doors of the embedded server, then migrates. Gives the migrations that ran. */
export async function setUpEmbedded(server: EmbeddedServer): Promise<string[]> {
  const superuser: Connection = {
    kind: 'socket',
    folder: server.socketDir,
    port: server.port,
    user: 'postgres',
    password: server.superuserPassword,
  }
  await withClient(clientConfig(superuser, 'postgres'), async (client) => {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`)
  })
  await withClient(clientConfig(superuser, DATABASE), async (client) => {
    await client.query(rolesSql())
    for (const login of ['owner', ...LOGINS] as const) {
      const password = client.escapeLiteral(passwordOf(server, login).reveal())
      await client.query(`alter role tillgate_${login} password ${password}`)
    }
  })
  return withClient(clientConfig(embeddedConnections(server).owner), migrate)
}

/** Runs the work on one connection and closes it. */
export async function withClient<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
