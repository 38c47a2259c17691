import type { Problem } from './problems.ts'
import { type ChainRow, recordHash } from './record-hash.ts'

/** A record that does not follow from the one stored before it, with the hash of that one. */
export type Suspect = { readonly row: ChainRow; readonly before: Buffer }

/** What is wrong with the suspects, and for each place that holds another's record the hash that belongs there. */
type Classified = { readonly problems: readonly Problem[]; readonly trueHashes: ReadonlyMap<number, Buffer> }

/**
 * Tells apart what was changed, what was moved, and what only follows a moved record. Walks the suspects in order with
 * the hash that truly belongs before each; their number is bounded by the caller, because all are tried for each place.
 */
export function classify(suspects: readonly Suspect[]): Classified {
  const trueHashes = new Map<number, Buffer>()
  const problems = suspects.flatMap(({ row, before }): Problem[] => {
    const previous = trueHashes.get(row.seq - 1) ?? before
    if (recordHash(row, previous).equals(row.hash)) return bodyProblem(row, [row])
    const owner = suspects.find((other) => belongs(other.row, row, previous))?.row
    if (!owner) return [{ kind: 'changed', seq: row.seq }, ...bodyProblem(row, [row])]
    trueHashes.set(row.seq, hashAt(row.seq, owner, previous))
    return [{ kind: 'reordered', seq: row.seq, found_at: owner.seq }, ...bodyProblem(row, [row, owner])]
  })
  return { problems, trueHashes }
}

/** The body must be that of one of these records: a moved record may have left its body behind or taken it along. */
export function bodyProblem({ seq, sealedDigest }: ChainRow, owners: readonly ChainRow[]): Problem[] {
  if (sealedDigest === null || owners.some((owner) => owner.bodyDigest.equals(sealedDigest))) return []
  return [{ kind: 'body_changed', seq }]
}

/** Whether the record, wherever it stands, makes a stored hash when it is put in the place of the other. */
function belongs(candidate: ChainRow, place: ChainRow, previous: Buffer): boolean {
  const hash = hashAt(place.seq, candidate, previous)
  return candidate !== place && (hash.equals(candidate.hash) || hash.equals(place.hash))
}

function hashAt(seq: number, { bodyDigest, header }: ChainRow, previous: Buffer): Buffer {
  return recordHash({ seq, bodyDigest, header }, previous)
}
