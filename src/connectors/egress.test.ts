import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'
import { createServer as createRawServer } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { storeExampleTls } from './egress.test-tls.ts'
import { createEgress, type EgressRequest } from './egress.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of ends.splice(0).reverse()) await end()
})

async function listen(server: NetServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => new Promise((resolve) => server.close(resolve)))
  if ('closeAllConnections' in server) ends.push(() => server.closeAllConnections())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

type Settings = Parameters<typeof createEgress>[0]

function startEgress(settings: Settings) {
  const egress = createEgress(settings)
  ends.push(() => egress.close())
  return egress
}

/** A loopback store that the operator has excepted, and a way to ask it. */
async function startStore(answer: RequestListener) {
  const seen: { url: string; headers: Record<string, unknown>; body: string }[] = []
  let connections = 0
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      answer(request, response)
    })
  })
  server.on('connection', () => connections++)
  const port = await listen(server)
  const egress = startEgress({ allow: [`127.0.0.1:${port}`] })
  const ask = (overrides: Partial<EgressRequest> = {}) =>
    egress.request(
      { name: 'test', host: '127.0.0.1' },
      {
        method: 'POST',
        url: `http://127.0.0.1:${port}/path?key=s3cret`,
        headers: { authorization: 's3cret' },
        body: 's3cret',
        timeoutMs: 2000,
        ...overrides,
      },
    )
  return { ask, port, egress, seen, connections: () => connections }
}

const refusedAs = (code: string) => ({ name: 'AppError', code })

