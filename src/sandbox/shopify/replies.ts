import type { ServerResponse } from 'node:http'

/** What is sent back. `hang` never answers, `reset` breaks the connection, `huge` sends that many bytes of JSON. */
export type Reply =
  | { kind: 'text'; status: number; headers: Record<string, string>; body: string | Buffer }
  | { kind: 'hang' }
  | { kind: 'reset' }
  | { kind: 'huge'; bytes: number }

const JSON_TYPE = 'application/json; charset=utf-8'

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { kind: 'text', status, headers: { 'content-type': JSON_TYPE, ...headers }, body: JSON.stringify(body) }
}

/** A refusal in the platform's own form, one sentence under `errors`. */
export function refusal(status: number, errors: string, headers: Record<string, string> = {}): Reply {
  return json(status, { errors }, headers)
}

export function text(status: number, contentType: string, body: string | Buffer): Reply {
  return { kind: 'text', status, headers: { 'content-type': contentType }, body }
}

/** The status that the caller sees; 0 when there is none. */
export function statusOf(reply: Reply): number {
  if (reply.kind === 'text') return reply.status
  return reply.kind === 'huge' ? 200 : 0
}

export function send(response: ServerResponse, reply: Reply): void {
  switch (reply.kind) {
    case 'text':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) })
      response.end(reply.body)
      return
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'huge':
      sendHuge(response, reply.bytes)
      return
  }
}

/** In pieces, as fast as the client takes them, so that a client with a limit can stop early. */
function sendHuge(response: ServerResponse, bytes: number): void {
  const piece = 'x'.repeat(64 * 1024)
  let left = bytes
  const more = () => {
    while (left > 0) {
      left -= piece.length
      if (!response.write(piece)) {
        response.once('drain', more)
        return
      }
    }
    response.end('"}}')
  }
  response.writeHead(200, { 'content-type': JSON_TYPE })
  response.write('{"data":{"filler":"')
  more()
}
