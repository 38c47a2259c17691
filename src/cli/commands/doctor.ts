import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config'
import { AppError, packageVersion } from '#kernel'
import { type CheckedDatabase, holdsDatabase, jobs, openDatabase, StartError } from '#store'
import { openKeysFolder } from '#vault'
import type { Command } from '../command.ts'
import { finishFirst } from '../until-stopped.ts'

type Finding = { readonly name: string; readonly ok: boolean; readonly says: string }

export const doctor: Command = {
  name: 'doctor',
  about: 'says what works here and what does not, and what to do about it',
  usage: '',
  words: { min: 0, max: 0 },
  options: {},
  async run({ config }) {
    finishFirst()
    const data = await finding('data', async () => dataFolder(config))
    const database = await lookAtDatabase(config, data.ok)
    const findings: Finding[] = [
      { name: 'node', ok: true, says: `Node ${process.versions.node}` },
      { name: 'tillgate', ok: true, says: packageVersion() },
      {
        name: 'trust',
        ok: true,
        says: 'a program that runs as the same OS user as Tillgate owns its keys and its database: give Tillgate a user of its own',
      },
      data,
      await finding('keys', () => keysFolder(config, database.workspaces)),
      ...database.findings,
    ]
    const failed = findings.some(({ ok }) => !ok)
    return {
      text: findings.map(({ name, ok, says }) => `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${says}`).join('\n'),
      json: { ok: !failed, findings },
      failed,
    }
  },
}

/** What is fine as a sentence; a sentence that is thrown for the operator is what is not. */
async function finding(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, says: await look() }
  } catch (error) {
    if (error instanceof StartError || error instanceof AppError) return { name, ok: false, says: error.message }
    throw error
  }
}

function dataFolder({ dataFolder: folder, database }: Config): string {
  if (database.kind === 'urls') return `${folder} holds only a lock, the database is behind DATABASE_URL`
  if (holdsDatabase(folder)) return `${folder} holds the embedded database`
  return existsSync(folder)
    ? `${folder} holds no database yet; the first start makes it`
    : `${folder} does not exist yet; the first start makes it`
}

async function keysFolder({ keysFolder: folder }: Config, workspaces: number): Promise<string> {
  const isNew = workspaces === 0 && !existsSync(join(folder, 'signing.pem'))
  if (isNew) return `${folder} holds no keys yet; the first start makes them`
  await openKeysFolder({ folder, dataFolderIsNew: false })
  return `${folder} is whole, and open to its owner only; keep a copy of it elsewhere`
}

/** Looks where there is a database; the doctor makes none. */
async function lookAtDatabase(config: Config, dataIsFine: boolean) {
  const seen = { findings: [] as Finding[], workspaces: 0 }
  if (config.database.kind === 'embedded' && !(dataIsFine && holdsDatabase(config.dataFolder))) return seen
  let binaries: string | undefined
  const log = {
    info: (details: object) => {
      if ('kind' in details) binaries = String(details.kind)
    },
    warn: (_: object, text: string) => {
      if (!text.startsWith('set_config')) seen.findings.push({ name: 'note', ok: true, says: text })
    },
  }
  const { dataFolder, database: source, path } = config
  const found = await finding('database', async () => {
    const database = await openDatabase({ dataFolder, source, path, log, forOneCommand: true })
    try {
      seen.workspaces = (await jobs(database.pools.jobs).listWorkspaces()).length
      const kind = source.kind === 'urls' ? 'behind DATABASE_URL' : `embedded, ${binaries ?? 'running already'}`
      seen.findings.push({ name: 'postgres', ok: true, says: `PostgreSQL ${await versionOf(database)}, ${kind}` })
      seen.findings.push({ name: 'set_config', ok: true, says: setConfig(database) })
      return `reachable, schema up to date, ${seen.workspaces} workspaces`
    } finally {
      await database.close()
    }
  })
  return { ...seen, findings: [found, ...seen.findings] }
}

async function versionOf({ pools }: CheckedDatabase): Promise<string> {
  const { rows } = await pools.app.query<{ server_version: string }>('show server_version')
  return rows[0]?.server_version ?? 'of an unknown version'
}

function setConfig({ setConfigOpen }: CheckedDatabase): string {
  return setConfigOpen
    ? 'weaker: open to tillgate_app, so that an injected expression could switch the workspace; revoke it as the superuser with tillgate migrate --roles'
    : 'closed to tillgate_app'
}
