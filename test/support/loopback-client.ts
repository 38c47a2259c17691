import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localhostTls } from './localhost-tls.ts'

/** A place on loopback where a client waits for the browser to come back. */
export type Callback = {
  readonly url: string
  /** The addresses that browsers came to, newest last; icons do not count. */
  readonly visits: URL[]
  stop(): Promise<void>
}

/** What a native application opens for the time of one sign-in. */
export async function startCallback(): Promise<Callback> {
  const visits: URL[] = []
  const server = createHttp((req, res) => {
    const url = new URL(req.url ?? '/', `http://${req.headers.host}`)
    if (url.pathname === '/callback') visits.push(url)
    res.writeHead(url.pathname === '/callback' ? 200 : 404, { 'content-type': 'text/html' })
    res.end('<!doctype html><html lang="en"><title>Back</title><main><h1>Back at the client</h1></main></html>')
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}/callback`, visits, stop: () => stop(server) }
}

/** A port that was free a moment ago, for a program that must be told one. */
export async function freePort(): Promise<number> {
  const server = createHttp()
  const port = await listen(server)
  await stop(server)
  return port
}

/** A server with a certificate of its own that serves a client-id metadata document. */
export type DocumentHost = {
  /** The client id: the address of the document. */
  readonly clientId: string
  /** `host:port`, for TILLGATE_EGRESS_ALLOW. */
  readonly host: string
  /** The certificate's file, for NODE_EXTRA_CA_CERTS. */
  readonly certificate: string
  /** How often the document was fetched. */
  fetched(): number
  stop(): Promise<void>
}

/** Serves the document of a client with these redirect URIs. */
export async function startDocumentHost(redirectUris: readonly string[]): Promise<DocumentHost> {
  const folder = mkdtempSync(join(tmpdir(), 'tg-document-'))
  const certificate = join(folder, 'certificate.pem')
  writeFileSync(certificate, localhostTls.cert)
  let fetched = 0
  let clientId = ''
  const server = createHttps(localhostTls, (_req, res) => {
    fetched += 1
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=60' })
    res.end(JSON.stringify({ client_id: clientId, ...clientMetadata('Client by document', redirectUris) }))
  })
  const port = await listen(server)
  clientId = `https://localhost:${port}/client.json`
  return {
    clientId,
    host: `localhost:${port}`,
    certificate,
    fetched: () => fetched,
    async stop() {
      await stop(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a native application says of itself, to whoever registers it. */
export function clientMetadata(name: string, redirectUris: readonly string[]) {
  return {
    client_name: name,
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
}

async function listen(server: Server | ReturnType<typeof createHttps>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function stop(server: Server | ReturnType<typeof createHttps>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
