import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { packageRoot } from '#kernel'

export type Migration = {
  readonly version: number
  readonly name: string
  readonly sql: string
  readonly digest: string
}

const FOLDER = 'src/store/migrations'
/** Any number, as long as every replica takes the same lock. */
const LOCK = 7_408_740

/** The SQL that an administrator runs: roles, schemas, doors. It may be run again. */
export function rolesSql(): string {
  return readFileSync(join(packageRoot(), FOLDER, 'roles.sql'), 'utf8')
}

/** The numbered migrations that ship with this version, in order. */
export function migrations(): Migration[] {
  const folder = join(packageRoot(), FOLDER)
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8')
      return { version: Number(name.slice(0, 4)), name, sql, digest: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * Runs what is missing as `tillgate_owner`, each migration in a transaction of its own, one replica at a time.
 * Refuses a migration that was edited after it ran. Gives the names of those that ran now.
 */
export async function migrate(owner: pg.Client, all: readonly Migration[] = migrations()): Promise<string[]> {
  await owner.query('select pg_advisory_lock($1)', [LOCK])
  try {
    await owner.query(
      'create table if not exists tillgate.migrations (version int primary key, name text not null, digest text not null, ran_at timestamptz not null default now())',
    )
    await owner.query('grant select on tillgate.migrations to tillgate_app, tillgate_jobs')
    const done = await owner.query<{ version: number; digest: string }>(
      'select version, digest from tillgate.migrations',
    )
    const digests = new Map(done.rows.map((row) => [row.version, row.digest]))
    const ran: string[] = []
    for (const migration of all) {
      const digest = digests.get(migration.version)
      if (digest === undefined) ran.push(await run(owner, migration))
      else if (digest !== migration.digest) throw new Error(`migration ${migration.name} was changed after it ran`)
    }
    return ran
  } finally {
    await owner.query('select pg_advisory_unlock($1)', [LOCK])
  }
}

async function run(owner: pg.Client, { version, name, sql, digest }: Migration): Promise<string> {
  await owner.query('begin')
  try {
    await owner.query(sql)
    await owner.query('insert into tillgate.migrations (version, name, digest) values ($1, $2, $3)', [
      version,
      name,
      digest,
    ])
    await owner.query('commit')
    return name
  } catch (error) {
    await owner.query('rollback')
    throw error
  }
}
