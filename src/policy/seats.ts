import type { Scope } from '#commerce'

/** What a member may do in a workspace; from the most to the least. */
export const SEATS = ['owner', 'admin', 'approver', 'viewer'] as const
export type Seat = (typeof SEATS)[number]

/** What a person can do in a workspace beyond looking at it and stopping agents of their own. */
export type SeatAction =
  /** Invite and remove members and change their seats, up to the own seat. */
  | 'manage_members'
  /** Make and change roles, and accept a widened role for the grant of another. */
  | 'manage_roles'
  /** See, quarantine, release and revoke the agents of others. */
  | 'manage_agents'
  /** Stop every agent of the workspace at once, and let them go on. */
  | 'freeze'
  /** Search, check and export the record of everything. */
  | 'read_audit'
  /** Change what the workspace is called. */
  | 'manage_workspace'

/** Whether a seat allows an action. Approvers and viewers act on what is theirs only. */
export function seatMay(seat: Seat, _action: SeatAction): boolean {
  return seat === 'owner' || seat === 'admin'
}

/** Whether a member of this seat may invite to, change or remove that seat: nobody reaches above the own one. */
export function seatGoverns(seat: Seat, other: Seat): boolean {
  if (!seatMay(seat, 'manage_members')) return false
  return SEATS.indexOf(seat) <= SEATS.indexOf(other)
}

/** Whether a member of this seat can give an agent the scope: approvers and viewers give what reads and reveals nothing. */
export function seatGives(seat: Seat, scope: Scope): boolean {
  return seat === 'owner' || seat === 'admin' || scope.endsWith(':read')
}
