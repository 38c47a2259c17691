const MONEY = 'shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }'

/** Operations that the simulator answers; tests check them against both schemas. */
export const SAMPLE_OPERATIONS = {
  ShopInfo: `query ShopInfo {
    shop { id name myshopifyDomain currencyCode enabledPresentmentCurrencies ianaTimezone plan { publicDisplayName partnerDevelopment } }
    currentAppInstallation { accessScopes { handle } }
  }`,
  SearchProducts: `query SearchProducts($q: String, $n: Int!, $after: String, $sort: ProductSortKeys, $reverse: Boolean) {
    products(first: $n, after: $after, query: $q, sortKey: $sort, reverse: $reverse) {
      nodes {
        id handle title status vendor productType tags totalInventory createdAt updatedAt publishedAt
        priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  GetProduct: `query GetProduct($id: ID!) {
    product(id: $id) {
      id handle title description(truncateAt: 500) descriptionHtml status tags vendor productType createdAt updatedAt
      variants(first: 100) {
        nodes { id sku title price compareAtPrice inventoryQuantity selectedOptions { name value } inventoryItem { id tracked } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  VariantsBySku: `query VariantsBySku($q: String!) {
    productVariants(first: 20, query: $q) { nodes { id sku price compareAtPrice inventoryQuantity product { id title status } inventoryItem { id tracked } } }
  }`,
  InventoryLevels: `query InventoryLevels($id: ID!) {
    inventoryItem(id: $id) {
      id sku tracked
      inventoryLevels(first: 20) { nodes { id updatedAt location { id name } quantities(names: ["available", "on_hand", "committed"]) { name quantity } } }
    }
  }`,
  ListLocations: 'query ListLocations { locations(first: 20) { nodes { id name isActive } } }',
  SearchOrders: `query SearchOrders($q: String, $n: Int!, $after: String) {
    orders(first: $n, after: $after, query: $q, sortKey: CREATED_AT, reverse: true) {
      nodes { id name createdAt test displayFinancialStatus displayFulfillmentStatus currentTotalPriceSet { ${MONEY} } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  GetOrder: `query GetOrder($id: ID!) {
    order(id: $id) {
      id name number createdAt updatedAt processedAt closedAt cancelledAt cancelReason test note tags email phone
      currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus
      customAttributes { key value }
      customer { id displayName }
      shippingAddress { firstName lastName name company address1 address2 city zip province country countryCodeV2 phone }
      subtotalPriceSet { ${MONEY} } totalShippingPriceSet { ${MONEY} } totalTaxSet { ${MONEY} } totalPriceSet { ${MONEY} }
      currentSubtotalPriceSet { ${MONEY} } currentShippingPriceSet { ${MONEY} } currentTotalTaxSet { ${MONEY} }
      currentTotalPriceSet { ${MONEY} } totalReceivedSet { ${MONEY} } totalRefundedSet { ${MONEY} } totalOutstandingSet { ${MONEY} }
      lineItems(first: 50) {
        nodes {
          id title name variantTitle vendor sku quantity currentQuantity refundableQuantity unfulfilledQuantity
          customAttributes { key value }
          originalUnitPriceSet { ${MONEY} } discountedUnitPriceSet { ${MONEY} } originalTotalSet { ${MONEY} }
          product { id } variant { id }
        }
        pageInfo { hasNextPage endCursor }
      }
      refunds(first: 20) { id createdAt note totalRefundedSet { ${MONEY} } }
      fulfillments(first: 20) { id name status createdAt updatedAt trackingInfo(first: 5) { company number url } }
    }
  }`,
  SearchCustomers: `query SearchCustomers($q: String, $n: Int!, $after: String) {
    customers(first: $n, after: $after, query: $q, sortKey: UPDATED_AT, reverse: true) {
      nodes { id displayName numberOfOrders amountSpent { amount currencyCode } state tags createdAt defaultEmailAddress { emailAddress } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  GetCustomer: `query GetCustomer($id: ID!) {
    customer(id: $id) {
      id firstName lastName displayName locale state tags note createdAt updatedAt numberOfOrders amountSpent { amount currencyCode }
      defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber }
      defaultAddress { address1 address2 city zip country countryCodeV2 }
      addressesV2(first: 10) { nodes { name company address1 address2 city zip province country countryCodeV2 phone } }
      orders(first: 5, sortKey: CREATED_AT, reverse: true) { nodes { id name } }
    }
  }`,
} as const
