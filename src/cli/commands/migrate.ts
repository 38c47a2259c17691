import type { Secret } from '#kernel'
import { migrateByUrl, migrations, openDatabase, rolesSql, StartError } from '#store'
import type { Command } from '../command.ts'
import { createLog } from '../log.ts'
import { finishFirst } from '../until-stopped.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  about: 'brings the schema up to date; --roles prints the SQL that an administrator runs once',
  usage: '[--roles]',
  words: { min: 0, max: 0 },
  options: { roles: { type: 'boolean', about: 'print the SQL of roles, schemas and doors, and do nothing' } },
  async run({ config, values }) {
    if (values.roles === true) return { text: rolesSql(), json: { sql: rolesSql() } }
    const ran =
      config.database.kind === 'urls' ? await migrateAsOwner(config.database.ownerUrl) : await migrateEmbedded(config)
    return {
      text: ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The schema is up to date.',
      json: { ran, known: migrations().map(({ name }) => name) },
    }
  },
}

async function migrateAsOwner(ownerUrl: Secret | undefined): Promise<string[]> {
  if (ownerUrl === undefined) throw new StartError('Set DATABASE_URL_OWNER: migrations run as tillgate_owner.')
  return migrateByUrl(ownerUrl)
}

/** Opening the embedded database migrates it. */
async function migrateEmbedded(config: Parameters<Command['run']>[0]['config']): Promise<string[]> {
  finishFirst()
  const { dataFolder, database: source, path } = config
  const database = await openDatabase({ dataFolder, source, path, log: createLog('warn'), forOneCommand: true })
  await database.close()
  return database.migrated
}
