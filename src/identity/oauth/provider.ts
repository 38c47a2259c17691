import './url-parse.ts'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider/lib/provider.js'
import { SCOPES } from '#commerce'
import { newToken } from '#kernel'
import { matchesSecret } from './client-adapter.ts'
import { configuration } from './configuration.ts'
import { answerInOurWords, onlyOurPaths, openRegistration, ownCookies, plainRequests, publicMetadata } from './edge.ts'
import { type OauthEvent, type Report, reportEvents, reporter } from './events.ts'
import type { Limit } from './limit.ts'
import type { RequestNotes } from './notes.ts'
import type { ProviderParts } from './provider-parts.ts'
import { queryOf } from './query.ts'
import { isSameRedirect } from './redirects.ts'
import { refreshGrace } from './refresh-grace.ts'

type Surroundings = {
  readonly limit: Limit
  log(event: OauthEvent): void
}

/** The library with these keys, with our ways around it. */
export function makeProvider(parts: ProviderParts, { limit, log }: Surroundings): Provider {
  const { issuer, authPool, notes } = parts
  const provider = new Provider(issuer, configuration(parts))
  // It stands behind `handle`, which says itself under which address it was reached.
  provider.proxy = true
  issueOurTokens(provider)
  changeClients(provider)
  const report = reporter(log, notes)
  reportEvents(provider, { log, report, notes })
  provider.use(answerInOurWords)
  provider.use(onlyOurPaths)
  provider.use(ownCookies)
  provider.use(publicMetadata(SCOPES))
  provider.use(openRegistration(limit, notes))
  provider.use(plainRequests)
  provider.use(reportRevocations(report, notes))
  provider.use(refreshGrace({ query: queryOf(authPool), notes, report, log }))
  return provider
}

/** Tokens with our prefix and checksum, and opaque whatever a resource asks for. */
function issueOurTokens(provider: Provider): void {
  const ours = {
    generateTokenId(this: { format?: string }) {
      this.format = 'opaque'
      return newToken('at')
    },
  }
  for (const { prototype } of [provider.AccessToken, provider.ClientCredentials]) Object.assign(prototype, ours)
}

function changeClients({ Client }: Provider): void {
  // The metadata of a client hold the hashes of its secrets, never a secret.
  Client.prototype.compareClientSecret = function (secret) {
    return matchesSecret(this.clientSecret, secret)
  }
  // The library lets the port of every loopback redirect vary: then any program of the machine could take the answer.
  Client.prototype.redirectUriAllowed = function (uri) {
    return (this.redirectUris ?? []).some((named) => isSameRedirect(named, uri))
  }
}

function reportRevocations(report: Report, notes: RequestNotes): Parameters<Provider['use']>[0] {
  return async (ctx, next) => {
    await next()
    if (ctx.status === 200 && isOidc(ctx) && notes.in(ctx).revoked) report('revoked', ctx)
  }
}

function isOidc(ctx: object): ctx is KoaContextWithOIDC {
  return 'oidc' in ctx
}
