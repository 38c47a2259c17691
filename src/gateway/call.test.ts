import { describe, expect, it } from 'vitest'
import { presets } from '#policy'
import type { Entry } from '#store'
import { callerOf, inQuarantine, StepUp } from './call.ts'

const entry: Entry = {
  refusal: null,
  workspace_id: 'w',
  slug: 'alpha',
  grant_id: 'g',
  agent_id: 'a',
  agent_kind: 'oauth',
  client_id: 'c',
  account_id: 'p',
  seat: 'owner',
  token_scopes: 'stores:read orders:read',
  grant_scopes: ['stores:read'],
  role_id: 'r',
  role_version: 1,
  role_definition: '{}',
  accepted_version: 1,
  accepted_definition: null,
  tainted_at: null,
  exposed_at: null,
  quarantined_at: null,
  last_seen_at: null,
  audit_key: Buffer.alloc(0),
}
const visitor = { entry, role: presets.support, stores: [], address: '127.0.0.1' }

describe('the caller that policy judges', () => {
  it('is who the door found, and in quarantine where the agent is', () => {
    const caller = { role: presets.support, grantScopes: ['stores:read'], tokenScopes: ['stores:read', 'orders:read'] }
    expect(callerOf(visitor)).toEqual({ ...caller, quarantined: false })
    const quarantined = { ...visitor, entry: { ...entry, quarantined_at: new Date() } }
    expect(callerOf(quarantined)).toEqual({ ...caller, quarantined: true })
  })
})

describe('a refusal', () => {
  it('in quarantine says so, and who can end it', () => {
    const { code, message } = inQuarantine('https://gate.test/console/w/alpha/agents')
    expect(code).toBe('not_allowed')
    expect(message).toMatch(/quarantine.*owner or admin.*https:\/\/gate\.test\/console\/w\/alpha\/agents/)
  })

  it('that asks for more names the scope for the record, in words of ours', () => {
    const { code, reason, scopes } = new StepUp('orders:read', ['stores:read', 'orders:read'])
    expect({ code, reason, scopes }).toEqual({
      code: 'not_allowed',
      reason: 'orders:read was not granted',
      scopes: ['stores:read', 'orders:read'],
    })
  })
})
