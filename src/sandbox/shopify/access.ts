import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql'

/** What a query may see: the scopes of its token and the first instant of orders that it is shown. */
export type Granted = { scopes: ReadonlySet<string>; ordersSince: string }

export const DEFAULT_SCOPES = [
  'read_products',
  'read_inventory',
  'read_locations',
  'read_orders',
  'read_all_orders',
  'read_customers',
  'read_discounts',
] as const

/** Types that need a scope, each with the scopes of which one is enough. */
export const TYPE_SCOPES: Readonly<Record<string, readonly string[]>> = {
  Customer: ['read_customers'],
  FulfillmentOrder: [
    'read_assigned_fulfillment_orders',
    'read_merchant_managed_fulfillment_orders',
    'read_third_party_fulfillment_orders',
  ],
  InventoryItem: ['read_inventory', 'read_products'],
  InventoryLevel: ['read_inventory'],
  Location: ['read_locations', 'read_inventory'],
  Order: ['read_orders'],
  Product: ['read_products'],
  ProductVariant: ['read_products'],
}

/** Makes every field that leads to a protected type ask the token's scopes first. Changes the schema. */
export function guardTypes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || /Connection$|Edge$|^__/.test(type.name)) continue
    for (const field of Object.values(type.getFields())) guardField(field)
  }
}

function guardField(field: GraphQLField<unknown, Granted>): void {
  const needed = TYPE_SCOPES[getNamedType(field.type).name.replace(/Connection$/, '')]
  if (needed === undefined) return
  const resolve = field.resolve ?? defaultFieldResolver
  field.resolve = (source, args, granted, info) => {
    if (!needed.some((scope) => granted.scopes.has(scope))) throw denied(field.name, needed)
    return resolve(source, args, granted, info)
  }
}

function denied(field: string, needed: readonly string[]): GraphQLError {
  const requiredAccess = needed.map((scope) => `\`${scope}\``).join(' or ')
  return new GraphQLError(`Access denied for ${field} field. Required access: ${requiredAccess} access scope.`, {
    extensions: { code: 'ACCESS_DENIED', requiredAccess: `${requiredAccess} access scope.` },
  })
}
