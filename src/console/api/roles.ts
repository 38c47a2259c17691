import { Hono } from 'hono'
import { z } from 'zod'
import { toolCounts } from '#audit'
import { SCOPES, scopeChanges, scopeWords } from '#commerce'
import {
  type AgentSummary,
  countGrants,
  listAgents,
  listMembers,
  listRoles,
  listStoresIn,
  type Member,
  type Role,
  type RoleVersion,
  readRole,
  roleHistory,
} from '#identity'
import { describeAccess, PERSONAL_TREATMENTS, PRESET_NAMES, roleDifferences, STRANGERS_TEXT_TREATMENTS } from '#policy'
import { visibleText } from '../visible-text.ts'
import { whoWords } from '../who-words.ts'
import { isOver } from './agent-state.ts'
import { USE_DAYS, usedScopes } from './agent-use.ts'
import { counted } from './counted.ts'
import { notHere } from './errors.ts'
import { changeOrConflict, makeRole, previewOf } from './role-acts.ts'
import { seat } from './seat.ts'
import { agentsInSight } from './sight.ts'
import { body } from './valid.ts'
import type { ApiEnv, ApiVisit } from './visit.ts'

const definition = z.unknown()
const version = z.int().min(1)
const DAY_MS = 86_400_000

/** What agents may do at most: the roles, what each means, who has it, and how it came to be. */
export const rolesApi = new Hono<ApiEnv>()
  .get('/', seat('member'), async (c) => c.json(await roles(c.var.visit)))
  .get('/choices', seat('member'), async (c) => c.json(await choices(c.var.visit)))
  .post('/', seat('fresh_member', 'manage_roles'), body({ name: z.string().max(200), definition }), async (c) => {
    return c.json(await makeRole(c.var.visit, c.req.valid('json')))
  })
  .get('/:role', seat('member'), async (c) => c.json(await oneRole(c.var.visit, c.req.param('role'))))
  .post('/:role/preview', seat('member', 'manage_roles'), body({ definition }), async (c) => {
    return c.json(await previewOf(c.var.visit, { name: c.req.param('role'), ...c.req.valid('json') }))
  })
  .post('/:role', seat('fresh_member', 'manage_roles'), body({ definition, version }), async (c) => {
    return c.json(await changeOrConflict(c.var.visit, { name: c.req.param('role'), ...c.req.valid('json') }))
  })

async function roles({ tx }: ApiVisit) {
  const grants = await countGrants(tx, 'role')
  const lines = (await listRoles(tx)).map(({ name, version, definition: { scopes, personal, stores } }) => ({
    name,
    version,
    isPreset: isPreset(name),
    sees: scopes.filter((scope) => !scopeChanges(scope)).length,
    changes: scopes.filter(scopeChanges).length,
    personal,
    stores,
    agents: grants.get(name) ?? 0,
  }))
  return { roles: lines }
}

/** Everything that a role can say, in the order and the words in which people read it. */
async function choices({ tx }: ApiVisit) {
  return {
    scopes: SCOPES.map((scope) => ({ scope, words: scopeWords[scope], changes: scopeChanges(scope) })),
    personal: PERSONAL_TREATMENTS,
    strangersText: STRANGERS_TEXT_TREATMENTS,
    stores: (await listStoresIn(tx)).map(({ handle }) => handle),
  }
}

async function oneRole(visit: ApiVisit, name: string) {
  const { tx } = visit
  const role = await readRole(tx, name)
  if (!role) throw notHere()
  const agents = (await listAgents(tx, { role: name })).filter((agent) => !isOver(agent, visit.world.clock()))
  const sight = await agentsInSight(visit)
  const named = agents.filter(({ agentId }) => sight === undefined || sight.includes(agentId))
  const { definition } = role
  return {
    name,
    version: role.version,
    isPreset: isPreset(name),
    definition,
    access: describeAccess({ definition, scopes: definition.scopes }),
    scopes: await scopeLines(visit, role, agents),
    /** Those that this person may know of; the others are only counted. */
    othersWithRole: agents.length - named.length,
    agents: named.map(({ agentId, name: agent, memberEmail }) => ({
      id: agentId,
      name: visibleText(agent),
      owner: memberEmail === null ? null : visibleText(memberEmail),
    })),
    history: versionLines(await roleHistory(tx, name), await listMembers(tx)),
  }
}

/** Each scope, and whether any agent of the role has used it. */
async function scopeLines({ tx, world, person }: ApiVisit, { definition }: Role, agents: readonly AgentSummary[]) {
  await counted({ world, person })
  const from = new Date(world.clock() - USE_DAYS * DAY_MS)
  const used = usedScopes(await toolCounts(tx, { from, agents: agents.map(({ agentId }) => agentId) }))
  return definition.scopes.map((scope) => ({ scope, words: scopeWords[scope], used: used.has(scope) }))
}

/** The newest version first, each with what it changed. */
function versionLines(versions: readonly RoleVersion[], members: readonly Member[]) {
  return versions.map(({ version, definition, changedBy, changedAt }, index) => {
    const before = versions[index + 1]
    const differences = before ? roleDifferences(before.definition, definition) : []
    return { version, by: whoWords(changedBy, members), at: changedAt, differences, isFirst: before === undefined }
  })
}

const isPreset = (name: string) => PRESET_NAMES.some((preset) => preset === name)
