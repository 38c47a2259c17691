import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Provider } from 'oidc-provider/lib/provider.js'
import { sha256 } from '#kernel'
import type { OauthEvent, Report } from './events.ts'
import { GRACE_SECONDS } from './granted-adapter.ts'
import type { RequestNotes } from './notes.ts'
import type { Query } from './query.ts'

type Middleware = Parameters<Provider['use']>[0]
type Parts = { query: Query; notes: RequestNotes; report: Report; log: (event: OauthEvent) => void }

const TRIES = 40
const BETWEEN_MS = 50

/**
 * Clients refresh twice at once, and lose answers. For the grace, whoever presents a used refresh token as the same
 * client, with the same scope and resource, is given the very answer that was given before, so that no second family begins.
 */
export function refreshGrace(parts: Parts): Middleware {
  return async (ctx, next) => {
    await next()
    if (!isTokenRequest(ctx)) return
    const asked = keysOf(ctx)
    if (asked && ctx.status === 200) return keepAnswer(parts, ctx, asked)
    if (!parts.notes.in(ctx).lostRace) return
    const answer = asked && (await waitForAnswer(parts.query, asked))
    if (answer === undefined) {
      const lost = Object.assign(new Error('invalid_grant'), { error: 'invalid_grant', error_detail: 'lost a race' })
      return parts.report('refused', ctx, lost)
    }
    ctx.status = 200
    ctx.body = answer
  }
}

function isTokenRequest(ctx: object): ctx is KoaContextWithOIDC {
  if (!('oidc' in ctx) || typeof ctx.oidc !== 'object' || ctx.oidc === null) return false
  return 'route' in ctx.oidc && ctx.oidc.route === 'token'
}

/** Where an answer is kept and under which key: both come from the refresh token, which is nowhere in the database. */
type Keys = { hash: Buffer; key: Buffer }

function keysOf(ctx: KoaContextWithOIDC): Keys | undefined {
  const { params, client } = ctx.oidc
  if (params?.grant_type !== 'refresh_token' || typeof params.refresh_token !== 'string') return undefined
  const asked = JSON.stringify(['refresh', client?.clientId, params.scope ?? null, params.resource ?? null])
  const derived = Buffer.from(hkdfSync('sha256', params.refresh_token, '', sha256(asked), 64))
  return { hash: derived.subarray(0, 32), key: derived.subarray(32) }
}

/** The client gets its answer also where it cannot be kept: then only its race is lost. */
async function keepAnswer({ query, log }: Parts, ctx: KoaContextWithOIDC, { hash, key }: Keys): Promise<void> {
  const sealed = seal(key, JSON.stringify(ctx.body))
  const grant = ctx.oidc.entities.RefreshToken?.grantId
  try {
    await query(KEEP, [hash, sealed, grant, GRACE_SECONDS])
  } catch (cause) {
    log({ event: 'failed', route: 'token', error: 'server_error', reason: 'an answer was not kept', cause })
  }
}

async function waitForAnswer(query: Query, { hash, key }: Keys): Promise<unknown> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { rows } = await query<{ sealed: Buffer }>(KEPT, [hash])
    if (rows[0]) return JSON.parse(open(key, rows[0].sealed))
    await delay(BETWEEN_MS)
  }
  return undefined
}

const KEEP = `
  insert into auth.refresh_replays (hash, sealed, provider_grant_id, expires_at)
  values ($1, $2, $3, now() + make_interval(secs => $4))
  on conflict (hash) do nothing`

/** Not where the Grant has ended meanwhile. */
const KEPT = `
  select r.sealed from auth.refresh_replays r
  join auth.provider_grants p on p.provider_grant_id = r.provider_grant_id
  where r.hash = $1 and r.expires_at > now()`

function seal(key: Buffer, text: string): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body])
}

function open(key: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(sealed.subarray(12, 28))
  return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
}
