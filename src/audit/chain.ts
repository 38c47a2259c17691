import { bodyProblem, classify, type Suspect } from './misplaced.ts'
import type { Problem, Witness } from './problems.ts'
import { EMPTY_DIGEST } from './record.ts'
import { type ChainRow, genesis, recordHash } from './record-hash.ts'

/** What somebody holds against the chain: this record had this hash (hex). */
export type Anchor = { readonly witness: Witness; readonly seq: number; readonly hash: string }

export type ChainReport = {
  /** Records read. */
  readonly records: number
  /** The number of the last one, 0 when there is none. */
  readonly last: number
  /** Bodies that are there, that were erased, and records that never had one. */
  readonly bodies: { readonly present: number; readonly erased: number; readonly none: number }
  /** By number of their record; at most 1,000. */
  readonly problems: readonly Problem[]
  /** How many problems more there are. */
  readonly problemsLeftOut: number
}

const PROBLEMS_MAX = 1_000
/** All are tried for each other's place, so that their number is squared. */
const SUSPECTS_MAX = 200

/**
 * Walks one chain in order of its numbers and tells what is wrong with it, in memory that does not grow with the chain.
 * The record after a gap is taken as it is: what it followed is gone. A body that is not there although the record has
 * its digest was erased, which is allowed and counted.
 */
export async function verifyChain(
  workspaceId: string,
  rows: AsyncIterable<ChainRow> | Iterable<ChainRow>,
  anchors: readonly Anchor[] = [],
): Promise<ChainReport> {
  const walk = startWalk(workspaceId, anchors)
  for await (const row of rows) step(walk, row)
  const { records, last, bodies } = walk
  const { problems: placed, trueHashes } = classify(walk.suspects)
  // A record that was only moved still is what its head or receipt says.
  const contradicted = walk.contradicted.filter(({ seq, hash }) => trueHashes.get(seq)?.toString('hex') !== hash)
  const problems = [...walk.problems, ...placed, ...mismatches(contradicted), ...cutTail(anchors, last)]
  problems.sort((a, b) => placeOf(a) - placeOf(b))
  const leftOut = walk.leftOut + Math.max(0, problems.length - PROBLEMS_MAX)
  return { records, last, bodies, problems: problems.slice(0, PROBLEMS_MAX), problemsLeftOut: leftOut }
}

type Walk = {
  readonly anchors: ReadonlyMap<number, readonly Anchor[]>
  readonly suspects: Suspect[]
  readonly problems: Problem[]
  readonly contradicted: Anchor[]
  readonly bodies: { present: number; erased: number; none: number }
  records: number
  last: number
  /** Stored hash of the record before. */
  previous: Buffer
  leftOut: number
}

function startWalk(workspaceId: string, anchors: readonly Anchor[]): Walk {
  return {
    anchors: bySeq(anchors),
    suspects: [],
    problems: [],
    contradicted: [],
    bodies: { present: 0, erased: 0, none: 0 },
    records: 0,
    last: 0,
    previous: genesis(workspaceId),
    leftOut: 0,
  }
}

function bySeq(anchors: readonly Anchor[]): Map<number, Anchor[]> {
  const groups = new Map<number, Anchor[]>()
  for (const anchor of anchors) {
    const group = groups.get(anchor.seq)
    if (group) group.push(anchor)
    else groups.set(anchor.seq, [anchor])
  }
  return groups
}

function step(walk: Walk, row: ChainRow): void {
  const follows = row.seq === walk.last + 1
  if (!follows) note(walk, [{ kind: 'gap', from: walk.last + 1, to: row.seq - 1 }])
  if (follows && !recordHash(row, walk.previous).equals(row.hash)) suspect(walk, row)
  else note(walk, [...bodyProblem(row, [row]), ...timeProblem(row)])
  countBody(walk, row)
  collectContradictions(walk, row)
  walk.records += 1
  walk.last = row.seq
  walk.previous = row.hash
}

function suspect(walk: Walk, row: ChainRow): void {
  if (walk.suspects.length < SUSPECTS_MAX) walk.suspects.push({ row, before: walk.previous })
  else note(walk, [{ kind: 'changed', seq: row.seq }, ...bodyProblem(row, [row])])
}

function note(walk: Walk, problems: readonly Problem[]): void {
  for (const problem of problems) {
    if (walk.problems.length < PROBLEMS_MAX) walk.problems.push(problem)
    else walk.leftOut += 1
  }
}

function timeProblem({ seq, at, header }: ChainRow): Problem[] {
  const claimed = claimedTime(header)
  return claimed === undefined || Math.floor(claimed) === at ? [] : [{ kind: 'time_changed', seq }]
}

function claimedTime(header: string): number | undefined {
  try {
    const at: unknown = JSON.parse(header)?.at
    return typeof at === 'number' ? at : undefined
  } catch {
    return undefined
  }
}

function countBody({ bodies }: Walk, { sealedDigest, bodyDigest }: ChainRow): void {
  if (sealedDigest !== null) bodies.present += 1
  else if (bodyDigest.equals(EMPTY_DIGEST)) bodies.none += 1
  else bodies.erased += 1
}

function collectContradictions(walk: Walk, { seq, hash }: ChainRow): void {
  const anchors = walk.anchors.get(seq)
  if (!anchors) return
  const shown = hash.toString('hex')
  walk.contradicted.push(...anchors.filter((anchor) => anchor.hash !== shown))
}

/** Of each kind of head the first that contradicts the chain, and each receipt that does. */
function mismatches(contradicted: readonly Anchor[]): Problem[] {
  const heads = (['signed_head', 'database_head'] as const).flatMap((head): Problem[] => {
    const those = contradicted.filter(({ witness }) => witness === head)
    return those[0] ? [{ kind: 'head_mismatch', seq: those[0].seq, head, count: those.length }] : []
  })
  const receipts = contradicted.filter(({ witness }) => witness === 'receipt')
  return [...heads, ...receipts.map(({ seq }): Problem => ({ kind: 'receipt_mismatch', seq }))]
}

function cutTail(anchors: readonly Anchor[], last: number): Problem[] {
  const beyond = anchors.filter(({ seq }) => seq > last)
  if (beyond.length === 0) return []
  const head = beyond.reduce((highest, { seq }) => Math.max(highest, seq), 0)
  const known_from = [...new Set(beyond.map(({ witness }) => witness))].sort()
  return [{ kind: 'tail_cut', head, last, known_from }]
}

/** Where in the chain the problem is. */
function placeOf(problem: Problem): number {
  if ('seq' in problem) return problem.seq
  return problem.kind === 'gap' ? problem.from : problem.last
}
