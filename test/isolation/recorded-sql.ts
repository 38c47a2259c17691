import type pg from 'pg'

export type RecordedSql = {
  /** Runs the work under a name and keeps the text of every statement that it sent, in order. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>
  /** The same, in the order of the alphabet, for work that sends statements at once. */
  duringAtOnce<T>(name: string, work: () => Promise<T>): Promise<T>
  /** All that was kept, a section a name. */
  text(): string
}

/** Listens to connections that these pools open from now on. */
export function recordSql(pools: readonly pg.Pool[]): RecordedSql {
  const sections: string[] = []
  let statements: string[] = []
  for (const pool of pools) pool.on('connect', (client) => listen(client, (text) => statements.push(text)))
  const during = async <T>(name: string, work: () => Promise<T>, order: (texts: string[]) => string[]) => {
    statements = []
    const result = await work()
    sections.push([`-- ${name}`, ...order(statements.map((text) => `${text.trim()};`))].join('\n'))
    return result
  }
  return {
    during: (name, work) => during(name, work, (texts) => texts),
    duringAtOnce: (name, work) => during(name, work, (texts) => texts.sort()),
    text: () => `${sections.join('\n\n')}\n`,
  }
}

function listen(client: pg.PoolClient, note: (text: string) => void): void {
  const send: (...parameters: unknown[]) => unknown = client.query.bind(client)
  const query = (...parameters: unknown[]) => {
    const [asked] = parameters
    if (typeof asked === 'string') note(asked)
    else if (asked !== null && typeof asked === 'object' && 'text' in asked) note(String(asked.text))
    return send(...parameters)
  }
  Object.assign(client, { query })
}
