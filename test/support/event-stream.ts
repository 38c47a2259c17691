import type { Headless } from './headless.ts'

/** One server-sent event. */
type StreamEvent = { readonly id: string; readonly event: string; readonly data: string }

/** A stream of events as a browser hears it. */
export type EventStream = {
  readonly response: Response
  /** What has come so far. */
  readonly events: readonly StreamEvent[]
  /** Resolves when the server ends it, or `close` does. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

/** Opens a stream with the cookies of a browser, after this event where it comes back. */
export async function openStream(browser: Headless, address: URL, lastEventId?: string): Promise<EventStream> {
  const stop = new AbortController()
  const headers = {
    cookie: browser.jar.header(address) ?? '',
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  }
  const response = await fetch(address, { headers, signal: stop.signal })
  const events: StreamEvent[] = []
  const ended = read(response, events).catch((error) => {
    if (!stop.signal.aborted) throw error
  })
  return {
    response,
    events,
    ended,
    async close() {
      stop.abort()
      await ended
    },
  }
}

async function read({ body }: Response, events: StreamEvent[]): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    events.push(...blocks.filter((block) => !block.startsWith(':')).map(eventOf))
  }
}

function eventOf(block: string): StreamEvent {
  const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s))
  const field = (wanted: string) => lines.filter(([name]) => name === wanted).map(([, value]) => value ?? '')
  return { id: field('id').join(''), event: field('event').join(''), data: field('data').join('\n') }
}
