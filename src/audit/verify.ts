import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { sql } from 'kysely'
import type { Jobs, WorkspaceTransaction } from '#store'
import { type Anchor, type ChainReport, verifyChain } from './chain.ts'
import { isSignedBy, parseHead } from './head-note.ts'
import type { Receipt } from './log.ts'
import type { Problem } from './problems.ts'
import { INSTANCE_CHAIN } from './record.ts'
import type { ChainRow } from './record-hash.ts'

export type WorkspaceReport = ChainReport & {
  readonly workspace: string
  /** Null for the chain of the instance, and for a workspace that only heads or receipts know. */
  readonly slug: string | null
  /** Heads with a good signature that were held against the chain. */
  readonly heads: number
}

export type AuditReport = {
  /** Whether there is no problem at all. */
  readonly ok: boolean
  readonly workspaces: readonly WorkspaceReport[]
  /** Lines of the heads file that are no head, as a crash leaves them; they prove nothing and are no problem. */
  readonly unreadableHeads: number
}

export type VerifyOptions = {
  readonly jobs: Jobs
  /** `<keys folder>/heads.jsonl`; one that is not there holds no heads. */
  readonly headsFile: string
  /** Ed25519 public key (or the private one) that signs heads. */
  readonly publicKey: KeyObject
  /** Kept by callers, elsewhere. */
  readonly receipts?: readonly (Receipt & { readonly workspace: string })[]
  /** Ids to look at; all of them, with the instance's chain, unless told. */
  readonly workspaces?: readonly string[]
  /** Hears now and then how many records of the chain at hand were read; must not throw. */
  readonly onProgress?: ((records: number) => void) | undefined
}

/**
 * Checks every chain against itself, the heads and the receipts. It may run beside a server that writes. It needs no
 * data key: whether a body is the recorded one shows in its digest. Rejects when the database or the file cannot be read.
 */
export async function verifyAudit(options: VerifyOptions): Promise<AuditReport> {
  const { jobs, receipts = [] } = options
  // Before the records, so that each head in it must be found among them.
  const file = await readHeads(options)
  const listed = new Map((await jobs.listWorkspaces()).map((row) => [row.workspace_id, row.slug]))
  const known = [INSTANCE_CHAIN, ...listed.keys(), ...file.chains.keys(), ...receipts.map(({ workspace }) => workspace)]
  const workspaces: WorkspaceReport[] = []
  for (const workspace of new Set(options.workspaces ?? known)) {
    const heads = file.chains.get(workspace) ?? NO_HEADS
    const held = receipts
      .filter((receipt) => receipt.workspace === workspace)
      .map(({ record, hash }): Anchor => ({ witness: 'receipt', seq: record, hash: hash.toLowerCase() }))
    const report = await verifyWorkspace(options, workspace, [...heads.good, ...held])
    const problems = [...report.problems, ...heads.bad]
    workspaces.push({ ...report, problems, workspace, slug: listed.get(workspace) ?? null, heads: heads.good.length })
  }
  const ok = workspaces.every(({ problems }) => problems.length === 0)
  return { ok, workspaces, unreadableHeads: file.unreadable }
}

type Heads = { good: Anchor[]; bad: Problem[] }
type HeadsFile = { chains: Map<string, Heads>; unreadable: number }

const NO_HEADS: Heads = { good: [], bad: [] }

async function readHeads({ headsFile, publicKey }: VerifyOptions): Promise<HeadsFile> {
  const file: HeadsFile = { chains: new Map(), unreadable: 0 }
  let line = 0
  for await (const text of linesOf(headsFile)) {
    line += 1
    const head = parseHead(text)
    if (!head) {
      file.unreadable += 1
      continue
    }
    const heads = file.chains.get(head.workspace) ?? { good: [], bad: [] }
    file.chains.set(head.workspace, heads)
    if (isSignedBy(head, publicKey)) heads.good.push({ witness: 'signed_head', seq: head.seq, hash: head.hash })
    else heads.bad.push({ kind: 'bad_signature', seq: head.seq, line })
  }
  return file
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

function verifyWorkspace(
  { jobs, onProgress }: VerifyOptions,
  workspace: string,
  anchors: Anchor[],
): Promise<ChainReport> {
  return jobs.inWorkspace(workspace, async (tx) => {
    const { head, hash, last } = await endOf(tx, workspace)
    const own: Anchor[] = hash ? [{ witness: 'database_head', seq: head, hash: hash.toString('hex') }] : []
    const report = await verifyChain(workspace, pages(tx, { workspace, onProgress }), [...anchors, ...own])
    if (last <= head) return report
    return { ...report, problems: [...report.problems, { kind: 'beyond_head', head, last }] }
  })
}

type End = { head: number; hash: Buffer | undefined; last: number }

/** The head and the last record in one statement, hence as of one moment. */
async function endOf(tx: WorkspaceTransaction, workspace: string): Promise<End> {
  const end = await tx
    .selectNoFrom((select) => [
      select.selectFrom('audit.heads').where('workspace_id', '=', workspace).select('seq').as('head'),
      select.selectFrom('audit.heads').where('workspace_id', '=', workspace).select('hash').as('hash'),
      select
        .selectFrom('audit.records')
        .where('workspace_id', '=', workspace)
        .select(({ fn }) => fn.max('seq').as('last'))
        .as('last'),
    ])
    .executeTakeFirstOrThrow()
  return { head: Number(end.head ?? 0), hash: end.hash ?? undefined, last: Number(end.last ?? 0) }
}

const PAGE = 5_000

type Reading = { readonly workspace: string; readonly onProgress: VerifyOptions['onProgress'] }

async function* pages(tx: WorkspaceTransaction, { workspace, onProgress }: Reading): AsyncGenerator<ChainRow> {
  let after = 0
  let read = 0
  for (;;) {
    const page = await readPage(tx, workspace, after)
    read += page.length
    onProgress?.(read)
    for (const row of page) yield row
    const last = page.at(-1)
    if (!last) return
    after = last.seq
  }
}

/** The digests of bodies are taken by the database, so that the bodies stay there. */
async function readPage(tx: WorkspaceTransaction, workspace: string, after: number): Promise<ChainRow[]> {
  const rows = await tx
    .selectFrom('audit.records as r')
    .leftJoin('audit.bodies as b', (on) =>
      on.onRef('b.workspace_id', '=', 'r.workspace_id').onRef('b.seq', '=', 'r.seq'),
    )
    .select(['r.seq', 'r.at', 'r.header', 'r.body_digest as bodyDigest', 'r.hash'])
    .select(sql<Buffer | null>`sha256(b.sealed)`.as('sealedDigest'))
    .where('r.workspace_id', '=', workspace)
    .where('r.seq', '>', String(after))
    .orderBy('r.seq')
    .limit(PAGE)
    .execute()
  return rows.map((row) => ({ ...row, seq: Number(row.seq), at: row.at.getTime() }))
}
