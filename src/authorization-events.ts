import { randomUUID } from 'node:crypto'
import { type AuditLog, INSTANCE_CHAIN, type Refusals } from '#audit'
import type { OauthEvent } from '#identity'
import type { Clock } from '#kernel'

type Listeners = {
  readonly audit: AuditLog
  readonly refusals: Refusals
  readonly clock: Clock
  readonly info: (details: object) => void
  readonly onMistake: (error: unknown) => void
}

const RECORDED = new Set<OauthEvent['event']>(['refresh_reused', 'client_registered', 'revoked'])

/** Where what the authorization server tells goes: refusals are counted, what somebody should see later is recorded, all else is logged. */
export function authorizationEvents({ audit, refusals, clock, info, onMistake }: Listeners) {
  return ({ event, route, address, error = event, clientId, grantId }: OauthEvent): void => {
    if (event === 'refused') {
      refusals.count(INSTANCE_CHAIN, { step: route, reason: error, address })
      return
    }
    info({ event, route, error })
    if (!RECORDED.has(event)) return
    const header = { v: 1, kind: 'instance', request: randomUUID(), at: clock(), outcome: 'ok' } as const
    const record = { ...header, action: `oauth.${event}`, client: clientId, grant: grantId }
    audit.append({ workspaceId: INSTANCE_CHAIN, header: record }).catch(onMistake)
  }
}
