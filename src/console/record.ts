import { randomUUID } from 'node:crypto'
import { INSTANCE_CHAIN, type RecordHeader } from '#audit'
import type { PersonEntry } from '#store'
import type { Visit } from './route.ts'

/** Whoever acts in a workspace: a member, or somebody who becomes one by it. */
type Actor = Pick<PersonEntry, 'workspaceId' | 'auditKey' | 'accountId'>

type Act = Pick<RecordHeader, 'action' | 'subject' | 'grant'>

/**
 * Records what a person did in a workspace; resolves after the commit of the record. What widens is recorded before its
 * own commit, so that it does not happen unrecorded; what stops is recorded after it, so that nothing holds it up.
 */
export async function recordAct(
  visit: Pick<Visit, 'world' | 'caller'> & { readonly person: Actor },
  act: Act,
): Promise<void> {
  const { world, person, caller } = visit
  const key = await world.vault.dataKey({ workspace: person.workspaceId, purpose: 'audit-body' }, person.auditKey)
  await world.audit.append({
    workspaceId: person.workspaceId,
    header: { ...headerOf(visit), account: person.accountId, ...act },
    body: { key, value: { address: caller.address } },
  })
}

/** Records what a person did outside any workspace, such as signing in, in the instance's chain. */
export async function recordPersonal(visit: Pick<Visit, 'world'>, accountId: string, act: Act): Promise<void> {
  const header = { ...headerOf(visit), account: accountId, ...act }
  await visit.world.audit.append({ workspaceId: INSTANCE_CHAIN, header })
}

function headerOf({ world }: Pick<Visit, 'world'>) {
  return { v: 1, kind: 'admin', request: randomUUID(), at: world.clock(), outcome: 'ok' } as const
}
