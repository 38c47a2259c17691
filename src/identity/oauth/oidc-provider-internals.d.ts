// Entered below its index, which prints an unsupported-runtime warning on Node 20 when it is loaded; hence the exact pin.
declare module 'oidc-provider/lib/provider.js' {
  export { default as Provider } from 'oidc-provider'
}

declare module 'oidc-provider/lib/helpers/interaction_policy/index.js' {
  import type { interactionPolicy } from 'oidc-provider'

  export const Check: typeof interactionPolicy.Check
  export const Prompt: typeof interactionPolicy.Prompt
}

declare module 'oidc-provider/lib/helpers/errors.js' {
  import type { errors } from 'oidc-provider'

  export const InvalidClientMetadata: typeof errors.InvalidClientMetadata
  export const InvalidGrant: typeof errors.InvalidGrant
  export const InvalidScope: typeof errors.InvalidScope
  export const InvalidTarget: typeof errors.InvalidTarget
  export const OIDCProviderError: typeof errors.OIDCProviderError
  export const SessionNotFound: typeof errors.SessionNotFound
  export const UnauthorizedClient: typeof errors.UnauthorizedClient
}
