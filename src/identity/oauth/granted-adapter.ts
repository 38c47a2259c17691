import type { Adapter } from 'oidc-provider'
import { InvalidGrant } from 'oidc-provider/lib/helpers/errors.js'
import type pg from 'pg'
import { endFamilies } from './families.ts'
import { keyOf, LOST_RACE, modelAdapter, payloadOf, type Stored, withId } from './model-adapter.ts'
import { type Query, unavailable } from './query.ts'

/** How long a refresh token that was just used may come again from a client that races with itself. */
export const GRACE_SECONDS = 30

type Parts = { query: Query; authPool: pg.Pool }

/** Codes, refresh tokens and Grants: there only while the standing grant behind them is live. */
export function grantedAdapter(
  { query, authPool }: Parts,
  model: 'AuthorizationCode' | 'RefreshToken' | 'Grant',
): Adapter {
  const plain = modelAdapter(query, model)
  const endFamily = async (providerGrantId: string) => {
    await endFamilies(authPool, { by: 'provider_grant_id', values: [providerGrantId] }).catch(unavailable)
  }
  return {
    ...plain,
    async find(id) {
      const found = await query<Granted>(GRANTED, [model, keyOf(id), GRACE_SECONDS])
      const stored = found.rows[0]
      if (!stored) return undefined
      // In the grace the loser fails when it consumes, which ends nothing, and is given the winner's answer.
      const seen = model === 'RefreshToken' && stored.in_grace ? { ...stored, consumed_s: null } : stored
      return withId(id, payloadOf(seen))
    },
    async consume(id) {
      if (model !== 'AuthorizationCode') return plain.consume(id)
      const { rows } = await query<{ grant_id: string; won: boolean }>(CONSUME_CODE, [keyOf(id)])
      const [code] = rows
      if (code?.won) return
      // A code that comes twice was seen by somebody else (RFC 6749 section 4.1.2), also when both come at once.
      if (code) await endFamily(code.grant_id)
      throw new InvalidGrant(LOST_RACE)
    },
    destroy: model === 'Grant' ? endFamily : plain.destroy,
    // The library calls it for each model and destroys the Grant beside it, which ends them all at once.
    revokeByGrantId: () => Promise.resolve(),
  }
}

type Granted = Stored & { in_grace: boolean | null }

const GRANTED = `
  select m.payload, extract(epoch from m.consumed_at)::float8 as consumed_s,
    m.consumed_at > now() - make_interval(secs => $3) as in_grace
  from auth.oidc_models m
  join auth.provider_grants p on p.provider_grant_id = m.grant_id and p.expires_at > now()
  join lateral sec.member_grant(p.grant_id) g on g.account_id = p.account_id and g.client_id = p.client_id
  where m.model = $1 and m.id = $2 and m.expires_at > now()`

const CONSUME_CODE = `
  with won as (
    update auth.oidc_models set consumed_at = now()
    where model = 'AuthorizationCode' and id = $1 and consumed_at is null returning id)
  select grant_id, exists (select from won) as won
  from auth.oidc_models where model = 'AuthorizationCode' and id = $1`
