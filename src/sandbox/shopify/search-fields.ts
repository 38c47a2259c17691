import { legacyId } from './data/ids.ts'
import type { CustomerRecord, OrderRecord, ProductRecord, VariantRecord } from './data/records.ts'
import type { World } from './data/world.ts'
import { exact, keyword, numeric, type SearchFields, time, words } from './search.ts'

export const PRODUCT_FIELDS: SearchFields<ProductRecord> = {
  fields: {
    id: numeric((product) => Number(legacyId(product.id))),
    title: words((product) => [product.title]),
    sku: exact((product) => product.variants.map(({ sku }) => sku)),
    status: exact((product) => product.status),
    vendor: exact((product) => product.vendor),
    product_type: exact((product) => product.productType),
    tag: exact((product) => product.tags),
    created_at: time((product) => product.createdAt),
    updated_at: time((product) => product.updatedAt),
  },
  words: words(({ title, vendor, productType, tags, variants }) => [
    title,
    vendor,
    productType,
    ...tags,
    ...variants.map(({ sku }) => sku),
  ]),
}

export const ORDER_FIELDS: SearchFields<OrderRecord> = {
  fields: {
    id: numeric((order) => Number(legacyId(order.id))),
    name: (comparison, value) =>
      exact<OrderRecord>(({ number }) => String(number))(comparison, value.replace(/^#/, '')),
    status: keyword({
      open: (order) => order.closedAt === null && order.cancelledAt === null,
      closed: (order) => order.closedAt !== null,
      cancelled: (order) => order.cancelledAt !== null,
      not_closed: (order) => order.closedAt === null,
    }),
    financial_status: exact((order) => order.displayFinancialStatus),
    fulfillment_status: (comparison, value) =>
      exact<OrderRecord>((order) => order.displayFulfillmentStatus)(
        comparison,
        FULFILMENT_WORDS[value.toLowerCase()] ?? value,
      ),
    created_at: time((order) => order.createdAt),
    updated_at: time((order) => order.updatedAt),
    processed_at: time((order) => order.processedAt),
    email: exact((order) => order.email),
    customer_id: exact((order) => (order.customerId === null ? null : legacyId(order.customerId))),
    sku: exact((order) => order.lineItems.map(({ sku }) => sku)),
    tag: exact((order) => order.tags),
    test: keyword({ true: (order) => order.test, false: (order) => !order.test }),
  },
  words: words(({ name, tags, lineItems }) => [name, ...tags, ...lineItems.flatMap(({ title, sku }) => [title, sku])]),
}

export const CUSTOMER_FIELDS: SearchFields<CustomerRecord> = {
  fields: {
    id: numeric((customer) => Number(legacyId(customer.id))),
    email: exact((customer) => customer.defaultEmailAddress.emailAddress),
    phone: (comparison, value) =>
      exact<CustomerRecord>((customer) => customer.defaultPhoneNumber?.phoneNumber ?? null)(
        comparison,
        value.replace(/[\s()-]/g, ''),
      ),
    customer_date: time((customer) => customer.createdAt),
    created_at: time((customer) => customer.createdAt),
    updated_at: time((customer) => customer.updatedAt),
    orders_count: numeric((customer) => Number(customer.numberOfOrders)),
    tag: exact((customer) => customer.tags),
    state: exact((customer) => customer.state),
    country: exact((customer) => customer.addresses.flatMap(({ country, countryCodeV2 }) => [country, countryCodeV2])),
  },
  words: words(({ tags, state, addresses }) => [...tags, state, ...addresses.map(({ country }) => country)]),
}

/** The fields of a variant's search, which may also name those of its product. */
export function variantFields(world: World): SearchFields<VariantRecord> {
  const productOf = ({ productId }: VariantRecord) => world.productById.get(productId)
  return {
    fields: {
      id: numeric((variant) => Number(legacyId(variant.id))),
      sku: exact((variant) => variant.sku),
      title: words((variant) => [variant.displayName]),
      product_id: exact((variant) => legacyId(variant.productId)),
      product_status: exact((variant) => productOf(variant)?.status ?? null),
      product_type: exact((variant) => productOf(variant)?.productType ?? null),
      tag: exact((variant) => productOf(variant)?.tags ?? null),
      vendor: exact((variant) => productOf(variant)?.vendor ?? null),
      inventory_quantity: numeric((variant) => variant.inventoryQuantity),
      updated_at: time((variant) => variant.updatedAt),
    },
    words: words(({ displayName, sku }) => [displayName, sku]),
  }
}

/** Words of the platform's search for a fulfilment status that its enum calls otherwise. */
const FULFILMENT_WORDS: Record<string, string> = {
  shipped: 'FULFILLED',
  partial: 'PARTIALLY_FULFILLED',
  unshipped: 'UNFULFILLED',
}
