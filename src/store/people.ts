import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import type { Seat } from '#policy'
import type { Tables } from './tables.ts'
import type { WorkspaceTransaction } from './workspace-transaction.ts'

/** What the door of people tells: which workspace is open, and who opened it with which seat. */
export type PersonEntry = {
  readonly workspaceId: string
  readonly slug: string
  readonly name: string
  readonly frozenAt: Date | null
  readonly auditKey: Buffer
  readonly accountId: string
  readonly email: string
  readonly accountName: string
  readonly seat: Seat
  /** When the session last showed a second factor. */
  readonly mfaAt: Date
}

/** A workspace that a session may enter. */
export type Membership = {
  readonly slug: string
  readonly name: string
  readonly seat: Seat
  readonly frozenAt: Date | null
}

/** What an invitation says to whoever holds its token. */
export type InvitationPreview = {
  readonly slug: string
  readonly name: string
  readonly email: string
  readonly seat: Seat
  readonly expiresAt: Date
  readonly state: 'open' | 'accepted' | 'withdrawn' | 'expired'
}

/** What the door of who was invited tells. */
export type InvitedEntry = {
  readonly workspaceId: string
  readonly slug: string
  readonly invitationId: string
  readonly seat: Seat
  readonly accountId: string
  readonly email: string
  readonly accountName: string
  readonly auditKey: Buffer
}

/** The way of a person's request into a workspace, as `tillgate_app`: the hash of a live session opens it, never an id. */
export type People = {
  /**
   * Runs the work in one transaction inside the workspace of that slug; a throw rolls it back. Gives undefined, without
   * running it, where the session is over, has shown no second factor, or its account is no member.
   */
  inWorkspace<T>(
    session: { hash: string; slug: string },
    work: (tx: WorkspaceTransaction, person: PersonEntry) => Promise<T>,
  ): Promise<T | undefined>
  /** As `inWorkspace`, opened by an open invitation and a session of the very address that was invited. */
  byInvitation<T>(
    invited: { tokenHash: Buffer; sessionHash: string },
    work: (tx: WorkspaceTransaction, invited: InvitedEntry) => Promise<T>,
  ): Promise<T | undefined>
  /** The workspaces that the session may enter, by slug. */
  workspaces(sessionHash: string): Promise<Membership[]>
  invitation(tokenHash: Buffer): Promise<InvitationPreview | undefined>
}

export function people(pool: pg.Pool): People {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    inWorkspace: ({ hash, slug }, work) =>
      db.transaction().execute(async (tx) => {
        const door = sql<PersonEntry>`select ${PERSON} from sec.enter_by_session(${hash}, ${slug})`
        const [person] = (await door.execute(tx)).rows
        return person && work(tx, person)
      }),
    byInvitation: ({ tokenHash, sessionHash }, work) =>
      db.transaction().execute(async (tx) => {
        const door = sql<InvitedEntry>`select ${INVITED} from sec.enter_by_invitation(${tokenHash}, ${sessionHash})`
        const [invited] = (await door.execute(tx)).rows
        return invited && work(tx, invited)
      }),
    async workspaces(sessionHash) {
      const listed = sql<Membership>`select slug, name, seat, frozen_at as "frozenAt" from sec.workspaces_of_session(${sessionHash})`
      return (await listed.execute(db)).rows
    },
    async invitation(tokenHash) {
      const found = sql<InvitationPreview>`
        select slug, name, email, seat, expires_at as "expiresAt", state from sec.invitation(${tokenHash})`
      return (await found.execute(db)).rows[0]
    },
  }
}

const PERSON = sql.raw(
  'workspace_id as "workspaceId", slug, name, frozen_at as "frozenAt", audit_key as "auditKey", account_id as "accountId", email, account_name as "accountName", seat, mfa_at as "mfaAt"',
)

const INVITED = sql.raw(
  'workspace_id as "workspaceId", slug, invitation_id as "invitationId", seat, account_id as "accountId", email, account_name as "accountName", audit_key as "auditKey"',
)
