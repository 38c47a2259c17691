import type { Context } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { headOf, type RecordFilter, recordsAfter } from '#audit'
import { callRow } from './call-row.ts'
import { namesOf } from './names.ts'
import type { GuardedEnv } from './visit.ts'

/** How often the chain is looked at, in milliseconds: how late a line may be, and how long a revoked session still hears. */
const EVERY_MS = 500
/** Lines in one message; of more only the newest are sent, with the number of all. */
const LINES = 40
/** Milliseconds of silence after which a comment keeps proxies from closing. */
const QUIET_MS = 15_000
/** Streams that one account may have open on this replica: a tab each, and then some. */
const STREAMS_MAX = 30

type Place = Pick<GuardedEnv['Variables']['visit'], 'tx' | 'person'>

/** Which records, and after which number; from now on where none is given. */
type Wanted = {
  /** Asked for each message: a seat may be taken, and agents may come, while somebody listens. */
  readonly filterFor: (place: Place) => Promise<RecordFilter>
  readonly after: number | undefined
}

/**
 * New calls as server-sent events. The id of a message is the number up to which records were looked at, so a browser that
 * comes back with `Last-Event-ID` misses none and sees none twice. The session is asked for each message: once it is over,
 * a message `over` is the last. Throws AppError `rate_limited` where the account has too many open.
 */
export function live(c: Context<GuardedEnv>, { filterFor, after }: Wanted): Response {
  const { world, session, person } = c.var.visit
  const since = Number(c.req.header('last-event-id') ?? after ?? Number.NaN)
  const free = world.limiter.occupy(`live:${session.account.accountId}`, STREAMS_MAX)
  c.header('x-accel-buffering', 'no')
  const answer = streamSSE(c, async (stream) => {
    const ended = new AbortController()
    stream.onAbort(() => ended.abort())
    const close = () => stream.abort()
    world.closing.addEventListener('abort', close, { once: true })
    try {
      await follow(stream, { read: reader({ world, session, person }, filterFor), since, ended: ended.signal })
    } catch (error) {
      // Not Hono's to hear: it prints what it is thrown, or sends its text to the browser, which comes back by itself.
      world.onMistake(error)
    } finally {
      world.closing.removeEventListener('abort', close)
      free()
    }
  })
  // Hono says `no-cache` here, which lets caches keep it.
  answer.headers.set('cache-control', 'no-store')
  return answer
}

type Message = Awaited<ReturnType<typeof readNew>>
type Reader = (after: number | undefined) => Promise<Message | undefined>

function reader(
  { world, session, person }: Pick<GuardedEnv['Variables']['visit'], 'world' | 'session' | 'person'>,
  filterFor: Wanted['filterFor'],
): Reader {
  return (after) =>
    world.people.inWorkspace({ hash: session.hash, slug: person.slug }, async (tx, now) =>
      readNew(tx, { filter: await filterFor({ tx, person: now }), after }),
    )
}

type Transaction = Parameters<typeof recordsAfter>[0]

async function readNew(tx: Transaction, { filter, after }: { filter: RecordFilter; after: number | undefined }) {
  if (after === undefined) return { calls: [], matching: 0, head: await headOf(tx) }
  const { records, matching, head } = await recordsAfter(tx, filter, { after, limit: LINES })
  const names = await namesOf(
    tx,
    records.map(({ header }) => header),
  )
  return { calls: records.map((record) => callRow(record, names)), matching, head }
}

type Following = { readonly read: Reader; readonly since: number; readonly ended: AbortSignal }

async function follow(stream: SSEStreamingApi, { read, since, ended }: Following): Promise<void> {
  let after = Number.isSafeInteger(since) && since >= 0 ? since : undefined
  let quietSince = performance.now()
  await stream.write(': here\n\n')
  while (!ended.aborted) {
    const message = await read(after)
    if (message === undefined) return void (await stream.writeSSE({ event: 'over', data: '' }))
    if (after === undefined || message.calls.length > 0) {
      await stream.writeSSE({ id: `${message.head}`, event: 'calls', data: JSON.stringify(message) })
      quietSince = performance.now()
    } else if (performance.now() - quietSince > QUIET_MS) {
      await stream.write(': still here\n\n')
      quietSince = performance.now()
    }
    after = message.head
    await pause(ended)
  }
}

function pause(ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      ended.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, EVERY_MS)
    ended.addEventListener('abort', done, { once: true })
  })
}
