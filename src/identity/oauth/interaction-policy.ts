import type { interactionPolicy } from 'oidc-provider'
import { Check, Prompt } from 'oidc-provider/lib/helpers/interaction_policy/index.js'

/**
 * When a person is asked: always. No request is answered with a code that has not its own consent, and what an earlier
 * one allowed counts for nothing. `login` is there for requests that say it; the page that asks answers both.
 */
export function alwaysAsk(): interactionPolicy.Prompt[] {
  const unanswered = new Check(
    'no_consent',
    'a person has to give consent',
    'consent_required',
    ({ oidc }) => oidc.result?.consent === undefined,
  )
  return [
    new Prompt({ name: 'consent', requestable: true }, unanswered),
    new Prompt({ name: 'login', requestable: true }),
  ]
}
