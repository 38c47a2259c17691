import { headOf } from '#audit'
import { renameWorkspace } from '#identity'
import { recordAct } from '../record.ts'
import type { ApiVisit } from './visit.ts'

/** What stands about the workspace itself. */
export async function settingsOf({ tx, world, person }: ApiVisit) {
  const row = await tx.selectFrom('tillgate.workspaces').select('created_at as createdAt').executeTakeFirstOrThrow()
  return {
    id: person.workspaceId,
    slug: person.slug,
    name: person.name,
    createdAt: row.createdAt,
    frozenAt: person.frozenAt,
    records: await headOf(tx),
    address: `${world.base}/mcp/w/${person.slug}`,
    mails: world.mailer !== undefined,
  }
}

/** Another name; the slug stays, because addresses are made of it. */
export async function rename(visit: ApiVisit, name: string) {
  await renameWorkspace(visit.tx, name)
  await recordAct(visit, { action: 'workspace.rename', subject: visit.person.workspaceId })
  return { done: true as const }
}
