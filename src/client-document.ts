import type { Egress } from '#connectors'
import type { FetchDocument } from '#identity'
import { AppError } from '#kernel'

const TIMEOUT_MS = 5_000
const BYTES_MAX = 5 * 1024

/** Fetches the document of a client that names itself by a URL: through egress, to the host of that very URL. */
export function clientDocumentBy(egress: Egress): FetchDocument {
  return async (url) => {
    if (!URL.canParse(url)) throw new AppError('not_allowed', 'The client names no URL that can be read.')
    const purpose = { name: 'client-document', host: new URL(url).host }
    const headers = { accept: 'application/json' }
    const answer = await egress.request(purpose, {
      method: 'GET',
      url,
      headers,
      timeoutMs: TIMEOUT_MS,
      maxBytes: BYTES_MAX,
    })
    return { status: answer.status, headers: singleHeaders(answer.headers), body: answer.body }
  }
}

function singleHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  )
  return Object.fromEntries(pairs)
}
