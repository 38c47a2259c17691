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

/** What each scope lets an agent do, in words that complete "It may …". */
export const scopeWords: Readonly<Record<Scope, string>> = {
  'stores:read': 'see the stores and their settings',
  'catalog:read': 'see products with their variants, prices and descriptions',
  'catalog:write': 'create, edit and archive products',
  'catalog:delete': 'delete products for good',
  'prices:write': 'change prices',
  'inventory:read': 'see how much of each product is in stock, by location',
  'inventory:write': 'change stock levels',
  'orders:read': 'see orders with their lines, payments and shipments',
  'orders:write': 'annotate, fulfil and cancel orders',
  'refunds:create': 'pay money back to customers',
  'customers:read': 'see customers with their order counts and addresses',
  'customers:reveal': 'see personal data of customers in clear',
  'promotions:read': 'see discounts and promotions',
  'promotions:write': 'create and disable discounts',
  'reviews:read': 'see product reviews',
  'reviews:write': 'publish and hide product reviews',
  'text:reveal': 'open text of strangers that is shown as a handle',
  'changes:undo': 'undo changes that were made through Tillgate',
  'usage:read': 'see how much of Tillgate it has used',
  'accounting:read': 'see invoices, payments and financial reports',
}

/** Whether the scope lets an agent change something; what only reads or reveals changes nothing. */
export function scopeChanges(scope: Scope): boolean {
  return !scope.endsWith(':read') && !scope.endsWith(':reveal')
}
