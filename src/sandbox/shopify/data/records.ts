/** The rows of the simulated shop. Members that GraphQL shows carry its names, so that most fields need no resolver. */
export type MoneyRecord = { amount: string; currencyCode: string }

/** The same sum in the shop's currency and in the one the customer saw. */
export type MoneyBagRecord = { shopMoney: MoneyRecord; presentmentMoney: MoneyRecord }

export type AttributeRecord = { key: string; value: string }

export type VariantRecord = {
  id: string
  productId: string
  inventoryItemId: string
  title: string
  displayName: string
  sku: string
  price: string
  priceCents: number
  compareAtPrice: string | null
  position: number
  inventoryQuantity: number
  selectedOptions: { name: string; value: string }[]
  createdAt: string
  updatedAt: string
}

export type ProductRecord = {
  id: string
  handle: string
  title: string
  status: 'ACTIVE' | 'DRAFT' | 'ARCHIVED'
  vendor: string
  productType: string
  tags: string[]
  descriptionHtml: string
  totalInventory: number
  priceRangeV2: { minVariantPrice: MoneyRecord; maxVariantPrice: MoneyRecord }
  createdAt: string
  updatedAt: string
  publishedAt: string | null
  variants: VariantRecord[]
}

export type LevelRecord = {
  id: string
  locationId: string
  available: number
  committed: number
  updatedAt: string
}

export type InventoryItemRecord = {
  id: string
  variantId: string
  sku: string
  tracked: boolean
  updatedAt: string
  levels: LevelRecord[]
}

export type LocationRecord = { id: string; name: string; isActive: boolean }

export type AddressRecord = {
  /** Only for cursors: our schema shows no id of an address. */
  id: string
  firstName: string
  lastName: string
  name: string
  company: string | null
  address1: string
  address2: string | null
  city: string
  zip: string
  province: string | null
  country: string
  countryCodeV2: string
  phone: string | null
}

export type CustomerRecord = {
  id: string
  firstName: string
  lastName: string
  displayName: string
  defaultEmailAddress: { emailAddress: string }
  defaultPhoneNumber: { phoneNumber: string } | null
  addresses: AddressRecord[]
  locale: string
  state: 'ENABLED' | 'DISABLED' | 'INVITED'
  tags: string[]
  note: string | null
  numberOfOrders: string
  amountSpent: MoneyRecord
  createdAt: string
  updatedAt: string
  currency: string
}

export type LineItemRecord = {
  id: string
  variantId: string
  productId: string
  title: string
  name: string
  variantTitle: string | null
  vendor: string
  sku: string
  quantity: number
  currentQuantity: number
  refundableQuantity: number
  unfulfilledQuantity: number
  unitCents: number
  customAttributes: AttributeRecord[]
  originalUnitPriceSet: MoneyBagRecord
  discountedUnitPriceSet: MoneyBagRecord
  originalTotalSet: MoneyBagRecord
}

export type RefundRecord = { id: string; createdAt: string; note: string | null; totalRefundedSet: MoneyBagRecord }

export type FulfillmentRecord = {
  id: string
  name: string
  status: 'SUCCESS'
  createdAt: string
  updatedAt: string
  trackingInfo: { company: string; number: string; url: string }[]
}

export type OrderRecord = {
  id: string
  number: number
  name: string
  customerId: string | null
  email: string | null
  phone: string | null
  createdAt: string
  updatedAt: string
  processedAt: string
  closedAt: string | null
  cancelledAt: string | null
  cancelReason: string | null
  test: boolean
  note: string | null
  tags: string[]
  customAttributes: AttributeRecord[]
  currencyCode: string
  presentmentCurrencyCode: string
  displayFinancialStatus: string
  displayFulfillmentStatus: string
  shippingAddress: AddressRecord | null
  lineItems: LineItemRecord[]
  refunds: RefundRecord[]
  fulfillments: FulfillmentRecord[]
  fulfillmentOrders: { id: string; status: string }[]
  subtotalPriceSet: MoneyBagRecord
  totalShippingPriceSet: MoneyBagRecord
  totalTaxSet: MoneyBagRecord
  totalPriceSet: MoneyBagRecord
  currentSubtotalPriceSet: MoneyBagRecord
  currentShippingPriceSet: MoneyBagRecord
  currentTotalTaxSet: MoneyBagRecord
  currentTotalPriceSet: MoneyBagRecord
  totalReceivedSet: MoneyBagRecord
  totalRefundedSet: MoneyBagRecord
  totalOutstandingSet: MoneyBagRecord
  /** What the customer has spent on this order, in cents of the shop's currency. */
  netCents: number
}
