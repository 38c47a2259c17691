import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Workspace } from '#identity'
import { tokenHash } from '#kernel'
import { LANDMARKS } from '#sandbox'
import { type Entry, enterByToken, withClient } from '#store'
import { startTestGate, type TestGate } from '../support/gate.ts'
import { memberGrant } from '../support/member-grant.ts'
import { callTool } from '../support/rpc.ts'

let test: TestGate
let alpha: Workspace
let beta: Workspace

beforeAll(async () => {
  test = await startTestGate()
  alpha = await test.workspace('alpha')
  beta = await test.workspace('beta')
}, 60_000)
afterAll(() => test?.stop())

const grant = ({ workspaceId }: Workspace, accountId?: string) =>
  memberGrant(test.database, { workspaceId, role: 'support', ...(accountId !== undefined && { accountId }) })

/** What the door tells of the token now. */
async function entryOf(token: string): Promise<Entry> {
  const found = await enterByToken(test.database.pools.app, { tokenHash: tokenHash(token), resource: 'core' }, null)
  if (!found) throw new Error('the door knows no such token')
  return found.entry
}

const mcp = () => `${test.gate.url}/mcp`
const readNote = (token: string) =>
  callTool(mcp(), token, { name: 'get_order', arguments: { store: 'harbour', id: LANDMARKS.benignNote.id } })
const listStores = (token: string) => callTool(mcp(), token, { name: 'list_stores', arguments: {} })

const lastHeader = ({ workspaceId }: Workspace): Promise<Record<string, unknown>> =>
  test.database.jobs.inWorkspace(workspaceId, async (tx) => {
    const last = tx.selectFrom('audit.records').select('header').orderBy('seq', 'desc').limit(1)
    return JSON.parse((await last.executeTakeFirstOrThrow()).header)
  })

describe("strangers' text that a member's agent was shown", () => {
  it('taints the account: every grant of it, in every workspace', async () => {
    const first = await grant(alpha)
    const elsewhere = await grant(beta, first.accountId)
    const another = await grant(beta)
    await listStores(first.token)
    expect((await entryOf(elsewhere.token)).tainted_at).toBeNull()
    expect((await readNote(first.token)).text).toContain('⟦customer text')
    for (const { token } of [first, elsewhere]) expect((await entryOf(token)).tainted_at).toBeInstanceOf(Date)
    expect((await entryOf(another.token)).tainted_at).toBeNull()
    expect(await lastHeader(alpha)).toMatchObject({ account: first.accountId, tainted: true })
  })

  it('stays on the account when the agent is ended and connected again', async () => {
    const first = await grant(alpha)
    await readNote(first.token)
    await test.database.jobs.inWorkspace(alpha.workspaceId, (tx) =>
      tx.updateTable('tillgate.agents').set({ revoked_at: new Date() }).where('agent_id', '=', first.agentId).execute(),
    )
    const again = await grant(alpha, first.accountId)
    expect((await entryOf(again.token)).tainted_at).toBeInstanceOf(Date)
  })

  it('is marked again only when the mark is older than a minute', async () => {
    const { token, accountId } = await grant(alpha)
    await readNote(token)
    const first = (await entryOf(token)).tainted_at
    await readNote(token)
    expect((await entryOf(token)).tainted_at).toEqual(first)
    await asSuperuser(
      "update auth.account_marks set tainted_at = tainted_at - interval '2 minutes' where account_id = $1",
      accountId,
    )
    await readNote(token)
    expect((await entryOf(token)).tainted_at?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
  })

  it('taints a machine agent itself, and no account', async () => {
    const token = await test.token(await test.agent(alpha, { role: 'support' }))
    await readNote(token)
    expect((await entryOf(token)).tainted_at).toBeInstanceOf(Date)
    expect(await lastHeader(alpha)).not.toHaveProperty('account')
  })
})

describe('a grant', () => {
  it('is seen when a call of it is recorded, to the minute', async () => {
    const { token, grantId } = await grant(alpha)
    const other = await grant(alpha)
    expect((await entryOf(token)).last_seen_at).toBeNull()
    await listStores(token)
    const first = (await entryOf(token)).last_seen_at
    expect(first).toBeInstanceOf(Date)
    await listStores(token)
    expect((await entryOf(token)).last_seen_at).toEqual(first)
    expect((await entryOf(other.token)).last_seen_at).toBeNull()
    await asSuperuser(
      "update tillgate.grants set last_seen_at = last_seen_at - interval '2 minutes' where grant_id = $1",
      grantId,
    )
    await listStores(token)
    expect((await entryOf(token)).last_seen_at?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0)
  })
})

async function asSuperuser(text: string, id: string): Promise<void> {
  await withClient(test.database.superuser, (client) => client.query(text, [id]))
}
