import { type Scope, scopeChanges, scopeWords, type Tool, tools } from '#commerce'
import { type RoleDefinition, type Treatments, treatments } from './role.ts'
import { listed } from './words.ts'

/** What a person consents to, one sentence each. */
export type Access = {
  /** What the agent will see, and how. */
  readonly sees: string
  /** What it will be able to change. */
  readonly changes: string
  /** What of that will wait for a yes. */
  readonly asks: string
}

/** Says what a grant of these scopes under this role means today; promises nothing that is not built. */
export function describeAccess({
  definition,
  scopes,
}: {
  definition: RoleDefinition
  scopes: readonly Scope[]
}): Access {
  const granted = definition.scopes.filter((scope) => scopes.includes(scope))
  const changing = granted.filter(scopeChanges)
  return { sees: sees(granted, treatments(definition)), changes: changes(changing), asks: asks(changing) }
}

const withTool = new Set(Object.values<Tool>(tools).map(({ scope }) => scope))

function sees(granted: readonly Scope[], shown: Treatments): string {
  const readable = granted.filter((scope) => seen[scope] !== undefined && withTool.has(scope))
  const later = granted.filter((scope) => seen[scope] !== undefined && !withTool.has(scope))
  if (readable.length === 0) return 'Nothing: none of its scopes reads anything in this version.'
  const note = later.length === 0 ? '' : ` (${nouns(later)} once Tillgate has tools for them)`
  return `It will see ${nouns(readable)}${note}; ${personalWords[shown.personal]}, and ${textWords[shown.strangersText]}.`
}

/** What the scopes that read let an agent see. */
const seen: Partial<Record<Scope, string>> = {
  'stores:read': 'the stores',
  'catalog:read': 'products',
  'inventory:read': 'stock levels',
  'orders:read': 'orders',
  'customers:read': 'customers',
  'promotions:read': 'promotions',
  'reviews:read': 'reviews',
  'usage:read': 'its own usage',
  'accounting:read': 'accounting',
}

function nouns(scopes: readonly Scope[]): string {
  return listed(scopes.map((scope) => seen[scope] ?? scope))
}

const personalWords: Record<Treatments['personal'], string> = {
  drop: 'personal data of customers is left out',
  mask: 'personal data of customers is masked, for example [email]',
}

const textWords: Record<Treatments['strangersText'], string> = {
  drop: 'text that customers and other strangers wrote is left out',
  mark: 'text that customers and other strangers wrote is shown between marks',
}

function changes(changing: readonly Scope[]): string {
  if (changing.length === 0) return 'Nothing: it may only look.'
  const later = changing.map((scope) => scopeWords[scope]).join('; ')
  return `Nothing yet: Tillgate cannot write to stores in this version. What you allow for later: ${later}.`
}

function asks(changing: readonly Scope[]): string {
  if (changing.length === 0) return 'Nothing, because it can change nothing.'
  return 'Nothing yet; where Tillgate can write, a change will wait for the yes that the rules of the workspace ask for.'
}
