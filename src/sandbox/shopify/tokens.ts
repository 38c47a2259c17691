import { type Clock, Secret, sha256 } from '#kernel'

/** The credentials of the simulated app, derived from the seed so that a restarted simulator takes the same ones. */
type Credentials = { accessToken: Secret; clientId: string; clientSecret: Secret }

export type Tokens = Credentials & {
  /** A new token for the right client, or null. */
  issue: (client: { id: string; secret: string }) => { accessToken: string; expiresInS: number } | null
  /** Whether the token opens the API now. */
  opens: (token: string) => boolean
}

const LIFETIME_S = 86_399
const ISSUED_MAX = 1_000

export function tokensOf(seed: number, clock: Clock): Tokens {
  const accessToken = new Secret(`shpat_${derived(seed, 'token')}`)
  const clientSecret = new Secret(`shpss_${derived(seed, 'secret')}`)
  const clientId = derived(seed, 'client')
  const expiryOf = new Map<string, number>()
  let issued = 0
  return {
    accessToken,
    clientId,
    clientSecret,
    issue: ({ id, secret }) => {
      if (id !== clientId || secret !== clientSecret.reveal()) return null
      issued += 1
      const token = `shpat_${derived(seed, `issued ${issued} at ${clock()}`)}`
      expiryOf.set(token, clock() + LIFETIME_S * 1000)
      const oldest = expiryOf.keys().next().value
      if (expiryOf.size > ISSUED_MAX && oldest !== undefined) expiryOf.delete(oldest)
      return { accessToken: token, expiresInS: LIFETIME_S }
    },
    opens: (token) => token === accessToken.reveal() || clock() < (expiryOf.get(token) ?? 0),
  }
}

function derived(seed: number, purpose: string): string {
  return sha256(`tillgate sandbox shopify ${seed} ${purpose}`).toString('hex').slice(0, 32)
}
