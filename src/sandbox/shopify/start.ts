import { createServer, type IncomingMessage, type Server } from 'node:http'
import { AppError, type Clock, type Secret } from '#kernel'
import { DEFAULT_SCOPES } from './access.ts'
import { type AdminWorld, graphqlCall, tokenCall } from './admin.ts'
import { type Calls, callLog } from './calls.ts'
import { control } from './control.ts'
import { makeWorld, SHOP } from './data/world.ts'
import { type FaultOrder, type Faults, faultOrders, readFaultOrder } from './faults.ts'
import { graphqlOver } from './graphql.ts'
import { type Reply, refusal, send } from './replies.ts'
import { type ThrottleOptions, throttle } from './throttle.ts'
import { tokensOf } from './tokens.ts'

export type SandboxOptions = {
  /** The day that orders are counted back from, in ms since the epoch; only its UTC day counts. */
  madeOn: number
  clock: Clock
  /** 0, the default, takes a free port. It always listens on 127.0.0.1. */
  port?: number
  /** Another seed makes another shop; landmarks stay. Default 1. */
  seed?: number
  /** Default 2000 points that fill again at 100 points a second, as on the platform's smallest plan. */
  throttle?: ThrottleOptions
  /** What the shop's tokens may do; the default is every read scope that the simulated part needs. */
  scopes?: readonly string[]
}

/** A running simulator of one shop. */
export type Sandbox = {
  /** Its address, e.g. `http://127.0.0.1:41873`, without a slash at the end. */
  url: string
  port: number
  /** The shop's name as the platform writes it, e.g. `harbour-and-pine.myshopify.com`. */
  shop: string
  /** A token that does not expire. */
  accessToken: Secret
  /** For `POST /admin/oauth/access_token`; the tokens that it issues live 24 hours by the clock. */
  clientId: string
  clientSecret: Secret
  /** Makes the next calls fail; the same as `POST /_sandbox/faults`. */
  setFault: (order: FaultOrder) => void
  /** What reached it so far; the same as `GET /_sandbox/calls`. */
  calls: () => Calls
  /** Stops it and breaks what is open. */
  close: () => Promise<void>
}

const SEED = 1
const PLAN: ThrottleOptions = { maximumAvailable: 2000, restoreRate: 100 }

/** Starts a simulated Shopify shop on 127.0.0.1. A port that is taken is an `unavailable` error. */
export async function startShopifySandbox(options: SandboxOptions): Promise<Sandbox> {
  const { madeOn, clock, seed = SEED, scopes = DEFAULT_SCOPES } = options
  const world = makeWorld(madeOn, seed)
  const bucket = throttle(clock, options.throttle ?? PLAN)
  const tokens = tokensOf(seed, clock)
  const faults = faultOrders()
  const log = callLog()
  const admin = { clock, scopes, tokens, graphql: graphqlOver(world, bucket), faults, log }
  const server = serverFor(admin, control({ world, madeOn, seed, scopes, faults, log, bucket }))
  const port = await listen(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    shop: SHOP.myshopifyDomain,
    accessToken: tokens.accessToken,
    clientId: tokens.clientId,
    clientSecret: tokens.clientSecret,
    setFault: (order) => setFault(faults, order),
    calls: log.read,
    close: () => close(server),
  }
}

/** A caller inside the process is held to the same rules as one outside. */
function setFault(faults: Faults, order: FaultOrder): void {
  const read = readFaultOrder(order)
  if (typeof read === 'string') throw new TypeError(read)
  faults.set(read)
}

type Control = ReturnType<typeof control>

/** Idle connections are kept longer than any client keeps them, so that the client is always the one to close. */
const KEEP_ALIVE_MS = 120_000

function serverFor(admin: AdminWorld, controlled: Control): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    response.on('error', () => response.destroy())
    route(admin, controlled, request).then(
      (reply) => send(response, reply),
      () => response.destroy(),
    )
  })
  return server
}

async function route(admin: AdminWorld, controlled: Control, request: IncomingMessage): Promise<Reply> {
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  if (path.startsWith('/_sandbox/')) return controlled(request, path)
  if (request.method === 'POST' && path === '/admin/api/2026-10/graphql.json') return graphqlCall(admin, request)
  if (request.method === 'POST' && path === '/admin/oauth/access_token') return tokenCall(admin, request)
  return refusal(404, 'Not Found')
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new AppError('unavailable', 'The sandbox cannot listen on this port of 127.0.0.1; choose another.', { cause }),
      )
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
