import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '#store'
import { startTestDatabase, type TestDatabase } from '../database.ts'
import { fillTwoWorkspaces, type TwoWorkspaces } from './two-workspaces.ts'

let database: TestDatabase
let two: TwoWorkspaces

beforeAll(async () => {
  database = await startTestDatabase()
  two = await fillTwoWorkspaces(database)
}, 60_000)

afterAll(async () => {
  await two?.stop()
  await database?.stop()
})

describe('an expression injected into a query of the application, in workspace one', () => {
  /** What the caller could learn: the rows, or the error with its details. */
  async function answerTo(text: string): Promise<string> {
    const client = await database.pools.app.connect()
    try {
      await client.query('begin')
      await client.query("select from sec.enter_by_token($1, 'core')", [two.one.tokenHash])
      const answer = await client.query(text).then(
        ({ rows }) => rows,
        (error: object) => ({ ...error, message: String(error) }),
      )
      return JSON.stringify(answer)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  const handles = 'select handle from tillgate.stores'

  it.each([
    ['reads by another text', `select query_to_xml('${handles}', true, false, '')`],
    ['reads a whole table', `select table_to_xml('tillgate.stores', true, false, '')`],
    [
      'reads through full text search',
      `select * from ts_stat('select to_tsvector(''simple'', handle) from tillgate.stores')`,
    ],
    ['reads by place', "select handle from tillgate.stores where ctid = any(array['(0,1)', '(0,2)', '(0,3)']::tid[])"],
    ['samples', 'select handle from tillgate.stores tablesample system (100)'],
    ['unites', `select name as handle from tillgate.roles union all ${handles}`],
    ['makes a cast fail on what it reads', 'select handle::int from tillgate.stores'],
  ])('that %s sees its own store and not the other', async (_what, text) => {
    const answer = await answerTo(text)
    expect(answer).toContain('shop-one')
    expect(answer).not.toContain('shop-two')
    expect(answer).not.toContain(two.two.workspaceId)
  })

  it.each([
    [
      'probes a value by an error',
      "select 1 from tillgate.stores where 1 / (handle <> 'shop-two')::int > 0",
      '[{"?column?":1}]',
    ],
    [
      'reads statistics',
      "select * from pg_stats where schemaname in ('tillgate', 'auth', 'audit') and tablename <> 'migrations'",
      '[]',
    ],
    ['counts everything', 'select count(*)::int as n from tillgate.stores', '[{"n":1}]'],
  ])('that %s learns nothing', async (_what, text, answer) => {
    await withClient(database.superuser, (client) => client.query('analyze'))
    expect(await answerTo(text)).toBe(answer)
  })

  it('cannot pass a second door, with a live token of the other neither by itself nor by another text', async () => {
    const token = `'\\x${two.two.tokenHash.toString('hex')}'`
    expect(await answerTo(`select handle, (sec.enter_by_token(${token}, 'core')).slug from tillgate.stores`)).toContain(
      'TW001',
    )
    const nested = `select refusal from sec.enter_by_token(''\\x${two.two.tokenHash.toString('hex')}'', ''core'')`
    expect(await answerTo(`select query_to_xml('${nested}', true, false, '')`)).toContain('TW001')
  })

  it.each([
    "select query_to_xml('set app.workspace_id = 1', true, false, '')",
    "select query_to_xml('reset app.workspace_id', true, false, '')",
    "select query_to_xml('select set_config(''app.workspace_id'', ''1'', true)', true, false, '')",
  ])('cannot leave its workspace: %s', async (text) => {
    expect(await answerTo(text)).toMatch(/"code":"(0A000|42501)"/)
  })
})