describe('a request', () => {
  it('is sent as it is given, and its answer comes back whole', async () => {
    const store = await startStore((_, response) => response.writeHead(404, { 'x-cost': '7' }).end('{"a":1}'))
    const answer = await store.ask({ headers: { 'content-type': 'application/json' }, body: '{"q":1}' })
    expect(answer).toMatchObject({ status: 404, headers: { 'x-cost': '7' } })
    expect(answer.body.toString()).toBe('{"a":1}')
    expect(store.seen).toMatchObject([
      { url: '/path?key=s3cret', body: '{"q":1}', headers: { 'accept-encoding': 'identity' } },
    ])
  })

  it('takes a connection of the ones before', async () => {
    const store = await startStore((_, response) => response.end('ok'))
    for (let i = 0; i < 9; i++) await store.ask()
    // undici's pool marks a connection as free a moment after the answer, so that two take turns.
    expect(store.connections()).toBeLessThanOrEqual(2)
  })

  it('goes straight to the store although the environment names a proxy', async () => {
    const proxied: string[] = []
    const proxy = await listen(
      createServer((request, response) => response.end(proxied.push(request.url ?? '').toString())),
    )
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, `http://127.0.0.1:${proxy}`)
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    const store = await startStore((_, response) => response.end('direct'))
    expect((await store.ask()).body.toString()).toBe('direct')
    expect(proxied).toEqual([])
  })

  it('is not sent to a foreign host, over http, or to the port of no exception', async () => {
    const store = await startStore((_, response) => response.end('ok'))
    const url = `http://127.0.0.1:${store.port}/`
    const request = { method: 'GET', url, headers: {}, timeoutMs: 500 } as const
    await expect(store.egress.request({ name: 'test', host: 'store.example' }, request)).rejects.toMatchObject(
      refusedAs('not_allowed'),
    )
    await expect(store.ask({ url: url.replace('//', '//user:word@') })).rejects.toMatchObject(refusedAs('not_allowed'))
    const others = startEgress({ allow: [`localhost:${store.port}`, `127.0.0.1:${store.port + 1}`] })
    await expect(others.request({ name: 'test', host: '127.0.0.1' }, request)).rejects.toMatchObject(
      refusedAs('not_allowed'),
    )
    expect(store.connections()).toBe(0)
  })

  it('is not sent to a private address behind a name, nor to one given as such', async () => {
    const egress = startEgress({ allow: [], resolve: async () => ['10.0.0.1', '::ffff:10.0.0.1'] })
    for (const host of ['store.example', '127.0.0.1', '[::1]']) {
      const asking = egress.request(
        { name: 'test', host },
        { method: 'GET', url: `https://${host}/`, headers: {}, timeoutMs: 1000 },
      )
      await expect(asking, host).rejects.toMatchObject(refusedAs('not_allowed'))
    }
  })

  it('cannot name another host in its headers', async () => {
    const store = await startStore((_, response) => response.end('ok'))
    await expect(store.ask({ headers: { Host: 'other.example' } })).rejects.toMatchObject(refusedAs('internal'))
    expect(store.seen).toEqual([])
  })

  it.each(['GET', 'POST'] as const)('%s is not repeated when the connection breaks', async (method) => {
    const store = await startStore((request) => request.socket.destroy())
    const { body: _, ...bare } = { method, ...(method === 'POST' && { body: 'x' }) }
    await expect(store.ask(bare)).rejects.toMatchObject(refusedAs('store_unavailable'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(store.seen).toHaveLength(1)
  })
})

describe('an answer', () => {
  it.each([301, 302, 303, 307, 308, 304])(
    'of status %i is refused, and its location is not followed',
    async (status) => {
      const store = await startStore((request, response) => {
        if (request.url === '/next') response.end('followed')
        else response.writeHead(status, { location: '/next' }).end()
      })
      await expect(store.ask()).rejects.toMatchObject(refusedAs('store_bad_answer'))
      expect(store.seen).toHaveLength(1)
    },
  )

  it('that announces too many bytes is refused before they are read', async () => {
    const store = await startStore((_, response) => response.writeHead(200, { 'content-length': 101 }).write('x'))
    await expect(store.ask({ maxBytes: 100 })).rejects.toMatchObject(refusedAs('answer_too_large'))
  })

  it('that sends too many bytes unannounced is cut off', async () => {
    let sent = 0
    const store = await startStore((_, response) => {
      const more = setInterval(() => response.write(Buffer.alloc(100_000, ++sent)), 1)
      response.on('close', () => clearInterval(more))
    })
    await expect(store.ask()).rejects.toMatchObject(refusedAs('answer_too_large'))
    expect(sent).toBeLessThan(100)
  })

  it('of exactly the size allowed is taken, in one piece or in many', async () => {
    const store = await startStore((request, response) => {
      for (let i = 0; i < 100; i++) response.write('x')
      response.end(request.url === '/more' ? 'x' : '')
    })
    expect((await store.ask({ maxBytes: 100 })).body).toHaveLength(100)
    const more = `http://127.0.0.1:${store.port}/more`
    await expect(store.ask({ maxBytes: 100, url: more })).rejects.toMatchObject(refusedAs('answer_too_large'))
  })

  it('that is compressed although nobody asked for it is refused', async () => {
    const store = await startStore((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    )
    await expect(store.ask()).rejects.toMatchObject(refusedAs('store_bad_answer'))
  })

  it('that is not HTTP is refused', async () => {
    const garbage = createRawServer((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.end('s3cret nonsense\r\n\r\n'))
    })
    const port = await listen(garbage)
    const asking = startEgress({ allow: [`127.0.0.1:${port}`] }).request(
      { name: 'test', host: '127.0.0.1' },
      { method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {}, timeoutMs: 1000 },
    )
    await expect(asking).rejects.toMatchObject(refusedAs('store_bad_answer'))
    expect(inspect(await asking.catch((error) => error), { depth: 9 })).not.toContain('s3cret')
  })

  it('that breaks off in its body is refused', async () => {
    const store = await startStore((request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('x', () => request.socket.destroy())
    })
    await expect(store.ask()).rejects.toMatchObject(refusedAs('store_unavailable'))
  })
})

describe('the time', () => {
  it('ends a request whose headers do not come', async () => {
    const store = await startStore(() => undefined)
    await expect(store.ask({ timeoutMs: 100 })).rejects.toMatchObject(refusedAs('store_timeout'))
  })

  it('ends a request whose body drips', async () => {
    const store = await startStore((_, response) => {
      const drip = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(drip))
    })
    await expect(store.ask({ timeoutMs: 150 })).rejects.toMatchObject(refusedAs('store_timeout'))
  })

  it('ends a request that waits for a connection, and it is not sent afterwards', async () => {
    const held: (() => void)[] = []
    const store = await startStore((_, response) => held.push(() => response.end('ok')))
    const first = Array.from({ length: 64 }, () => store.ask({ timeoutMs: 5000 }))
    await vi.waitFor(() => expect(held).toHaveLength(64))
    await expect(store.ask({ timeoutMs: 50, body: 'late' })).rejects.toMatchObject(refusedAs('store_timeout'))
    for (const release of held) release()
    await Promise.all(first)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(store.seen.map(({ body }) => body)).not.toContain('late')
  })

  it('ends when the caller gives up, before or after the start', async () => {
    const store = await startStore(() => undefined)
    const giveUp = new AbortController()
    const asking = store.ask({ signal: giveUp.signal, timeoutMs: 60_000 })
    await vi.waitFor(() => expect(store.seen).toHaveLength(1))
    giveUp.abort()
    await expect(asking).rejects.toMatchObject(refusedAs('store_timeout'))
    await expect(store.ask({ signal: giveUp.signal })).rejects.toMatchObject(refusedAs('store_timeout'))
    expect(store.seen).toHaveLength(1)
  })
})

