import { createHash } from 'node:crypto'
import pg from 'pg'
import { prepareValue } from 'pg/lib/utils.js'

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

const preparedOn = new WeakMap<pg.Connection, Set<string>>()

function preparedNames(connection: pg.Connection): Set<string> {
  const names = preparedOn.get(connection) ?? new Set<string>()
  preparedOn.set(connection, names)
  return names
}

/**
 * A query of several prepared statements for pg's message-level interface, hence the exact pin of pg.
 * It has no properties called `name` and `text`: pg would book them as prepared at the first ParseComplete.
 */
class OneTrip implements pg.Submittable {
  /** pg wraps it when query_timeout is set, so every end goes through it. */
  callback: Callback
  readonly #steps: WireStep[]
  readonly #results: WireResult[]
  #current = 0
  #rowError: Error | undefined

  constructor(steps: readonly Step[], callback: Callback) {
    this.#steps = steps.map((step) => ({ statement: step.statement, values: step.values.map(prepareValue) }))
    this.#results = steps.map(() => new pg.Result('', pg.types) as WireResult)
    this.callback = callback
  }

  submit(connection: pg.Connection): null {
    const prepared = preparedNames(connection)
    connection.stream.cork()
    for (const {
      statement: { name, text },
      values,
    } of this.#steps) {
      if (!prepared.has(name)) {
        // No error if there is none.
        connection.close({ type: 'S', name }, true)
        connection.parse({ name, text, types: [] }, true)
      }
      connection.bind({ portal: '', statement: name, values }, true)
      connection.describe({ type: 'P', name: '' }, true)
      connection.execute({ portal: '' }, true)
    }
    // The only one: all statements are one transaction.
    connection.sync()
    connection.stream.uncork()
    return null
  }

  handleRowDescription(message: { fields: unknown }): void {
    this.#results[this.#current]?.addFields(message.fields)
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
    const prepared = preparedNames(connection)
    for (const step of this.#steps) prepared.delete(step.statement.name)
    this.callback(error)
  }

  handleReadyForQuery(connection: pg.Connection): void {
    const prepared = preparedNames(connection)
    for (const step of this.#steps) prepared.add(step.statement.name)
    this.callback(
      this.#rowError ?? null,
      this.#results.map((result) => result.rows),
    )
  }
}
