import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError, newToken, Secret, tokenHash } from '#kernel'
import type { Seat } from '#policy'
import type { InvitedEntry, WorkspaceTransaction } from '#store'
import { refuseAboveOwnSeat } from './acting-seat.ts'
import { addMember } from './members.ts'
import { openInvitations } from './open-invitations.ts'

export type InvitationSummary = {
  readonly invitationId: string
  readonly email: string
  readonly seat: Seat
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly acceptedAt: Date | null
  readonly withdrawnAt: Date | null
}

type NewInvitation = {
  readonly workspaceId: string
  readonly email: string
  readonly seat: Seat
  readonly by: string
  readonly days?: number
}

const DAYS = 7
const DAY_MS = 86_400_000
const address = z.email().max(254)

/**
 * Invites an address to a seat; an open invitation of that address from before is withdrawn. The token is shown once: only
 * its hash is kept. A person invites to no seat above the own one (AppError `not_allowed`). Throws AppError
 * `invalid_arguments` for what is no address, and for that of a live member.
 */
export async function inviteMember(
  tx: WorkspaceTransaction,
  { workspaceId, email, seat, by, days = DAYS }: NewInvitation,
): Promise<{ invitationId: string; token: Secret }> {
  await refuseAboveOwnSeat(tx, [seat])
  const to = addressOf(email)
  await refuseMember(tx, to)
  await openInvitations(tx).where('email', '=', to).set({ withdrawn_at: new Date() }).execute()
  const invitationId = randomUUID()
  const token = new Secret(newToken('in'))
  const ids = { workspace_id: workspaceId, invitation_id: invitationId, token_hash: tokenHash(token.reveal()) }
  await tx
    .insertInto('tillgate.invitations')
    .values({ ...ids, email: to, seat, created_by: by, expires_at: new Date(Date.now() + days * DAY_MS) })
    .execute()
  return { invitationId, token }
}

/** Every invitation of the workspace, the newest first. */
export async function listInvitations(tx: WorkspaceTransaction): Promise<InvitationSummary[]> {
  return tx
    .selectFrom('tillgate.invitations')
    .select(['invitation_id as invitationId', 'email', 'seat', 'created_by as createdBy', 'created_at as createdAt'])
    .select(['expires_at as expiresAt', 'accepted_at as acceptedAt', 'withdrawn_at as withdrawnAt'])
    .orderBy('created_at', 'desc')
    .execute()
}

/** Ends an open invitation. Throws AppError `not_found` where there is none. */
export async function withdrawInvitation(tx: WorkspaceTransaction, invitationId: string): Promise<void> {
  const withdrawn = await openInvitations(tx)
    .set({ withdrawn_at: new Date() })
    .where((column) => column(column.cast<string>('invitation_id', 'text'), '=', invitationId))
    .returning('invitation_id')
    .executeTakeFirst()
  if (!withdrawn) throw notOpen()
}

/** Makes who was invited a member, once. Throws AppError `not_found` where the invitation is not open any more. */
export async function acceptInvitation(tx: WorkspaceTransaction, invited: InvitedEntry): Promise<void> {
  const { workspaceId, accountId, email, accountName } = invited
  await lockMemberRow(tx, accountId)
  const now = new Date()
  const accepted = await openInvitations(tx)
    .set({ accepted_at: now, accepted_by: accountId })
    .where('invitation_id', '=', invited.invitationId)
    .where('expires_at', '>', now)
    .returning(['seat', 'created_by as by'])
    .executeTakeFirst()
  if (!accepted) throw notOpen()
  await addMember(tx, { workspaceId, accountId, email, name: accountName, ...accepted })
}

/** Who removes a member locks the member first and the invitations then; so does who accepts. */
async function lockMemberRow(tx: WorkspaceTransaction, accountId: string): Promise<void> {
  await tx.selectFrom('tillgate.members').select('seat').where('account_id', '=', accountId).forUpdate().execute()
}

async function refuseMember(tx: WorkspaceTransaction, email: string): Promise<void> {
  const member = await tx
    .selectFrom('tillgate.members')
    .select('account_id')
    .where('email', '=', email)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (member) throw refused('This address is that of a member already.')
}

function addressOf(email: string): string {
  const parsed = address.safeParse(email.trim().toLowerCase())
  if (parsed.success) return parsed.data
  throw refused('This is not an e-mail address.')
}

function refused(sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field: 'email' })
}

function notOpen(): AppError {
  return new AppError('not_found', 'This invitation is not open any more; ask for a new one.')
}
