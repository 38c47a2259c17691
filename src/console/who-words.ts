import type { Member } from '#identity'
import type { Seat } from '#policy'
import { visibleText } from './visible-text.ts'

/** The seats in plain words. */
export const seatWords: Readonly<Record<Seat, { readonly name: string; readonly may: string }>> = {
  owner: { name: 'Owner', may: 'everything, and makes other owners' },
  admin: { name: 'Admin', may: 'members, roles and every agent; stops and starts the workspace' },
  approver: {
    name: 'Approver',
    may: 'connects agents that only read; will say yes or no to changes once agents can make them',
  },
  viewer: { name: 'Viewer', may: 'looks, and connects agents that only read' },
}

/** Who did something, as the tables note it: `account:<id>`, `operator:<os user>`, or Tillgate itself. */
export function whoWords(by: string, members: readonly Pick<Member, 'accountId' | 'email'>[]): string {
  const [kind, name = ''] = by.split(/:(.*)/)
  if (kind === 'operator') return `the operator ${visibleText(name)}`
  if (kind !== 'account') return 'Tillgate'
  return visibleText(members.find(({ accountId }) => accountId === name)?.email ?? 'a former member')
}
