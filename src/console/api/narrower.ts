import { storeCounts, toolCounts } from '#audit'
import {
  type AgentSummary,
  changeRole,
  countOtherGrants,
  createRoleIn,
  listRoles,
  listStoresIn,
  moveGrant,
  type Role,
} from '#identity'
import { AppError } from '#kernel'
import {
  narrowerRole,
  narrowest,
  PRESET_NAMES,
  type RoleDefinition,
  type RoleDifference,
  roleDifferences,
} from '#policy'
import { recordAct } from '../record.ts'
import { byOf } from './agent-acts.ts'
import { USE_DAYS, usedScopes } from './agent-use.ts'
import { counted } from './counted.ts'
import type { ApiVisit } from './visit.ts'

/** What would be enough for an agent, from what it used over 30 days. */
export type Narrower =
  | { readonly kind: 'none'; readonly because: string }
  | {
      readonly kind: 'suggested'
      readonly role: string
      readonly version: number
      readonly differences: readonly RoleDifference[]
      /** How it would be done: the role changes where nobody else has it, else a new role is made for this agent. */
      readonly by: 'changing_the_role' | 'a_new_role'
      readonly newName: string | null
      readonly othersWithRole: number
    }

const DAY_MS = 86_400_000

export async function narrowerFor(visit: ApiVisit, agent: AgentSummary): Promise<Narrower> {
  const definition = await enoughFor(visit, agent)
  if (definition === undefined) return { kind: 'none', because: await whyNone(visit, agent) }
  const others = await countOtherGrants(visit.tx, agent)
  const isOwnRole = others === 0 && !isPreset(agent.role)
  return {
    kind: 'suggested',
    role: agent.role,
    version: agent.roleVersion,
    differences: roleDifferences(agent.roleDefinition, definition),
    by: isOwnRole ? 'changing_the_role' : 'a_new_role',
    newName: isOwnRole ? null : await freeName(visit, agent.role),
    othersWithRole: others,
  }
}

/** Does what `narrowerFor` suggests. Throws AppError `invalid_arguments` where the role is not the one that was looked at. */
export async function applyNarrower(visit: ApiVisit, agent: AgentSummary, version: number): Promise<{ role: string }> {
  const definition = await enoughFor(visit, agent)
  if (agent.revokedAt !== null || definition === undefined || version !== agent.roleVersion) {
    throw new AppError(
      'invalid_arguments',
      'This changed meanwhile; reload the page and look at the suggestion once more.',
    )
  }
  const isOwnRole = (await countOtherGrants(visit.tx, agent)) === 0 && !isPreset(agent.role)
  const role = isOwnRole ? await changeOwn(visit, agent, definition) : await moveToNew(visit, agent, definition)
  return { role: role.name }
}

async function changeOwn(visit: ApiVisit, agent: AgentSummary, definition: RoleDefinition): Promise<Role> {
  const { workspaceId } = visit.person
  const change = { workspaceId, name: agent.role, definition, by: byOf(visit), expectedVersion: agent.roleVersion }
  const role = await changeRole(visit.tx, change)
  await recordAct(visit, { action: 'role.change', subject: role.roleId })
  return role
}

async function moveToNew(visit: ApiVisit, agent: AgentSummary, definition: RoleDefinition): Promise<Role> {
  const { workspaceId } = visit.person
  const name = await freeName(visit, agent.role)
  const role = await createRoleIn(visit.tx, { workspaceId, name, definition, by: byOf(visit) })
  await recordAct(visit, { action: 'role.create', subject: role.roleId })
  await recordAct(visit, { action: 'grant.narrow', subject: agent.grantId, grant: agent.grantId })
  await moveGrant(visit.tx, { grantId: agent.grantId, role })
  return role
}

/** From what is in effect: what the role has gained and nobody has accepted for this agent does not come with a new role. */
async function enoughFor({ tx, world, person }: ApiVisit, agent: AgentSummary): Promise<RoleDefinition | undefined> {
  await counted({ world, person })
  const since = { from: new Date(world.clock() - USE_DAYS * DAY_MS), agents: [agent.agentId] }
  const scopes = usedScopes(await toolCounts(tx, since))
  const used = new Set(
    (await storeCounts(tx, since)).filter(({ outcome }) => outcome === 'ok').map(({ store }) => store),
  )
  const stores = (await listStoresIn(tx)).filter(({ storeId }) => used.has(storeId)).map(({ handle }) => handle)
  const inEffect = narrowest(agent.roleDefinition, agent.acceptedDefinition)
  return narrowerRole(inEffect, { scopes, stores: new Set(stores) })
}

async function whyNone({ tx, world }: ApiVisit, { agentId }: AgentSummary): Promise<string> {
  const since = { from: new Date(world.clock() - USE_DAYS * DAY_MS), agents: [agentId] }
  const hasUsed = usedScopes(await toolCounts(tx, since)).size > 0
  return hasUsed
    ? `It has used all that its role allows within ${USE_DAYS} days.`
    : `It was not answered once within ${USE_DAYS} days: there is nothing to go by. If nobody needs it, revoke it.`
}

const isPreset = (name: string) => PRESET_NAMES.some((preset) => preset === name)

/** `analyst, narrowed`, `analyst, narrowed 2` …: never a word of the agent, which a stranger may have chosen. */
async function freeName({ tx }: ApiVisit, role: string): Promise<string> {
  const taken = new Set((await listRoles(tx)).map(({ name }) => name))
  const base = `${role.replace(/, narrowed( \d+)?$/, '').slice(0, 80)}, narrowed`
  let name = base
  for (let count = 2; taken.has(name); count += 1) name = `${base} ${count}`
  return name
}
