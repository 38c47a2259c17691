export type { ChainReport } from './chain.ts'
export {
  type AgentHour,
  agentHours,
  bucketMs,
  type PulseCell,
  type RefusalCount,
  readPulse,
  refusedMost,
  type StoreCount,
  storeCounts,
  type ToolCount,
  toolCounts,
} from './counts.ts'
export { createHeadSigner, type HeadSigner } from './heads.ts'
export { type AuditEntry, type AuditLog, createAuditLog, type Receipt } from './log.ts'
export { explainProblem, type Problem } from './problems.ts'
export { INSTANCE_CHAIN, type RecordBody, type RecordHeader } from './record.ts'
export { createRefusals, type Refusal, type Refusals } from './refusals.ts'
export {
  headOf,
  type RecordFilter,
  type RecordPage,
  readBody,
  readRecord,
  recordsAfter,
  type StoredBody,
  type StoredRecord,
  searchRecords,
} from './search.ts'
export { createTally, type Tally } from './tally.ts'
export { type AuditReport, type VerifyOptions, verifyAudit, type WorkspaceReport } from './verify.ts'
