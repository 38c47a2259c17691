import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import { type RecordFilter, type RecordPage, searchRecords } from '#audit'
import { recordAct } from '../record.ts'
import type { GuardedEnv } from './visit.ts'

const PAGE = 2_000
const BUDGET_MS = 1_000

/**
 * The matching records as JSON lines, the newest first: `{"record","hash","header"}`, the header exactly as it is hashed.
 * Without the sealed part. The session is asked for each page, so an export ends with its session; the last line says
 * whether it is complete: `{"complete":true,"records":n}`.
 */
export async function exportRecords(c: Context<GuardedEnv>, filter: RecordFilter): Promise<Response> {
  const { world, session, person } = c.var.visit
  await recordAct(c.var.visit, { action: 'audit.export', subject: person.workspaceId })
  c.header('content-type', 'application/jsonl; charset=utf-8')
  c.header('content-disposition', `attachment; filename="${person.slug}-records.jsonl"`)
  const readPage = (before: number | undefined) =>
    world.people.inWorkspace({ hash: session.hash, slug: person.slug }, (tx) =>
      searchRecords(tx, filter, { before, limit: PAGE, budgetMs: BUDGET_MS }),
    )
  // A reader that fails ends the file without its last line; the default would print the error.
  return stream(
    c,
    (out) => writeAll(out, readPage),
    async (error) => world.onMistake(error),
  )
}

type Write = Parameters<Parameters<typeof stream>[1]>[0]

async function writeAll(out: Write, readPage: (before: number | undefined) => Promise<RecordPage | undefined>) {
  let records = 0
  let page = await readPage(undefined)
  while (page !== undefined && !out.aborted) {
    records += page.records.length
    if (page.records.length > 0) await out.write(linesOf(page))
    if (page.next === null) break
    page = await readPage(page.next)
  }
  await out.write(`${JSON.stringify({ complete: page?.next === null, records })}\n`)
}

function linesOf({ records }: RecordPage): string {
  return records
    .map(({ record, hash, headerText }) => `{"record":${record},"hash":"${hash}","header":${headerText}}\n`)
    .join('')
}
