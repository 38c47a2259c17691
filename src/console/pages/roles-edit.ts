import { html } from 'hono/html'
import { changeRole, createRoleIn, listStoresIn, type Role, readRole, roleHistory } from '#identity'
import { AppError } from '#kernel'
import { presets, type RoleDefinition, roleDifferences } from '#policy'
import { attempt } from '../attempt.ts'
import { recordAct } from '../record.ts'
import type { Reply, WorkspaceVisit } from '../route.ts'
import { visibleText } from '../visible-text.ts'
import { notHere } from './error.ts'
import type { Html } from './layout.ts'
import { hidden } from './parts.ts'
import { liveGrantsOfRole } from './roles.ts'
import { differenceTable } from './roles-difference.ts'
import { definitionOf, fieldsOfDefinition, fieldsOfForm, pairsOf, type RoleFields } from './roles-fields.ts'
import { type RoleForm, roleForm } from './roles-form.ts'
import { backTo, byOf, within, workspacePage } from './workspace-frame.ts'

/** GET /w/:workspace/roles/new, as a copy of `?from=` where that names a role. */
export async function showNewRole(visit: WorkspaceVisit): Promise<Reply> {
  const from = await readRole(visit.tx, visit.query.text('from'))
  return newPage(visit, { fields: fieldsOfDefinition(from?.definition ?? presets.analyst) })
}

/** Names that would make addresses of other pages. */
const RESERVED = ['new', '.', '..']

/** POST /w/:workspace/roles/new. */
export async function makeRole(visit: WorkspaceVisit): Promise<Reply> {
  const name = visit.form.text('name')
  const fields = fieldsOfForm(visit.form)
  const made = await attempt(visit.tx, async () => {
    if (RESERVED.includes(name)) {
      throw new AppError('invalid_arguments', 'This name is taken by a page; choose another.', { field: 'name' })
    }
    const definition = definitionOf(fields)
    return createRoleIn(visit.tx, { workspaceId: visit.person.workspaceId, name, definition, by: byOf(visit) })
  })
  if (made instanceof AppError) return newPage(visit, { fields, name, error: made })
  await recordAct(visit, { action: 'role.create', subject: made.roleId })
  return backTo(visit, ['roles', name], 'role_made')
}

async function newPage(visit: WorkspaceVisit, form: Pick<RoleForm, 'fields' | 'name' | 'error'>): Promise<Reply> {
  const rest = { to: within(visit, 'roles', 'new'), csrf: visit.csrf(), stores: await listStoresIn(visit.tx) }
  const body = html`<section class="card wide"><h1>A new role</h1>${roleForm({ ...rest, ...form })}</section>`
  return workspacePage(visit, { title: 'A new role', at: 'roles', body, ...(form.error && { status: 400 }) })
}

/** GET /w/:workspace/roles/:role/edit. */
export async function showRoleForm(visit: WorkspaceVisit): Promise<Reply> {
  const role = await readRole(visit.tx, visit.params.role ?? '')
  return role ? editPage(visit, role, { fields: fieldsOfDefinition(role.definition) }) : notHere()
}

/** POST …/edit: first what the change means, then, once confirmed, the change; another's change in between is shown. */
export async function editRole(visit: WorkspaceVisit): Promise<Reply> {
  const role = await readRole(visit.tx, visit.params.role ?? '')
  if (!role) return notHere()
  const fields = fieldsOfForm(visit.form)
  const definition = await attempt(visit.tx, async () => definitionOf(fields))
  if (definition instanceof AppError) return editPage(visit, role, { fields, error: definition })
  if (visit.form.text('confirm') === 'no') return editPage(visit, role, { fields })
  if (visit.form.text('version') !== String(role.version)) return conflictPage(visit, role, fields)
  if (roleDifferences(role.definition, definition).length === 0) return backTo(visit, ['roles', role.name], 'same')
  if (visit.form.text('confirm') !== 'yes') return confirmPage(visit, role, { fields, definition })
  return change(visit, role, { fields, definition })
}

type Wanted = { readonly fields: RoleFields; readonly definition: RoleDefinition }

async function change(visit: WorkspaceVisit, role: Role, { fields, definition }: Wanted): Promise<Reply> {
  const { workspaceId } = visit.person
  const wanted = { workspaceId, name: role.name, definition, by: byOf(visit), expectedVersion: role.version }
  const changed = await attempt(visit.tx, () => changeRole(visit.tx, wanted))
  if (changed instanceof AppError) {
    const other = await readRole(visit.tx, role.name)
    return other && other.version !== role.version
      ? conflictPage(visit, other, fields)
      : editPage(visit, role, { fields, error: changed })
  }
  await recordAct(visit, { action: 'role.change', subject: changed.roleId })
  return backTo(visit, ['roles', role.name], 'role_changed')
}

/** Somebody was quicker: what they changed since this form was opened, and the form again with what was typed. */
async function conflictPage(visit: WorkspaceVisit, role: Role, fields: RoleFields): Promise<Reply> {
  const seen = visit.form.text('version')
  const before = (await roleHistory(visit.tx, role.name)).find(({ version }) => String(version) === seen)
  const theirs = before ? roleDifferences(before.definition, role.definition) : []
  const lead = html`<section class="card wide"><h2 class="warning" role="alert">Somebody changed this role meanwhile</h2>
<p>Your change was not made. This is what was changed since you opened the form; below is what you typed, to look over and send again.</p>
${differenceTable(theirs)}</section>`
  return editPage(visit, role, { fields }, { lead, status: 409 })
}

async function confirmPage(visit: WorkspaceVisit, role: Role, { fields, definition }: Wanted): Promise<Reply> {
  const count = await liveGrantsOfRole(visit.tx, role.name)
  const differences = roleDifferences(role.definition, definition)
  const inputs = pairsOf(fields).map(([name, value]) => hidden(name, value))
  const body = html`<section class="card wide"><h1>Change the role ${visibleText(role.name)}?</h1>
${differenceTable(differences)}
<p>${count === 0 ? 'No agent has this role now.' : `${count === 1 ? 'One agent has' : `${count} agents have`} this role now.`}
What narrows acts on the next call. What widens reaches an agent only when its owner or an admin accepts it.</p>
<form method="post" action="${within(visit, 'roles', role.name, 'edit')}">${hidden('csrf', visit.csrf())}
${hidden('version', String(role.version))}${inputs}
<p class="decide"><button name="confirm" value="no" class="quiet">Back to the form</button>
<button name="confirm" value="yes">Change the role</button></p></form></section>`
  return workspacePage(visit, { title: `Change ${visibleText(role.name)}?`, at: 'roles', body })
}

async function editPage(
  visit: WorkspaceVisit,
  role: Role,
  form: Pick<RoleForm, 'fields' | 'error'>,
  { lead, status }: { lead?: Html; status?: number } = {},
): Promise<Reply> {
  const rest = {
    to: within(visit, 'roles', role.name, 'edit'),
    csrf: visit.csrf(),
    stores: await listStoresIn(visit.tx),
    version: role.version,
  }
  const body = html`${lead ?? ''}<section class="card wide"><h1>Edit ${visibleText(role.name)}</h1>${roleForm({ ...rest, ...form })}</section>`
  return workspacePage(visit, {
    title: `Edit ${visibleText(role.name)}`,
    at: 'roles',
    body,
    status: status ?? (form.error ? 400 : 200),
  })
}
