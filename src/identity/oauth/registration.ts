import { z } from 'zod'
import { isAllowedRedirect, REDIRECTS_MAX } from './redirects.ts'

const NAME_MAX = 100

const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const
const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/** What of a client's metadata (RFC 7591 section 2) is looked at. Not strict: the rest has to be ignored, and is dropped. */
const metadata = z.object({
  redirect_uris: z.array(z.string().refine(isAllowedRedirect)).min(1).max(REDIRECTS_MAX),
  client_name: z.string().nullish(),
  grant_types: z.array(z.string()).nullish(),
  response_types: z.array(z.string()).nullish(),
  token_endpoint_auth_method: z.string().nullish(),
})

/** The metadata that are kept of a client; nothing of them is more than its own word. */
export type ClientMetadata = {
  readonly client_name: string
  readonly redirect_uris: readonly string[]
  readonly application_type: 'native' | 'web'
  readonly grant_types: readonly string[]
  readonly response_types: readonly ['code']
  readonly token_endpoint_auth_method: (typeof METHODS)[number]
}

/**
 * The metadata of a client that registers itself. A string is the reason why not, in words of RFC 7591 section 3.2.2.
 * Its `scope` is dropped: a client asks for scopes, and people give them.
 */
export function registrable(body: unknown): ClientMetadata | string {
  const kept = common(body)
  if (typeof kept === 'string') return kept
  const foreign = kept.asked.find((type) => !isGrantType(type))
  if (foreign !== undefined) return `grant_types can only contain ${GRANT_TYPES.join(' and ')}`
  const method = METHODS.find((known) => known === (kept.method ?? 'client_secret_basic'))
  if (!method) return `token_endpoint_auth_method must be one of ${METHODS.join(', ')}`
  return { ...kept.metadata, token_endpoint_auth_method: method }
}

/**
 * The metadata of a client-ID document. It is written for every server at once, so grant types that we do not have are
 * left out; but a client that would act without a person, or that wants to show more than that it is public, is refused.
 */
export function documentMetadata(document: unknown): ClientMetadata | string {
  const kept = common(document)
  if (typeof kept === 'string') return kept
  if (kept.asked.includes('client_credentials')) return 'a client-ID document cannot ask for client_credentials'
  if ((kept.method ?? 'none') !== 'none') return 'token_endpoint_auth_method of a client-ID document must be none'
  return { ...kept.metadata, token_endpoint_auth_method: 'none' }
}

/** `native` is what has a redirect that only programs on the person's machine can receive. */
export function applicationType(redirectUris: readonly string[]): 'native' | 'web' {
  return redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native'
}

/** A name without characters that hide, or that turn the text around them; undefined where nothing is left. */
export function cleanName(name: string): string | undefined {
  const visible = name.replace(/\s+/g, ' ').replace(/[\p{C}\u115f\u1160\u3164\uffa0]/gu, '')
  return [...visible.trim()].slice(0, NAME_MAX).join('').trim() || undefined
}

type Common = {
  metadata: Omit<ClientMetadata, 'token_endpoint_auth_method'>
  asked: readonly string[]
  method: string | undefined
}

function common(body: unknown): Common | string {
  const parsed = metadata.safeParse(body)
  if (!parsed.success) return refusal(parsed.error)
  const { redirect_uris, client_name, grant_types, response_types, token_endpoint_auth_method } = parsed.data
  if (response_types?.some((type) => type !== 'code')) return 'response_types can only contain code'
  const asked = grant_types ?? GRANT_TYPES
  if (!asked.includes('authorization_code')) return 'grant_types must contain authorization_code'
  return {
    asked,
    method: token_endpoint_auth_method ?? undefined,
    metadata: {
      client_name: cleanName(client_name ?? '') ?? 'a client without a name',
      redirect_uris: [...new Set(redirect_uris)],
      application_type: applicationType(redirect_uris),
      grant_types: GRANT_TYPES.filter((type) => asked.includes(type)),
      response_types: ['code'],
    },
  }
}

function refusal({ issues }: z.ZodError): string {
  const [field = 'the metadata'] = issues[0]?.path ?? []
  if (field !== 'redirect_uris') return `${String(field)} has the wrong type`
  return `redirect_uris must be 1 to ${REDIRECTS_MAX} URIs of at most 512 characters: https, http on loopback, or a private scheme; no fragment`
}

function isGrantType(type: string): boolean {
  return GRANT_TYPES.some((known) => known === type)
}
