import type { Reply, WorkspaceVisit } from '../route.ts'
import type { Done } from './done.ts'
import { type Html, layout } from './layout.ts'

type Frame = {
  readonly title: string
  readonly at: 'agents' | 'roles' | 'members'
  readonly body: Html
  readonly status?: number
}

/** A page of the workspace that the visit is in. */
export function workspacePage(visit: WorkspaceVisit, { title, at, body, status = 200 }: Frame): Reply {
  const { person, session, csrf } = visit
  const { slug, name, frozenAt } = person
  const workspace = { slug, name, at, frozenAt }
  return {
    kind: 'page',
    html: layout({ title, body, account: session.account, workspace, csrf: csrf() }),
    status,
  }
}

/** The address of a page of the workspace; parts are encoded. */
export function within({ person }: WorkspaceVisit, ...parts: readonly string[]): string {
  return ['/console/w', person.slug, ...parts.map(encodeURIComponent)].join('/')
}

/** Back to a page of the workspace after a form, with a word for what was done. */
export function backTo(visit: WorkspaceVisit, parts: readonly string[], done: Done): Reply {
  return { kind: 'redirect', to: `${within(visit, ...parts)}?${new URLSearchParams({ done })}` }
}

/** Who did it, as the tables note it. */
export function byOf({ person }: Pick<WorkspaceVisit, 'person'>): string {
  return `account:${person.accountId}`
}
