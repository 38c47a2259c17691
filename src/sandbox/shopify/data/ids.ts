const FIRST = {
  Product: 8_100_000_000_000,
  ProductVariant: 44_100_000_000_000,
  InventoryItem: 46_200_000_000_000,
  Location: 70_000_000_000,
  Customer: 7_300_000_000_000,
  MailingAddress: 9_200_000_000_000,
  Order: 5_600_000_000_000,
  LineItem: 13_900_000_000_000,
  Fulfillment: 5_100_000_000_000,
  FulfillmentOrder: 6_400_000_000_000,
  Refund: 920_000_000_000,
} as const

export type IdKind = keyof typeof FIRST

/** The platform's global id of the n-th thing of a kind; it depends on nothing else, so landmarks keep theirs under every seed. */
export function gid(kind: IdKind, n: number): string {
  return `gid://shopify/${kind}/${FIRST[kind] + n}`
}

/** The number at the end of a global id, as text; empty when there is none. */
export function legacyId(id: string): string {
  return /\/(\d+)(?:\?|$)/.exec(id)?.[1] ?? ''
}
