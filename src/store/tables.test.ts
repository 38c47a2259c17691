import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '#kernel'
import { startTestDatabase, type TestDatabase } from '../../test/database.ts'
import { withClient } from './bootstrap.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)

afterAll(() => database?.stop())

it('the tables of kysely are those of the database, column by column', async () => {
  expect(columnsOfType()).toEqual(await columnsOfDatabase())
})

/** `table.column: type`, with `or null` and `by default` as they apply, in alphabetical order. */
async function columnsOfDatabase(): Promise<string[]> {
  const { rows } = await withClient(database.superuser, (client) =>
    client.query<{ line: string }>(`
      select concat(table_schema, '.', table_name, '.', column_name, ': ', case udt_name
          when 'uuid' then 'string' when 'text' then 'string' when 'int8' then 'string' when '_text' then 'string[]'
          when 'int2' then 'number' when 'int4' then 'number' when 'float8' then 'number' when 'bytea' then 'Buffer' when 'timestamptz' then 'Date' else udt_name end,
        case when is_generated = 'ALWAYS' then ' always' when is_nullable = 'YES' then ' or null' end, case when column_default is not null then ' by default' end) as line
      from information_schema.columns
      where table_schema in ('tillgate', 'audit') and table_name <> 'migrations'`),
  )
  return rows.map(({ line }) => line).sort()
}

function columnsOfType(): string[] {
  const path = join(packageRoot(), 'src/store/tables.ts')
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  const tables = file.statements.filter(ts.isTypeAliasDeclaration).find(({ name }) => name.text === 'Tables')
  return members(tables?.type)
    .flatMap((table) => members(table.type).map((column) => `${nameOf(table)}.${nameOf(column)}: ${shape(column)}`))
    .sort()

  function nameOf(member: ts.PropertySignature): string {
    return member.name.getText(file).replaceAll("'", '')
  }
  function shape(column: ts.PropertySignature): string {
    return shapeOf(column.type?.getText(file) ?? '')
  }
}

function members(type: ts.TypeNode | undefined): ts.PropertySignature[] {
  return type && ts.isTypeLiteralNode(type) ? type.members.filter(ts.isPropertySignature) : []
}

function shapeOf(type: string): string {
  if (type === 'Instant') return 'Date by default'
  if (type === 'MaybeInstant') return 'Date or null'
  // A generated column is never null here: none is made of one that may be.
  const always = /^GeneratedAlways<(.*)>$/.exec(type)?.[1]
  if (always !== undefined) return `${shapeOf(always)} always`
  const generated = /^Generated<(.*)>$/.exec(type)?.[1]
  if (generated !== undefined) return `${shapeOf(generated)} by default`
  if (type.endsWith(' | null')) return `${shapeOf(type.slice(0, -' | null'.length))} or null`
  return type === 'Seat' || /^'\w+'( \| '\w+')*$/.test(type) ? 'string' : type
}
