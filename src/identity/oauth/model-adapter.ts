import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidGrant } from 'oidc-provider/lib/helpers/errors.js'
import { tokenHash } from '#kernel'
import type { Query } from './query.ts'

export type Stored = { payload: AdapterPayload; consumed_s: number | null }

const STORED = 'select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models'
const LIVE = '(expires_at is null or expires_at > now())'

/** Why a code or a refresh token that somebody else consumed in the same moment was refused; an event says it. */
export const LOST_RACE = 'already consumed (race)'

/** Interactions and the like, and what codes, refresh tokens and Grants are written with: `auth.oidc_models`, by the hash of their id. */
export function modelAdapter(query: Query, model: string): Adapter {
  const one = async (where: string, value: string): Promise<AdapterPayload | undefined> => {
    const found = await query<Stored>(`${STORED} where model = $1 and ${where} = $2 and ${LIVE}`, [model, value])
    return found.rows[0] && payloadOf(found.rows[0])
  }
  return {
    async upsert(id, payload, expiresIn) {
      const kept = withoutCredentials(id, payload)
      await query(UPSERT, [
        model,
        keyOf(id),
        JSON.stringify(kept),
        // So that whoever ends a Grant finds it with all that hangs on it.
        model === 'Grant' ? id : (kept.grantId ?? null),
        kept.uid ?? null,
        kept.userCode ?? null,
        expiresIn ?? null,
      ])
    },
    async find(id) {
      const payload = await one('id', keyOf(id))
      return payload && withId(id, payload)
    },
    findByUid: (uid) => one('uid', uid),
    findByUserCode: (userCode) => one('user_code', userCode),
    async consume(id) {
      const { rowCount } = await query(CONSUME, [model, keyOf(id)])
      // Two who present the same code or refresh token at once: only one may win.
      if (rowCount !== 1) throw new InvalidGrant(LOST_RACE)
    },
    async destroy(id) {
      await query('delete from auth.oidc_models where model = $1 and id = $2', [model, keyOf(id)])
    },
    async revokeByGrantId(grantId) {
      await query('delete from auth.oidc_models where model = $1 and grant_id = $2', [model, grantId])
    },
  }
}

/** Under what a thing is found: never its id, which for most of them is the credential. */
export function keyOf(id: string): string {
  return tokenHash(id).toString('base64url')
}

/** The payload as the library knows it, with what was left out of the database. */
export function withId(id: string, payload: AdapterPayload): AdapterPayload {
  const { returnTo } = payload
  return { ...payload, jti: id, ...(returnTo !== undefined && { returnTo: returnTo + id }) }
}

export function payloadOf({ payload, consumed_s }: Stored): AdapterPayload {
  return consumed_s === null ? payload : { ...payload, consumed: Math.floor(consumed_s) }
}

const CONSUME = 'update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null'

const UPSERT = `
  insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at`

/** The payload repeats its own id, an interaction also at the end of `returnTo`, and the id of its session, which nobody reads there. */
function withoutCredentials(id: string, { jti: _id, session, returnTo, ...kept }: AdapterPayload): AdapterPayload {
  const short = returnTo?.endsWith(id) ? { ...kept, returnTo: returnTo.slice(0, -id.length) } : kept
  if (session === undefined) return short
  const { cookie: _sessionId, ...rest } = session
  return { ...short, session: rest }
}
