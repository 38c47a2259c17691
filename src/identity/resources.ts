/** The name of a protected resource (RFC 8707): grants and tokens store it, so that another host or port voids nothing. */
export type ResourceName = 'core' | `w/${string}`

export const WORKSPACE_SLUG = /^[a-z0-9][a-z0-9-]{1,38}$/

const CORE_PATH = '/mcp'
const WORKSPACE_PATH = '/mcp/w/'

/** The path under which a resource is served. */
export function resourcePath(name: ResourceName): string {
  return name === 'core' ? CORE_PATH : `${WORKSPACE_PATH}${name.slice(2)}`
}

/** The resource that a path belongs to. Says nothing about whether such a workspace exists. */
export function resourceOfPath(path: string): ResourceName | undefined {
  if (path === CORE_PATH) return 'core'
  if (!path.startsWith(WORKSPACE_PATH)) return undefined
  const slug = path.slice(WORKSPACE_PATH.length)
  return WORKSPACE_SLUG.test(slug) ? `w/${slug}` : undefined
}

/** The resource indicator of a resource; `base` is the origin of this Tillgate, e.g. `http://localhost:8740`. */
export function resourceUrl(base: string, name: ResourceName): string {
  return new URL(base).origin + resourcePath(name)
}

/** The resource that an indicator names, with or without one slash at its end; undefined for anything else. */
export function resourceName(base: string, url: string): ResourceName | undefined {
  const { origin } = new URL(base)
  if (!url.startsWith(origin)) return undefined
  const path = url.slice(origin.length)
  return resourceOfPath(path.endsWith('/') ? path.slice(0, -1) : path)
}
