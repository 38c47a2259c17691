import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Seat } from '#policy'

type Instant = ColumnType<Date, Date | string | undefined, Date | string>
type MaybeInstant = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** The tables as kysely sees them; the migrations are the truth, a test compares the two. */
export type Tables = {
  'tillgate.workspaces': {
    workspace_id: string
    slug: string
    name: string
    audit_key: Buffer
    created_at: Instant
    frozen_at: MaybeInstant
    frozen_by: string | null
  }
  'tillgate.members': {
    workspace_id: string
    account_id: string
    seat: Seat
    email: string
    name: string
    created_by: string
    created_at: Instant
    removed_at: MaybeInstant
    removed_by: string | null
  }
  'tillgate.invitations': {
    workspace_id: string
    invitation_id: string
    email: string
    seat: Seat
    token_hash: Buffer
    created_by: string
    created_at: Instant
    expires_at: Date
    accepted_at: MaybeInstant
    accepted_by: string | null
    withdrawn_at: MaybeInstant
  }
  'tillgate.roles': {
    workspace_id: string
    role_id: string
    name: string
    version: Generated<number>
    definition: string
    created_at: Instant
  }
  'tillgate.role_versions': {
    workspace_id: string
    role_id: string
    version: number
    definition: string
    changed_by: string
    changed_at: Instant
  }
  'tillgate.agents': {
    workspace_id: string
    agent_id: string
    kind: 'machine' | 'oauth'
    name: string
    client_id: string
    purpose: Generated<string>
    created_by: string
    created_at: Instant
    tainted_at: MaybeInstant
    exposed_at: MaybeInstant
    quarantined_at: MaybeInstant
    quarantined_by: string | null
    revoked_at: MaybeInstant
    revoked_by: string | null
  }
  'tillgate.stores': {
    workspace_id: string
    store_id: string
    handle: string
    platform: string
    name: string
    mode: 'live' | 'test'
    currency: string
    origin: string
    credential: Buffer
    credential_version: Generated<number>
    write_counter: Generated<string>
    connected_at: Instant
    disconnected_at: MaybeInstant
  }
  'tillgate.grants': {
    workspace_id: string
    grant_id: string
    agent_id: string
    role_id: string
    account_id: string | null
    scopes: string[]
    created_by: string
    created_at: Instant
    expires_at: MaybeInstant
    revoked_at: MaybeInstant
    revoked_by: string | null
    accepted_version: Generated<number>
    last_seen_at: MaybeInstant
  }
  'tillgate.grant_stores': { workspace_id: string; grant_id: string; store_id: string }
  'audit.heads': { workspace_id: string; seq: string; hash: Buffer }
  'audit.records': {
    workspace_id: string
    seq: string
    at: Date
    header: string
    body_digest: Buffer
    hash: Buffer
    kind: GeneratedAlways<string>
    agent: GeneratedAlways<string>
    tool: GeneratedAlways<string>
    store: GeneratedAlways<string>
    outcome: GeneratedAlways<string>
    action: GeneratedAlways<string>
  }
  'audit.tallied': { workspace_id: string; seq: string }
  'audit.tallies': {
    workspace_id: string
    hour: Date
    agent: string
    tool: string
    store: string
    outcome: string
    step: string
    code: string
    calls: string
    ms: number
  }
  'audit.refused': {
    workspace_id: string
    hour: Date
    agent: string
    tool: string
    outcome: string
    step: string
    code: string
    calls: string
  }
  'audit.hours': {
    workspace_id: string
    hour: Date
    store: string
    outcome: string
    code: string
    bucket: number
    calls: string
    ms: number
  }
  'audit.pulse': { workspace_id: string; minute: Date; outcome: string; bucket: number; calls: string }
  'audit.bodies': { workspace_id: string; seq: string; sealed: Buffer }
}
