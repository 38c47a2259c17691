import { AppError } from '#kernel'

const SHOP = /^[a-z0-9][a-z0-9-]{0,62}$/
const DOMAIN = '.myshopify.com'
const ORIGIN = /^https:\/\/([a-z0-9][a-z0-9-]{0,62}\.myshopify\.com)$/

/**
 * The origin of a shop, from its short name or its `*.myshopify.com` domain.
 * Throws `invalid_arguments` for anything else; custom domains do not answer the Admin API.
 */
export function shopifyOrigin(shop: string): string {
  const name = shop.endsWith(DOMAIN) ? shop.slice(0, -DOMAIN.length) : shop
  if (SHOP.test(name)) return `https://${name}${DOMAIN}`
  throw new AppError('invalid_arguments', 'Give the shop as its myshopify.com domain, such as harbour.myshopify.com.', {
    field: 'shop',
  })
}

/**
 * The one host that calls of a store may go to: its `*.myshopify.com` host, or a host that the egress opens only as an
 * exception of the operator, because it is not https on the standard port. Throws `not_allowed` for every other origin.
 */
export function pinnedHost(origin: string): string {
  const host = ORIGIN.exec(origin)?.[1]
  if (host !== undefined) return host
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url && url.host !== '' && (url.protocol !== 'https:' || url.port !== '')) return url.host
  throw new AppError(
    'not_allowed',
    'The address of this store is not a Shopify address; ask an admin to connect it again.',
  )
}
