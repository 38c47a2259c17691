import { Badge, type Tone } from './badge.tsx'

const STATES: Readonly<Record<string, readonly [Tone, string]>> = {
  live: ['good', 'live'],
  frozen: ['stopped', 'frozen'],
  waiting: ['needs-you', 'waiting for your yes'],
  quarantined: ['needs-you', 'quarantined'],
  expired: ['plain', 'expired'],
  revoked: ['plain', 'revoked'],
}

/** The one thing about an agent that matters most now. */
export function AgentState({ state }: { readonly state: string }) {
  const [tone, words] = STATES[state] ?? ['plain', state]
  return <Badge tone={tone}>{words}</Badge>
}
