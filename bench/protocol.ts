/** What the processes of the benchmark say to each other over Node's IPC channel. */

/** One request as the load generator sends it again and again. */
export type Target = {
  readonly name: string
  /** e.g. `http://127.0.0.1:41873` */
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Bearer tokens, one drawn at random for each call. */
  readonly tokens?: readonly string[]
  /** A text that every right answer holds; an answer without it counts as failed. */
  readonly mustHold: string
}

/** So many calls by so many callers at once, but no longer than `maxMs`. */
export type Run = {
  readonly target: string
  readonly callers: number
  readonly calls: number
  readonly maxMs: number
}

export type LoadOrder =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'run'; readonly run: Run }

export type RunResult = {
  readonly calls: number
  readonly failed: number
  readonly seconds: number
  /** Milliseconds of each call, in no order. */
  readonly latencies: readonly number[]
  /** The beginning of the first wrong answer. */
  readonly firstFailure?: string
}

/** The tool answer that the servers of comparison give, and how many tools they have. */
export type ServerOrder = {
  readonly kind: 'raw' | 'low-level' | 'mcp-server'
  readonly tools: number
  readonly answer: ToolAnswer
}

/** `CallToolResult` as Tillgate gave it once for `get_order`. */
export type ToolAnswer = {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
  readonly structuredContent: Readonly<Record<string, unknown>>
  readonly _meta: Readonly<Record<string, unknown>>
}

/** Where the upstream process listens. */
export type UpstreamReady = {
  readonly sandbox: string
  readonly sandboxToken: string
  /** By delay in milliseconds. */
  readonly fixed: Readonly<Record<number, string>>
}
