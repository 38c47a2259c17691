import type { StoredRecord } from '#audit'
import type { Member } from '#identity'
import { visibleText } from '../visible-text.ts'
import { whoWords } from '../who-words.ts'
import { callRow } from './call-row.ts'
import type { Names } from './names.ts'

/** One record of any kind as a line: what was done, by whom, to what. */
export function auditRow(stored: StoredRecord, { names, members }: { names: Names; members: readonly Member[] }) {
  const { header } = stored
  const by = header.operator ?? (header.account === undefined ? undefined : `account:${header.account}`)
  return {
    ...callRow(stored, names),
    action: header.action ?? null,
    subject: header.subject === undefined ? null : visibleText(header.subject),
    by: by === undefined ? null : whoWords(by, members),
    hash: stored.hash,
  }
}