describe('TLS', () => {
  async function askTls(host: string, settings: Partial<Settings> = {}) {
    const port = await listen(createTlsServer(storeExampleTls, (_, response) => response.end('secured')))
    const egress = startEgress({ allow: [`${host}:${port}`], resolve: async () => ['127.0.0.1'], ...settings })
    const answer = await egress.request(
      { name: 'test', host },
      { method: 'GET', url: `https://${host}:${port}/`, headers: {}, timeoutMs: 2000 },
    )
    return answer.body.toString()
  }

  it('is spoken with a server whose certificate a trusted authority signed', async () => {
    expect(await askTls('store.example', { authority: storeExampleTls.cert })).toBe('secured')
  })

  it('is refused with a self-signed certificate, for an exception too', async () => {
    await expect(askTls('store.example')).rejects.toMatchObject(refusedAs('store_unavailable'))
  })

  it('is refused with a self-signed certificate although the environment switches verification off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    await expect(askTls('store.example')).rejects.toMatchObject(refusedAs('store_unavailable'))
  })

  it('is refused with the certificate of another host', async () => {
    await expect(askTls('other.example', { authority: storeExampleTls.cert })).rejects.toMatchObject(
      refusedAs('store_unavailable'),
    )
  })
})

it('leaves nothing of request and answer in what it throws', async () => {
  const store = await startStore((_, response) =>
    response.writeHead(302, { location: '/s3cret', 'x-token': 's3cret' }).end('s3cret'),
  )
  const thrown = [
    store.ask(),
    store.ask({ maxBytes: 0 }),
    store.ask({ headers: { authorization: 's3cret\n' } }),
    store.ask({ headers: { 's3cret\n': 'x' } }),
    store.ask({ url: 'http://s3cret@127.0.0.1/' }),
    store.ask({ url: 'http://127.0.0.1:1/s3cret' }),
    startEgress({ allow: ['127.0.0.1:1'] }).request(
      { name: 'test', host: '127.0.0.1' },
      {
        method: 'POST',
        url: 'http://127.0.0.1:1/s3cret',
        headers: { authorization: 's3cret' },
        body: 's3cret',
        timeoutMs: 1000,
      },
    ),
  ].map((asking) => asking.catch((error) => error))
  for (const error of await Promise.all(thrown)) {
    expect(error).toMatchObject({ name: 'AppError' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret')
  }
})
