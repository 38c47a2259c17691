import { resourceOfPath } from '../resources.ts'

const DISCOVERY = '/.well-known/oauth-authorization-server'
const OPENID_DISCOVERY = '/.well-known/openid-configuration'
const EXACT: ReadonlySet<string> = new Set([
  DISCOVERY,
  OPENID_DISCOVERY,
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/register',
  '/oauth/revoke',
  '/oauth/jwks',
])
const RESUME = /^\/oauth\/authorize\/[A-Za-z0-9_-]{16,64}$/

/** Whether the authorization server answers a path; every other route of the library is shut, e.g. its logout. */
export function answers(path: string): boolean {
  return EXACT.has(path) || RESUME.test(path) || isMetadataPath(path)
}

/** Where the metadata of the authorization server are: also under the path of each resource, where some clients look. */
export function isMetadataPath(path: string): boolean {
  if (path === DISCOVERY || path === OPENID_DISCOVERY) return true
  const place = [DISCOVERY, OPENID_DISCOVERY].find((known) => path.startsWith(`${known}/`))
  return place !== undefined && resourceOfPath(path.slice(place.length)) !== undefined
}

/** The path under which the library has the metadata. */
export const METADATA_PATH = DISCOVERY
