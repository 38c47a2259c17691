/** Every scope that an agent can be granted, `<resource>:<effect>`. Order is the order in which people read them. */
export const SCOPES = [
  'stores:read',
  'catalog:read',
  'catalog:write',
  'catalog:delete',
  'prices:write',
  'inventory:read',
  'inventory:write',
  'orders:read',
  'orders:write',
  'refunds:create',
  'customers:read',
  'customers:reveal',
  'promotions:read',
  'promotions:write',
  'reviews:read',
  'reviews:write',
  'text:reveal',
  'changes:undo',
  'usage:read',
  'accounting:read',
] as const

export type Scope = (typeof SCOPES)[number]

const known = new Set<string>(SCOPES)

export function isScope(word: string): word is Scope {
  return known.has(word)
}
