import { SCOPES, type Scope } from '#commerce'
import { type RoleDefinition, roleDefinition } from './role.ts'

export const PRESET_NAMES = ['analyst', 'support', 'merchandiser', 'operator'] as const
export type PresetName = (typeof PRESET_NAMES)[number]

const support: Scope[] = [
  'stores:read',
  'catalog:read',
  'inventory:read',
  'orders:read',
  'customers:read',
  'reviews:read',
  'orders:write',
  'refunds:create',
  'text:reveal',
  'changes:undo',
]

const merchandiser: Scope[] = [
  'stores:read',
  'catalog:read',
  'catalog:write',
  'prices:write',
  'inventory:read',
  'inventory:write',
  'promotions:read',
  'promotions:write',
  'reviews:read',
  'reviews:write',
  'changes:undo',
]

const analyst = SCOPES.filter(
  (scope) => scope.endsWith(':read') && scope !== 'customers:read' && scope !== 'accounting:read',
)

/** The roles that every workspace starts with. None may delete from the catalogue or see personal data in clear. */
export const presets: Record<PresetName, RoleDefinition> = {
  analyst: roleDefinition.parse({ scopes: analyst, personal: 'mask', strangers_text: 'handle' }),
  support: roleDefinition.parse({ scopes: support, personal: 'pseudonym', strangers_text: 'mark' }),
  merchandiser: roleDefinition.parse({ scopes: merchandiser, personal: 'drop', strangers_text: 'handle' }),
  operator: roleDefinition.parse({
    scopes: SCOPES.filter((scope) => support.includes(scope) || merchandiser.includes(scope)),
    personal: 'pseudonym',
    strangers_text: 'mark',
  }),
}
