import { AppError } from '#kernel'

/** A row at a time in, rows in groups out: resolves after the commit that carries the row. */
export type GroupCommit<Row, Result> = {
  /** Rejects with AppError `unavailable` when the queue is full or closed, else with what `insert` threw. */
  add(row: Row): Promise<Result>
  /** Takes no more rows and resolves when the waiting ones are settled. */
  close(): Promise<void>
}

type Options<Row, Result> = {
  /** Writes all rows in one transaction and gives their results in the same order. */
  insert: (rows: Row[]) => Promise<readonly Result[]>
  /** Whether the error names a row that the database refuses, so that nothing was written and a retry is safe. */
  isBadRow: (error: unknown) => boolean
  /** Rows in one transaction. */
  batchMax: number
  /** Rows that wait; beyond it callers are refused at once. */
  queueMax: number
}

type Waiting<Row, Result> = { row: Row; done: (result: Result) => void; failed: (error: unknown) => void }

/**
 * While one insert is on its way the next rows gather. A batch with a bad row is retried row by row, so that it fails
 * alone; after any other error nobody knows what was written, so all rows of the batch are rejected and none is retried.
 */
export function groupCommit<Row, Result>(options: Options<Row, Result>): GroupCommit<Row, Result> {
  const waiting: Waiting<Row, Result>[] = []
  let draining: Promise<void> | undefined
  let closed = false

  const drain = async () => {
    // Calls whose stores answered in the same turn of the loop share one commit.
    await new Promise(setImmediate)
    while (waiting.length > 0) await write(waiting.splice(0, options.batchMax), options)
    draining = undefined
  }
  return {
    add: (row) =>
      new Promise((done, failed) => {
        if (closed || waiting.length >= options.queueMax) return failed(refused())
        waiting.push({ row, done, failed })
        draining ??= drain()
      }),
    async close() {
      closed = true
      await draining
    },
  }
}

async function write<Row, Result>(batch: Waiting<Row, Result>[], options: Options<Row, Result>): Promise<void> {
  try {
    settle(batch, await options.insert(batch.map(({ row }) => row)))
  } catch (error) {
    if (batch.length === 1 || !options.isBadRow(error)) return reject(batch, error)
    for (const entry of batch) await write([entry], options)
  }
}

function settle<Row, Result>(batch: Waiting<Row, Result>[], results: readonly Result[]): void {
  for (const [index, { done, failed }] of batch.entries()) {
    const result = results[index]
    if (result === undefined) failed(new Error('the insert gave no result for a row'))
    else done(result)
  }
}

function reject<Row, Result>(batch: Waiting<Row, Result>[], error: unknown): void {
  for (const { failed } of batch) failed(error)
}

function refused(): AppError {
  return new AppError('unavailable', 'Too much is waiting to be recorded; try again in a few seconds.', {
    retryAfterS: 2,
  })
}
