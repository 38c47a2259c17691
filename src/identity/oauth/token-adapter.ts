import type { Adapter, AdapterPayload } from 'oidc-provider'
import { InvalidGrant, UnauthorizedClient } from 'oidc-provider/lib/helpers/errors.js'
import { isToken, tokenHash } from '#kernel'
import type { Query } from './query.ts'

/** Access tokens: `auth.access_tokens`, where the door of agents finds them by hash. */
export function tokenAdapter(query: Query, model: 'AccessToken' | 'ClientCredentials'): Adapter {
  return {
    async upsert(token, payload, expiresIn) {
      const { jti: _credential, ...kept } = payload
      const values = [tokenHash(token), kept.clientId, kept.scope, kept.aud, JSON.stringify(kept), expiresIn]
      if (model === 'ClientCredentials') {
        const { rowCount } = await query(ISSUE_TO_MACHINE, values)
        if (rowCount !== 1) throw new UnauthorizedClient(undefined, 'no live grant covers this token')
        return
      }
      const { rowCount } = await query(ISSUE_TO_MEMBER, [...values, kept.grantId ?? '', kept.accountId ?? null])
      if (rowCount !== 1) throw new InvalidGrant('no live grant of a member stands behind this token')
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
    // The library destroys the Grant beside it, which ends its tokens too.
    revokeByGrantId: () => Promise.resolve(),
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

/** As for machines. It holds the row of the Grant, so that whoever ends the Grant sees the token (families.ts). */
const ISSUE_TO_MEMBER = `
  insert into auth.access_tokens (hash, model, client_id, grant_id, scope, resource, payload, expires_at)
  select $1, 'AccessToken', $2, p.grant_id, $3, $4, $5, least(now() + make_interval(secs => $6), g.expires_at)
  from auth.provider_grants p
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where p.provider_grant_id = $7 and p.expires_at > now() and p.client_id = $2 and p.account_id = $8::uuid
    and $4 in ('core', 'w/' || g.slug)
  for share of p`
