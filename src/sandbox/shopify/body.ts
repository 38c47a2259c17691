import type { IncomingMessage } from 'node:http'

/** Largest request body that is read, in bytes. */
const BODY_BYTES_MAX = 1024 * 1024

/** The whole body as text; null when it is larger than allowed, and then the rest is thrown away. */
export async function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    bytes += piece.length
    if (bytes <= BODY_BYTES_MAX) pieces.push(piece)
  }
  return bytes > BODY_BYTES_MAX ? null : Buffer.concat(pieces).toString('utf8')
}

/** The parsed JSON, or null when the text is none. (JSON `null` is no request either.) */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The media type of a request without its parameters, in lower case. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
