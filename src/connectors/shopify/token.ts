import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { type Clock, Secret } from '#kernel'
import type { OpenStore } from '../connector.ts'
import type { Send } from './send.ts'
import { authFailed, badAnswer, byStatus, parseJson, throttled, waitFromHeader } from './verdict.ts'

/** Gives the access token of a store, exchanging and keeping it where the credential is not one itself. */
export type TokenSource = {
  /** Throws `store_auth_failed` where the credential opens nothing, and what an unreachable store throws. */
  readonly tokenFor: (store: OpenStore, deadline: number) => Promise<Secret>
  /** Forgets a token that the store refused; whether another can be had. */
  readonly drop: (store: OpenStore, refused: Secret) => Promise<boolean>
}

type Issued = { readonly token: Secret; readonly freshUntil: number }

const STORES_MAX = 1000
const RENEW_BEFORE_S = 300

/** Tokens live in memory only, by store and version of its credential; 20 calls at once make one exchange. */
export function createTokenSource({ send, clock }: { send: Send; clock: Clock }): TokenSource {
  const kept = new LRUCache<string, Promise<Issued>>({ max: STORES_MAX })

  function renew(store: OpenStore, credential: ClientCredentials, deadline: number): Promise<Issued> {
    const issuing = exchange({ send, clock }, { store, deadline }, credential)
    kept.set(keyOf(store), issuing)
    issuing.catch(() => forget(store, issuing))
    return issuing
  }

  function forget(store: OpenStore, issued: Promise<Issued>): void {
    if (kept.peek(keyOf(store)) === issued) kept.delete(keyOf(store))
  }

  return {
    tokenFor: async (store, deadline) => {
      const credential = credentialOf(store)
      if (credential.kind === 'static') return new Secret(credential.token)
      const known = kept.get(keyOf(store))
      const issued = await known
      if (issued && issued.freshUntil > clock()) return issued.token
      // Whoever comes here first renews it; those who waited with it find the new one.
      const current = kept.peek(keyOf(store))
      const renewed = current === undefined || current === known ? renew(store, credential, deadline) : current
      return (await renewed).token
    },
    drop: async (store, refused) => {
      if (credentialOf(store).kind === 'static') return false
      const known = kept.peek(keyOf(store))
      if (known && (await known).token === refused) forget(store, known)
      return true
    },
  }
}

function keyOf(store: OpenStore): string {
  return `${store.id}:${store.credentialVersion}`
}

// Printable ASCII without spaces, because it becomes a header.
const opaque = z.string().regex(/^[\x21-\x7e]{1,512}$/)
const clientCredentials = z.strictObject({
  kind: z.literal('client_credentials'),
  client_id: opaque,
  client_secret: opaque,
})
const credentialShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('static'), token: opaque }),
  clientCredentials,
])
type ClientCredentials = z.output<typeof clientCredentials>

type Credential = z.output<typeof credentialShape>

/** What was read from an opened credential, as long as somebody holds that credential. */
const read = new WeakMap<Secret, Credential>()

function credentialOf(store: OpenStore): Credential {
  const known = read.get(store.credential)
  if (known) return known
  const credential = credentialShape.safeParse(parseJson(Buffer.from(store.credential.reveal())))
  if (!credential.success) throw authFailed('the credential has not the shape of a Shopify credential')
  read.set(store.credential, credential.data)
  return credential.data
}

const issuedShape = z.object({ access_token: opaque, expires_in: z.number().positive() })

type Exchange = { store: OpenStore; deadline: number }

/** RFC 6749 §4.4, at the shop's own token endpoint. */
async function exchange(
  { send, clock }: { send: Send; clock: Clock },
  { store, deadline }: Exchange,
  credential: ClientCredentials,
): Promise<Issued> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credential.client_id,
    client_secret: credential.client_secret,
  })
  const answer = await send(
    { store, deadline },
    {
      path: '/admin/oauth/access_token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    },
  )
  if (answer.status === 429) throw throttled(waitFromHeader(answer.retryAfter))
  if ([400, 401, 403].includes(answer.status)) throw authFailed(`token endpoint: HTTP ${answer.status}`)
  if (answer.status !== 200) throw byStatus(answer.status)
  const issued = issuedShape.safeParse(parseJson(answer.body)).data
  if (issued === undefined) throw badAnswer('token endpoint: not a token')
  const freshS = Math.max(issued.expires_in - RENEW_BEFORE_S, issued.expires_in / 2)
  return { token: new Secret(issued.access_token), freshUntil: clock() + freshS * 1000 }
}
