import { createHash } from 'node:crypto'
import pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'
import { serialize } from 'pg-protocol'

/** A statement with the name under which each connection prepares it once. */
export type Statement = { readonly name: string; readonly text: string }

export type Row = Record<string, unknown>
export type Step = { readonly statement: Statement; readonly values: readonly unknown[] }

/** The name follows from the text, so one name can never mean two statements. */
export function statement(text: string): Statement {
  return { name: `t_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text }
}

/**
 * Runs the steps as one implicit transaction in one round trip and gives the rows of each.
 * A failed step rolls back all of them. A connection that might carry a workspace over is dropped.
 */
export async function oneTrip(pool: pg.Pool, steps: readonly Step[]): Promise<Row[][]> {
  const client = await pool.connect()
  try {
    const results = await new Promise<Row[][]>((resolve, reject) => {
      client.query(new OneTrip(steps, (error, rows = []) => (error ? reject(error) : resolve(rows))))
    })
    client.release(client.getTransactionStatus() !== 'I')
    return results
  } catch (error) {
    client.release(!isOrdinary(error))
    throw error
  }
}

/** Errors after which the connection is as good as before; a time-out, a lost server or a transaction left open is none. */
function isOrdinary(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(08|25P|57P|TW001)/.test(error.code ?? '')
}

type Callback = (error: Error | null, rows?: Row[][]) => void
type WireResult = pg.Result & { addFields(fields: unknown): void; parseRow(cells: unknown): Row }
type WireStep = { statement: Statement; values: (string | Buffer | null)[] }

/** What a connection has prepared, by name, with the columns of its rows once they are known. */
type Prepared = Map<string, Columns | undefined>
type Columns = unknown[]

const preparedOn = new WeakMap<pg.Connection, Prepared>()

function preparedBy(connection: pg.Connection): Prepared {
  const prepared: Prepared = preparedOn.get(connection) ?? new Map()
  preparedOn.set(connection, prepared)
  return prepared
}

/**
 * A query of several prepared statements for pg's message-level interface, hence the exact pins of pg and pg-protocol.
 * It has no properties called `name` and `text`: pg would book them as prepared at the first ParseComplete.
 */
class OneTrip implements pg.Submittable {
  /** pg wraps it when query_timeout is set, so every end goes through it. */
  callback: Callback
  readonly #steps: WireStep[]
  readonly #results: WireResult[]
  readonly #columns: (Columns | undefined)[] = []
  #current = 0
  #rowError: Error | undefined

  constructor(steps: readonly Step[], callback: Callback) {
    this.#steps = steps.map((step) => ({ statement: step.statement, values: step.values.map(prepareValue) }))
    this.#results = steps.map(() => new pg.Result('', pg.types) as WireResult)
    this.callback = callback
  }

  submit(connection: pg.Connection): null {
    const prepared = preparedBy(connection)
    const messages: Buffer[] = []
    for (const [index, step] of this.#steps.entries()) {
      const columns = prepared.get(step.statement.name)
      if (columns) this.#setColumns(index, columns)
      messages.push(
        ...messagesOf(step, { prepared: prepared.has(step.statement.name), described: columns !== undefined }),
      )
    }
    // The only Sync: all statements are one transaction.
    messages.push(serialize.sync())
    connection.stream.write(Buffer.concat(messages))
    return null
  }

  #setColumns(index: number, columns: Columns): void {
    this.#columns[index] = columns
    this.#results[index]?.addFields(columns)
  }

  handleRowDescription(message: { fields: Columns }): void {
    this.#setColumns(this.#current, message.fields)
  }

  handleDataRow(message: { fields: unknown }): void {
    if (this.#rowError) return
    const result = this.#results[this.#current]
    try {
      result?.rows.push(result.parseRow(message.fields))
    } catch (error) {
      this.#rowError = error instanceof Error ? error : new Error('a row could not be read', { cause: error })
    }
  }

  handleCommandComplete(): void {
    this.#current += 1
  }

  handleEmptyQuery(): void {
    this.#current += 1
  }

  handlePortalSuspended(): void {}

  handleCopyData(): void {}

  /** The server now takes our Sync for data and waits: the connection is of no use any more. */
  handleCopyInResponse(): void {
    this.callback(new Error('COPY is not for this path'))
  }

  /** After an error pg forgets the query before ReadyForQuery comes: settle here or hang. */
  handleError(error: Error, connection: pg.Connection): void {
    const prepared = preparedBy(connection)
    for (const step of this.#steps) prepared.delete(step.statement.name)
    this.callback(error)
  }

  handleReadyForQuery(connection: pg.Connection): void {
    const prepared = preparedBy(connection)
    for (const [index, step] of this.#steps.entries()) prepared.set(step.statement.name, this.#columns[index])
    this.callback(
      this.#rowError ?? null,
      this.#results.map((result) => result.rows),
    )
  }
}

/** A statement is parsed where the connection may not have it, and described until its columns are known. */
function messagesOf(
  { statement: { name, text }, values }: WireStep,
  known: { prepared: boolean; described: boolean },
): Buffer[] {
  const messages: Buffer[] = []
  if (!known.prepared) {
    // Closing a statement that is not there is no error.
    messages.push(serialize.close({ type: 'S', name }), serialize.parse({ name, text, types: [] }))
  }
  messages.push(serialize.bind({ portal: '', statement: name, values }))
  if (!known.described) messages.push(serialize.describe({ type: 'P', name: '' }))
  messages.push(serialize.execute({ portal: '' }))
  return messages
}
