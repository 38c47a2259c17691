import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AuditReport, explainProblem, verifyAudit, type WorkspaceReport } from '#audit'
import { AppError } from '#kernel'
import { type Command, textOption } from '../command.ts'
import { withInstance } from '../with-instance.ts'

export const auditVerify: Command = {
  name: 'audit verify',
  about: 'checks every record: chain, gaps, signed heads, receipts, erased bodies',
  usage: '[--receipts FILE]',
  words: { min: 0, max: 0 },
  options: {
    receipts: {
      type: 'string',
      value: 'FILE',
      about: 'receipts that agents kept, a JSON line each: {"workspace","record","hash"}',
    },
  },
  run: async ({ config, values }) => {
    const receipts = readReceipts(textOption({ values }, 'receipts'))
    return withInstance(config, async ({ jobs, keys }) => {
      const headsFile = join(config.keysFolder, 'heads.jsonl')
      const report = await verifyAudit({ jobs, headsFile, publicKey: keys.signingKey, receipts })
      return { text: describe(report), json: report, failed: !report.ok }
    })
  },
}

type Receipts = { workspace: string; record: number; hash: string }[]

function readReceipts(file: string | undefined): Receipts {
  if (file === undefined) return []
  return textOf(file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => readReceipt(line, index + 1))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? `${cause.code}` : 'unknown reason'
    throw new AppError('invalid_arguments', `The receipts ${file} cannot be read (${reason}): check --receipts.`, {
      cause,
    })
  }
}

function readReceipt(line: string, number: number): Receipts[number] {
  try {
    const { workspace, record, hash } = JSON.parse(line)
    if (typeof workspace === 'string' && Number.isSafeInteger(record) && /^[0-9a-f]{64}$/i.test(hash))
      return { workspace, record, hash }
  } catch {
    // Said below, like any other line that is no receipt.
  }
  throw new AppError('invalid_arguments', `Line ${number} of the receipts is not {"workspace","record","hash"}.`)
}

function describe(report: AuditReport): string {
  const chains = report.workspaces.flatMap(describeChain)
  return [...chains, report.ok ? 'Every record is where and what it was.' : 'The records were tampered with.'].join(
    '\n',
  )
}

function describeChain(chain: WorkspaceReport): string[] {
  const name = chain.slug ?? 'instance'
  const summary = `${name.padEnd(20)} ${chain.records} records, ${chain.heads} signed heads, bodies ${chain.bodies.present} present ${chain.bodies.erased} erased`
  return [summary, ...chain.problems.map((problem) => `  ${explainProblem(problem)}`)]
}
