import type { Server } from 'node:http'

/** Listens on a free port of 127.0.0.1 and gives the origin, without a slash at its end. */
export function listenOnLoopback(server: Server): Promise<string> {
  server.keepAliveTimeout = 60_000
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
    })
  })
}
