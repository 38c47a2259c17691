import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { ADDRESS_REFUSED, guardedConnector, type Resolve } from './egress-connect.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A loopback server that takes connections, says nothing and counts them. */
async function silentServer() {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  return { port, connections: () => sockets.length }
}

type Try = { port: string; hostname?: string; protocol?: string; resolve?: Resolve; allow?: string[]; waitMs?: number }

/** `connected`, or the code of the error. */
function connect({ port, hostname = 'store.example', protocol = 'http:', resolve, allow = [], waitMs = 300 }: Try) {
  const connector = guardedConnector({ exceptions: new Set(allow), resolve, connectTimeoutMs: waitMs })
  return new Promise<string>((done) => {
    connector({ hostname, host: `${hostname}:${port}`, protocol, port }, (error, socket) => {
      if (socket) ends.push(() => socket.destroy())
      done(error ? ('code' in error ? String(error.code) : error.name) : 'connected')
    })
  })
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 30))

it('does not connect to a private address behind a name', async () => {
  const { port, connections } = await silentServer()
  expect(await connect({ port, resolve: async () => ['127.0.0.1'] })).toBe(ADDRESS_REFUSED)
  expect(await connect({ port, hostname: 'localhost' })).toBe(ADDRESS_REFUSED)
  await settled()
  expect(connections()).toBe(0)
})

it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  'does not connect to %s, for which no name is looked up',
  async (hostname) => {
    const { port, connections } = await silentServer()
    expect(await connect({ port, hostname })).toBe(ADDRESS_REFUSED)
    await settled()
    expect(connections()).toBe(0)
  },
)

it('connects to what it judged, though the name changes to a private address meanwhile', async () => {
  const { port, connections } = await silentServer()
  // 2000::/16 is given to nobody: public by its range, and never reached.
  const answers = [['2000::1'], ['127.0.0.1'], ['127.0.0.1']]
  let asked = 0
  const resolve = async () => answers[asked++] ?? []
  expect(await connect({ port, resolve })).not.toBe('connected')
  await settled()
  expect({ asked, connections: connections() }).toEqual({ asked: 1, connections: 0 })
  expect(await connect({ port, resolve })).toBe(ADDRESS_REFUSED)
})

it('leaves out the private ones among several addresses', async () => {
  const { port, connections } = await silentServer()
  expect(await connect({ port, resolve: async () => ['127.0.0.1', '2000::1'] })).not.toBe('connected')
  await settled()
  expect(connections()).toBe(0)
})

it('connects to a private address for the exact host and port of an exception only', async () => {
  const { port, connections } = await silentServer()
  const resolve = async () => ['127.0.0.1']
  expect(await connect({ port, resolve, allow: [`store.example:${port}`] })).toBe('connected')
  expect(await connect({ port, hostname: '127.0.0.1', allow: [`127.0.0.1:${port}`] })).toBe('connected')
  expect(await connect({ port, resolve, allow: [`store.example:${Number(port) + 1}`, `127.0.0.1:${port}`] })).toBe(
    ADDRESS_REFUSED,
  )
  await settled()
  expect(connections()).toBe(2)
})

it('refuses a name without addresses', async () => {
  expect(await connect({ port: '443', resolve: async () => [] })).toBe(ADDRESS_REFUSED)
})

it('gives up on a server that takes the connection and does not speak TLS', async () => {
  const { port } = await silentServer()
  const allow = [`127.0.0.1:${port}`]
  expect(await connect({ port, hostname: '127.0.0.1', protocol: 'https:', allow, waitMs: 80 })).toBe(
    'UND_ERR_CONNECT_TIMEOUT',
  )
})
