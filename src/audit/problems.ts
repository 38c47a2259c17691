/** Who says that a chain once reached a record. */
export type Witness = 'signed_head' | 'database_head' | 'receipt'

/** One way in which a chain is not what it was. `seq` is the number of a record. */
export type Problem =
  /** The record does not have the hash that its content and the record before it make. */
  | { readonly kind: 'changed'; readonly seq: number }
  /** The column says another time than the hashed header. */
  | { readonly kind: 'time_changed'; readonly seq: number }
  /** The sealed body is not the one whose digest is hashed. */
  | { readonly kind: 'body_changed'; readonly seq: number }
  /** The records from `from` to `to` are not there. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  /** The record that belongs here is found at another number. */
  | { readonly kind: 'reordered'; readonly seq: number; readonly found_at: number }
  /** A witness knows record `head`, and the last one there is `last`. */
  | { readonly kind: 'tail_cut'; readonly head: number; readonly last: number; readonly known_from: readonly Witness[] }
  /** A head shows another hash for this record. `count` more heads may follow it; this is the first. */
  | {
      readonly kind: 'head_mismatch'
      readonly seq: number
      readonly head: 'signed_head' | 'database_head'
      readonly count: number
    }
  | { readonly kind: 'receipt_mismatch'; readonly seq: number }
  /** A head in the file that the signing key did not sign; it proves nothing. */
  | { readonly kind: 'bad_signature'; readonly seq: number; readonly line: number }
  /** There are records after the one that the database's own head names. */
  | { readonly kind: 'beyond_head'; readonly head: number; readonly last: number }

const WITNESSES: Record<Witness, string> = {
  signed_head: 'a signed head',
  database_head: 'the head in the database',
  receipt: 'a receipt',
}

/** The problem in one plain sentence. */
export function explainProblem(problem: Problem): string {
  switch (problem.kind) {
    case 'changed':
      return `Record ${problem.seq} was changed: its content does not make its hash.`
    case 'time_changed':
      return `The time of record ${problem.seq} was changed: its header says another one.`
    case 'body_changed':
      return `The sealed body of record ${problem.seq} was changed: it does not make the digest in the record.`
    case 'gap':
      return `${records(problem)} removed.`
    case 'reordered':
      return `Records were reordered: the one that was number ${problem.seq} stands as number ${problem.found_at}.`
    case 'tail_cut':
      return `The end was cut off: ${problem.known_from.map((witness) => WITNESSES[witness]).join(' and ')} knows record ${problem.head}, but the last one is ${problem.last}.`
    case 'head_mismatch':
      return `History was rewritten at or before record ${problem.seq}: ${WITNESSES[problem.head]} shows another hash for it.`
    case 'receipt_mismatch':
      return `History was rewritten at or before record ${problem.seq}: a receipt shows another hash for it.`
    case 'bad_signature':
      return `The head of record ${problem.seq} on line ${problem.line} of the heads file was not signed by this instance's key.`
    case 'beyond_head':
      return `There are records up to ${problem.last}, but the head in the database is ${problem.head}: it was set back, or they were not written by Tillgate.`
  }
}

function records({ from, to }: { from: number; to: number }): string {
  return from === to ? `Record ${from} was` : `Records ${from} to ${to} were`
}
