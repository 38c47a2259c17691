import { Agent, type Dispatcher } from 'undici'
import { AppError, type ErrorCode } from '#kernel'
import { ADDRESS_REFUSED, guardedConnector, type Resolve } from './egress-connect.ts'
import { type EgressPurpose, judgeUrl, parseExceptions } from './egress-policy.ts'

const BODY_BYTES_MAX = 2_000_000
const CONNECTIONS_PER_ORIGIN = 64

export type EgressRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers: Readonly<Record<string, string>>
  body?: string | Buffer
  /** The whole time from the call to the last byte, waiting for a free connection included. */
  timeoutMs: number
  /** Bytes of the answer's body; 2,000,000 unless given. */
  maxBytes?: number
  signal?: AbortSignal
}

type EgressAnswer = {
  /** 200 to 299 or 400 to 599. */
  status: number
  /** Names in lower case; a header that came several times is an array. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
}

/** The one door to the outside. */
export type Egress = {
  /**
   * Sends one request, never a second time by itself. Throws AppError: `not_allowed` when the purpose, the URL or the address
   * is not allowed; `store_bad_answer` for a redirect, an encoded body or what is not HTTP; `answer_too_large`;
   * `store_timeout` when the time is over or the signal fires; `store_unavailable` when there is no (verified) connection
   * or it breaks; `internal` for a request that cannot be sent. Messages and causes hold nothing of the request or the answer.
   */
  request(purpose: EgressPurpose, request: EgressRequest): Promise<EgressAnswer>
  /** Lets running requests end, then closes the connections. */
  close(): Promise<void>
}

type Settings = {
  /** The operator's exact `host:port` exceptions, which may be http and private. Throws on what is not one. */
  allow: readonly string[]
  /** The addresses of a name; the system's resolver unless given. */
  resolve?: Resolve
  /** A certificate authority (PEM) to trust beside the built-in ones. */
  authority?: string
}

/**
 * Everything that leaves passes here: a pinned host for each purpose, https to public addresses only, TLS verified,
 * no redirects, capped in size and time. Proxies named in the environment are ignored.
 */
export function createEgress({ allow, resolve, authority }: Settings): Egress {
  const exceptions = parseExceptions(allow)
  const agent = new Agent({
    connect: guardedConnector({ exceptions, resolve, authority }),
    connections: CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    // One timer for the whole exchange takes their place.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    async request(purpose, request) {
      const verdict = judgeUrl(request.url, purpose, exceptions)
      if (verdict.kind === 'refuse') throw failure('not_allowed', purpose, verdict.reason)
      if (Object.keys(request.headers).some(isHost))
        throw failure('internal', purpose, 'it sets the host header itself')
      if (request.signal?.aborted) throw failure('store_timeout', purpose, 'given up before it began')
      return new Promise((resolve, reject) => {
        const exchange = new Exchange({ purpose, request, resolve, reject })
        agent.dispatch(toDispatch(verdict.url, request), exchange)
      })
    },
    close: () => agent.close(),
  }
}

function isHost(header: string): boolean {
  return header.toLowerCase() === 'host'
}

function toDispatch(url: URL, { method, headers, body }: EgressRequest): Dispatcher.DispatchOptions {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: { 'accept-encoding': 'identity', ...headers },
    body: body ?? null,
  }
}

type Asked = {
  purpose: EgressPurpose
  request: EgressRequest
  resolve: (answer: EgressAnswer) => void
  reject: (error: AppError) => void
}

/** One request under way: collects the answer, and gives up at the first broken rule. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #asked: Asked
  readonly #maxBytes: number
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  #isOver = false
  #status = 0
  #headers: EgressAnswer['headers'] = {}
  #chunks: Buffer[] = []
  #bytes = 0

  constructor(asked: Asked) {
    const { timeoutMs, signal, maxBytes = BODY_BYTES_MAX } = asked.request
    this.#asked = asked
    this.#maxBytes = maxBytes
    this.#timer = setTimeout(() => this.#fail('store_timeout', 'the time is over'), timeoutMs)
    signal?.addEventListener('abort', this.#onAbort)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A second start would send a request again that may have been received: a write must not happen twice.
    if (this.#controller) this.#fail('store_unavailable', 'the connection broke')
    this.#controller = controller
    if (this.#isOver) controller.abort(GIVEN_UP)
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: EgressAnswer['headers']): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    if (status >= 300 && status < 400) this.#fail('store_bad_answer', 'it answered with a redirect')
    if ((headers['content-encoding'] ?? 'identity') !== 'identity')
      this.#fail('store_bad_answer', 'its body is encoded')
    if (Number(headers['content-length']) > this.#maxBytes)
      this.#fail('answer_too_large', 'it announced too many bytes')
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#maxBytes) this.#chunks.push(chunk)
    else this.#fail('answer_too_large', 'it sent too many bytes')
  }

  onResponseEnd(): void {
    const [first] = this.#chunks
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#bytes)
    if (this.#end()) this.#asked.resolve({ status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    // Only its word is kept: undici's parser error carries the bytes that it could not read.
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
    this.#fail(codeFor(code), code)
  }

  #onAbort = (): void => this.#fail('store_timeout', 'the caller gave up')

  #fail(code: ErrorCode, reason: string): void {
    if (!this.#end()) return
    this.#asked.reject(failure(code, this.#asked.purpose, reason))
    this.#controller?.abort(GIVEN_UP)
  }

  /** Whether this was the end: only the first one counts. */
  #end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#asked.request.signal?.removeEventListener('abort', this.#onAbort)
    return true
  }
}

const GIVEN_UP = new Error('given up')

/** Which of our codes an error of undici, the system or the TLS library stands for. */
function codeFor(code: string): ErrorCode {
  if (code === ADDRESS_REFUSED) return 'not_allowed'
  if (code === 'UND_ERR_INVALID_ARG') return 'internal'
  return /^(HTTPParserError|HPE_|UND_ERR_HEADERS_|UND_ERR_RES_)/.test(code) ? 'store_bad_answer' : 'store_unavailable'
}

const SENTENCES: Partial<Record<ErrorCode, string>> = {
  not_allowed: 'Tillgate may not call this address; the operator decides which ones are allowed.',
  store_timeout: 'The store did not answer in time; try again later.',
  store_bad_answer: 'The store gave an answer that cannot be used; try again later.',
  answer_too_large: 'The store sent more than Tillgate takes; ask for less at once.',
  store_unavailable: 'The store cannot be reached; try again later.',
}

/** The cause names purpose and reason, and holds nothing of the URL, the headers or a body. */
function failure(code: ErrorCode, purpose: EgressPurpose, reason: string): AppError {
  const sentence = SENTENCES[code] ?? 'Tillgate could not send this request; tell the operator.'
  return new AppError(code, sentence, { cause: new Error(`${purpose.name}: ${reason}`) })
}
