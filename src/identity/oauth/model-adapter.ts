import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidGrant } from 'oidc-provider/lib/helpers/errors.js'
import { tokenHash } from '#kernel'
import type { Query } from './query.ts'

type Stored = { payload: AdapterPayload; consumed_s: number | null }

const STORED = 'select payload, extract(epoch from consumed_at)::float8 as consumed_s from auth.oidc_models'
const LIVE = '(expires_at is null or expires_at > now())'

/** Codes, refresh tokens, sessions, interactions and the like: `auth.oidc_models`, by the hash of their id. */
export function modelAdapter(query: Query, model: string): Adapter {
  const one = async (where: string, value: string): Promise<AdapterPayload | undefined> => {
    const found = await query<Stored>(`${STORED} where model = $1 and ${where} = $2 and ${LIVE}`, [model, value])
    const stored = found.rows[0]
    if (!stored || stored.consumed_s === null) return stored?.payload
    return { ...stored.payload, consumed: Math.floor(stored.consumed_s) }
  }
  return {
    async upsert(id, payload, expiresIn) {
      const kept = withoutCredentials(payload)
      await query(UPSERT, [
        model,
        keyOf(id),
        JSON.stringify(kept),
        kept.grantId ?? null,
        kept.uid ?? null,
        kept.userCode ?? null,
        expiresIn ?? null,
      ])
    },
    async find(id) {
      const payload = await one('id', keyOf(id))
      return payload && { ...payload, jti: id }
    },
    findByUid: (uid) => one('uid', uid),
    findByUserCode: (userCode) => one('user_code', userCode),
    async consume(id) {
      const { rowCount } = await query(
        'update auth.oidc_models set consumed_at = now() where model = $1 and id = $2 and consumed_at is null',
        [model, keyOf(id)],
      )
      // Two who present the same code or refresh token at once: only one may win.
      if (rowCount !== 1) throw new InvalidGrant('already consumed (race)')
    },
    async destroy(id) {
      await query('delete from auth.oidc_models where model = $1 and id = $2', [model, keyOf(id)])
    },
    async revokeByGrantId(grantId) {
      await query('delete from auth.oidc_models where model = $1 and grant_id = $2', [model, grantId])
    },
  }
}

const UPSERT = `
  insert into auth.oidc_models (model, id, payload, grant_id, uid, user_code, expires_at)
  values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
  on conflict (model, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
    user_code = excluded.user_code, expires_at = excluded.expires_at`

/** The payload repeats its own id, and an interaction the id of its session, which nobody reads from there. */
function withoutCredentials({ jti: _id, session, ...kept }: AdapterPayload): AdapterPayload {
  if (session === undefined) return kept
  const { cookie: _sessionId, ...rest } = session
  return { ...kept, session: rest }
}

function keyOf(id: string): string {
  return tokenHash(id).toString('base64url')
}
