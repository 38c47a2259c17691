import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidGrant, UnauthorizedClient } from 'oidc-provider/lib/helpers/errors.js'
import { isToken, tokenHash } from '#kernel'
import type { Query } from './query.ts'

/** Access tokens: `auth.access_tokens`, where the door of agents finds them by hash. */
export function tokenAdapter(query: Query, model: 'AccessToken' | 'ClientCredentials'): Adapter {
  return {
    async upsert(token, payload, expiresIn) {
      if (model === 'AccessToken') throw new InvalidGrant('no grant of a member stands behind this token')
      const { jti: _credential, ...kept } = payload
      const { rowCount } = await query(ISSUE_TO_MACHINE, [
        tokenHash(token),
        kept.clientId,
        kept.scope,
        kept.aud,
        JSON.stringify(kept),
        expiresIn,
      ])
      if (rowCount !== 1) throw new UnauthorizedClient(undefined, 'no live grant covers this token')
    },
    async find(token) {
      if (!isToken(token, 'at')) return undefined
      const found = await query<{ payload: AdapterPayload }>(
        'select payload from auth.access_tokens where hash = $1 and model = $2 and expires_at > now()',
        [tokenHash(token), model],
      )
      const payload = found.rows[0]?.payload
      return payload && { ...payload, jti: token }
    },
    async destroy(token) {
      await query('delete from auth.access_tokens where hash = $1 and model = $2', [tokenHash(token), model])
    },
    async revokeByGrantId(grantId) {
      await query(`delete from auth.access_tokens where model = $1 and payload ->> 'grantId' = $2`, [model, grantId])
    },
    consume: () => Promise.reject(new InvalidGrant('an access token is not consumed')),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
  }
}

/** Looks at the grant once more in the statement that writes the token, so that one ended meanwhile gives none. */
const ISSUE_TO_MACHINE = `
  insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
  select $1, 'ClientCredentials', $2, g.grant_id, $3, $4, $5, now() + make_interval(secs => $6)
  from sec.machine_agent($2) g
  where string_to_array($3, ' ') <@ g.scopes and $4 in ('core', 'w/' || g.slug)`
