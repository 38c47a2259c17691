import { COUNTRIES } from './data/people-words.ts'

const countryCodes = COUNTRIES.map(({ code }) => code).join(' ')

/** The part of the Admin API 2026-10 that is simulated. A contract test proves that nothing here differs from the platform's own schema. */
export const SDL = `
schema { query: QueryRoot }

scalar DateTime
scalar Decimal
scalar HTML
scalar Money
scalar UnsignedInt64
scalar URL

enum CurrencyCode { CHF EUR GBP JPY USD }
enum CountryCode { ${countryCodes} }
enum CustomerState { DECLINED DISABLED ENABLED INVITED }
enum FulfillmentOrderStatus { CANCELLED CLOSED INCOMPLETE IN_PROGRESS ON_HOLD OPEN SCHEDULED }
enum FulfillmentStatus { CANCELLED ERROR FAILURE SUCCESS }
enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
enum OrderDisplayFulfillmentStatus { FULFILLED IN_PROGRESS ON_HOLD PARTIALLY_FULFILLED SCHEDULED UNFULFILLED }
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }

enum CustomerSortKeys { CREATED_AT ID NAME RELEVANCE UPDATED_AT }
enum LocationSortKeys { ID NAME RELEVANCE }
enum OrderSortKeys { CREATED_AT ID ORDER_NUMBER PROCESSED_AT RELEVANCE UPDATED_AT }
enum ProductSortKeys { CREATED_AT ID RELEVANCE TITLE UPDATED_AT }
enum ProductVariantSortKeys { ID POSITION RELEVANCE SKU TITLE }

type QueryRoot {
  currentAppInstallation: AppInstallation!
  customer(id: ID!): Customer
  customers(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: CustomerSortKeys = ID): CustomerConnection!
  inventoryItem(id: ID!): InventoryItem
  locations(after: String, first: Int, reverse: Boolean = false, sortKey: LocationSortKeys = NAME): LocationConnection!
  order(id: ID!): Order
  orders(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  product(id: ID!): Product
  productVariant(id: ID!): ProductVariant
  productVariants(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!
  products(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: ProductSortKeys = ID): ProductConnection!
  shop: Shop!
}

type Shop {
  currencyCode: CurrencyCode!
  enabledPresentmentCurrencies: [CurrencyCode!]!
  ianaTimezone: String!
  id: ID!
  myshopifyDomain: String!
  name: String!
  plan: ShopPlan!
}

type ShopPlan { partnerDevelopment: Boolean! publicDisplayName: String! }
type AppInstallation { accessScopes: [AccessScope!]! id: ID! }
type AccessScope { handle: String! }

type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
type Attribute { key: String! value: String }

type Product {
  createdAt: DateTime!
  description(truncateAt: Int): String!
  descriptionHtml: HTML!
  handle: String!
  id: ID!
  priceRangeV2: ProductPriceRangeV2!
  productType: String!
  publishedAt: DateTime
  status: ProductStatus!
  tags: [String!]!
  title: String!
  totalInventory: Int!
  updatedAt: DateTime!
  variants(after: String, first: Int, reverse: Boolean = false, sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection!
  vendor: String!
}
type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! pageInfo: PageInfo! }
type ProductEdge { cursor: String! node: Product! }
type ProductPriceRangeV2 { maxVariantPrice: MoneyV2! minVariantPrice: MoneyV2! }

type ProductVariant {
  compareAtPrice: Money
  createdAt: DateTime!
  displayName: String!
  id: ID!
  inventoryItem: InventoryItem!
  inventoryQuantity: Int
  position: Int!
  price: Money!
  product: Product!
  selectedOptions: [SelectedOption!]!
  sku: String
  title: String!
  updatedAt: DateTime!
}
type ProductVariantConnection { edges: [ProductVariantEdge!]! nodes: [ProductVariant!]! pageInfo: PageInfo! }
type ProductVariantEdge { cursor: String! node: ProductVariant! }
type SelectedOption { name: String! value: String! }

type InventoryItem {
  id: ID!
  inventoryLevel(locationId: ID!): InventoryLevel
  inventoryLevels(after: String, first: Int, reverse: Boolean = false): InventoryLevelConnection!
  sku: String
  tracked: Boolean!
  updatedAt: DateTime!
}
type InventoryLevel {
  id: ID!
  location: Location!
  quantities(names: [String!]!): [InventoryQuantity!]!
  updatedAt: DateTime!
}
type InventoryLevelConnection { edges: [InventoryLevelEdge!]! nodes: [InventoryLevel!]! pageInfo: PageInfo! }
type InventoryLevelEdge { cursor: String! node: InventoryLevel! }
type InventoryQuantity { name: String! quantity: Int! }
type Location { id: ID! isActive: Boolean! name: String! }
type LocationConnection { edges: [LocationEdge!]! nodes: [Location!]! pageInfo: PageInfo! }
type LocationEdge { cursor: String! node: Location! }

type Order {
  cancelReason: OrderCancelReason
  cancelledAt: DateTime
  closedAt: DateTime
  createdAt: DateTime!
  currencyCode: CurrencyCode!
  currentShippingPriceSet: MoneyBag!
  currentSubtotalPriceSet: MoneyBag!
  currentTotalPriceSet: MoneyBag!
  currentTotalTaxSet: MoneyBag!
  customAttributes: [Attribute!]!
  customer: Customer
  displayFinancialStatus: OrderDisplayFinancialStatus
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  email: String
  fulfillmentOrders(after: String, first: Int, reverse: Boolean = false): FulfillmentOrderConnection!
  fulfillments(first: Int): [Fulfillment!]!
  id: ID!
  lineItems(after: String, first: Int, reverse: Boolean = false): LineItemConnection!
  name: String!
  note: String
  number: Int!
  phone: String
  presentmentCurrencyCode: CurrencyCode!
  processedAt: DateTime!
  refunds(first: Int): [Refund!]!
  shippingAddress: MailingAddress
  subtotalPriceSet: MoneyBag
  tags: [String!]!
  test: Boolean!
  totalOutstandingSet: MoneyBag!
  totalPriceSet: MoneyBag!
  totalReceivedSet: MoneyBag!
  totalRefundedSet: MoneyBag!
  totalShippingPriceSet: MoneyBag!
  totalTaxSet: MoneyBag
  updatedAt: DateTime!
}
type OrderConnection { edges: [OrderEdge!]! nodes: [Order!]! pageInfo: PageInfo! }
type OrderEdge { cursor: String! node: Order! }

type LineItem {
  currentQuantity: Int!
  customAttributes: [Attribute!]!
  discountedUnitPriceSet: MoneyBag!
  id: ID!
  name: String!
  originalTotalSet: MoneyBag!
  originalUnitPriceSet: MoneyBag!
  product: Product
  quantity: Int!
  refundableQuantity: Int!
  sku: String
  title: String!
  unfulfilledQuantity: Int!
  variant: ProductVariant
  variantTitle: String
  vendor: String
}
type LineItemConnection { edges: [LineItemEdge!]! nodes: [LineItem!]! pageInfo: PageInfo! }
type LineItemEdge { cursor: String! node: LineItem! }

type Refund { createdAt: DateTime id: ID! note: String totalRefundedSet: MoneyBag! }
type Fulfillment {
  createdAt: DateTime!
  id: ID!
  name: String!
  status: FulfillmentStatus!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  updatedAt: DateTime!
}
type FulfillmentTrackingInfo { company: String number: String url: URL }
type FulfillmentOrder { id: ID! status: FulfillmentOrderStatus! }
type FulfillmentOrderConnection { edges: [FulfillmentOrderEdge!]! nodes: [FulfillmentOrder!]! pageInfo: PageInfo! }
type FulfillmentOrderEdge { cursor: String! node: FulfillmentOrder! }

type MailingAddress {
  address1: String
  address2: String
  city: String
  company: String
  country: String
  countryCodeV2: CountryCode
  firstName: String
  lastName: String
  name: String
  phone: String
  province: String
  zip: String
}
type MailingAddressConnection { edges: [MailingAddressEdge!]! nodes: [MailingAddress!]! pageInfo: PageInfo! }
type MailingAddressEdge { cursor: String! node: MailingAddress! }

type Customer {
  addressesV2(after: String, first: Int, reverse: Boolean = false): MailingAddressConnection!
  amountSpent: MoneyV2!
  createdAt: DateTime!
  defaultAddress: MailingAddress
  defaultEmailAddress: CustomerEmailAddress
  defaultPhoneNumber: CustomerPhoneNumber
  displayName: String!
  firstName: String
  id: ID!
  lastName: String
  locale: String!
  note: String
  numberOfOrders: UnsignedInt64!
  orders(after: String, first: Int, query: String, reverse: Boolean = false, sortKey: OrderSortKeys = ID): OrderConnection!
  state: CustomerState!
  tags: [String!]!
  updatedAt: DateTime!
}
type CustomerConnection { edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! }
type CustomerEdge { cursor: String! node: Customer! }
type CustomerEmailAddress { emailAddress: String! }
type CustomerPhoneNumber { phoneNumber: String! }
`
