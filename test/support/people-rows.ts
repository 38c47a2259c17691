import { randomUUID } from 'node:crypto'
import { addMember, createWorkspace } from '#identity'
import type { Seat } from '#policy'
import { type PersonEntry, people, type WorkspaceTransaction, withClient } from '#store'
import type { TestDatabase } from '../database.ts'
import { connectStore, newPerson, type TwoWorkspaces } from '../isolation/two-workspaces.ts'

/** A member who has signed in, without the pages of that. */
export type TeamMember = {
  readonly accountId: string
  readonly email: string
  /** As tables note who acts. */
  readonly by: string
  /** Runs the work as a request of this person does. Throws where the door stays shut. */
  act<T>(work: (tx: WorkspaceTransaction, person: PersonEntry) => Promise<T>): Promise<T>
}

/** A workspace with the stores `pier` and `quay`. */
export type Team = {
  readonly workspaceId: string
  readonly slug: string
  join(seat: Seat): Promise<TeamMember>
  /** Runs the work as a command on the host does. */
  operate<T>(work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T>
  /** Rows of the workspace's table, past every rule. */
  rows(table: string, columns: string): Promise<Record<string, unknown>[]>
}

let made = 0

export async function newTeam(database: TestDatabase, parts: TwoWorkspaces['parts']): Promise<Team> {
  const slug = `team-${++made}`
  const { workspaceId } = await createWorkspace(parts, { slug, name: slug })
  for (const handle of ['pier', 'quay']) await connectStore(parts, workspaceId, handle)
  const operate: Team['operate'] = (work) => database.jobs.inWorkspace(workspaceId, work)
  return {
    workspaceId,
    slug,
    operate,
    async join(seat) {
      const email = `${randomUUID()}@team.test`
      const { accountId, sessionHash } = await newPerson(database, email)
      await operate((tx) => addMember(tx, { workspaceId, accountId, email, name: email, seat, by: 'operator:ada' }))
      const member = { accountId, email, by: `account:${accountId}` }
      return { ...member, act: (work) => enter(database, { hash: sessionHash, slug }, work) }
    },
    async rows(table, columns) {
      const text = `select ${columns} from tillgate.${table} where workspace_id = $1 order by 1`
      const { rows } = await withClient(database.superuser, (client) => client.query(text, [workspaceId]))
      return rows
    },
  }
}

async function enter<T>(
  { pools }: TestDatabase,
  session: { hash: string; slug: string },
  work: (tx: WorkspaceTransaction, person: PersonEntry) => Promise<T>,
): Promise<T> {
  const entered = await people(pools.app).inWorkspace(session, async (tx, person) => ({ done: await work(tx, person) }))
  if (entered === undefined) throw new Error('the door stayed shut')
  return entered.done
}
