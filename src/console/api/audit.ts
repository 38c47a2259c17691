import { Hono } from 'hono'
import { z } from 'zod'
import { headOf, type RecordFilter, searchRecords } from '#audit'
import { listMembers } from '#identity'
import { exportRecords } from './audit-export.ts'
import { auditRow } from './audit-row.ts'
import { verifyLive } from './audit-verify.ts'
import { namesOf } from './names.ts'
import { seat } from './seat.ts'
import { id, query, recordNumber } from './valid.ts'
import type { ApiEnv } from './visit.ts'

const filters = {
  kind: z.enum(['call', 'refusal', 'admin']).optional(),
  /** Its beginning, e.g. `role.` */
  action: z.string().max(64).optional(),
  account: id.optional(),
  agent: id.optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
}

type Filters = z.output<z.ZodObject<typeof filters>>

const LINES = 100

/** The record: searched, checked, and taken along. For owners and admins, because it names everybody. */
export const auditApi = new Hono<ApiEnv>()
  .get('/', seat('member', 'read_audit'), query({ ...filters, before: recordNumber.optional() }), async (c) => {
    const { tx } = c.var.visit
    const { before, ...wanted } = c.req.valid('query')
    const { records, next } = await searchRecords(tx, filterOf(wanted), { before, limit: LINES })
    const names = await namesOf(
      tx,
      records.map(({ header }) => header),
    )
    const members = await listMembers(tx)
    return c.json({
      records: records.map((record) => auditRow(record, { names, members })),
      next,
      head: await headOf(tx),
    })
  })
  .get('/verify', seat('member', 'read_audit'), (c) => verifyLive(c))
  .get('/export', seat('member', 'read_audit'), query(filters), (c) => exportRecords(c, filterOf(c.req.valid('query'))))

function filterOf({ kind, action, account, agent, from, to }: Filters): RecordFilter {
  return {
    kinds: kind === undefined ? undefined : [kind],
    action,
    account,
    agents: agent === undefined ? undefined : [agent],
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
  }
}
