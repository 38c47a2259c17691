import type { IncomingMessage } from 'node:http'
import { mediaType, parseJson, readBody } from './body.ts'
import type { CallLog } from './calls.ts'
import type { World } from './data/world.ts'
import { digestOf, SHOP } from './data/world.ts'
import { type Faults, readFaultOrder } from './faults.ts'
import { LANDMARKS } from './landmarks.ts'
import { json, type Reply } from './replies.ts'
import type { Throttle } from './throttle.ts'

export type ControlWorld = {
  world: World
  madeOn: number
  seed: number
  scopes: readonly string[]
  faults: Faults
  log: CallLog
  bucket: Throttle
}

/** The control interface under `/_sandbox/`: for tests and drills on this machine, without a login. */
export function control(known: ControlWorld): (request: IncomingMessage, path: string) => Promise<Reply> {
  let redirectsFollowed = 0
  const state = stateOf(known)
  return async (request, path) => {
    if (!isLocal(request)) return refused(403, 'The control interface takes calls of programs on this machine only.')
    switch (`${request.method} ${path}`) {
      case 'POST /_sandbox/faults':
        return setFault(known.faults, request)
      case 'GET /_sandbox/calls':
        return json(200, known.log.read())
      case 'GET /_sandbox/state':
        return json(200, { ...state(), redirectsFollowed })
      case 'GET /_sandbox/redirected':
      case 'POST /_sandbox/redirected':
        redirectsFollowed += 1
        return json(200, { redirected: true })
    }
    return refused(404, 'There is POST /_sandbox/faults, GET /_sandbox/calls and GET /_sandbox/state.')
  }
}

/** A web page cannot reach this: it would name its own host, or send its origin. */
function isLocal({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')
}

async function setFault(faults: Faults, request: IncomingMessage): Promise<Reply> {
  if (mediaType(request) !== 'application/json')
    return refused(400, 'Send JSON with the content type application/json.')
  const order = readFaultOrder(parseJson((await readBody(request)) ?? ''))
  if (typeof order === 'string') return refused(400, order)
  faults.set(order)
  return json(200, { faults: faults.waiting() })
}

function refused(status: number, error: string): Reply {
  return json(status, { error })
}

/** What the simulator holds and what waits; the digest is made once, because the shop does not change. */
function stateOf({ world, madeOn, seed, scopes, faults, log, bucket }: ControlWorld) {
  let digest: string | null = null
  return () => {
    digest ??= digestOf(world)
    const { products, variants, customers, orders, locations } = world
    const rows = { products, variants, customers, orders, locations }
    return {
      platform: 'shopify',
      shop: SHOP.myshopifyDomain,
      name: SHOP.name,
      currency: SHOP.currencyCode,
      madeOn: new Date(madeOn).toISOString(),
      seed,
      digest,
      rows: Object.fromEntries(Object.entries(rows).map(([name, { length }]) => [name, length])),
      scopes,
      throttle: bucket.status(),
      faults: faults.waiting(),
      effects: log.read().effects,
      landmarks: { ...LANDMARKS, hostile: LANDMARKS.hostile.map(({ key, place, id }) => ({ key, place, id })) },
    }
  }
}
