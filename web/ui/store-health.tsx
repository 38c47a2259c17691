import { Badge, type Tone } from './badge.tsx'

const HEALTH: Readonly<Record<string, readonly [Tone, string]>> = {
  well: ['good', 'answers'],
  ailing: ['needs-you', 'some calls fail'],
  down: ['stopped', 'does not answer'],
  quiet: ['plain', 'nothing asked today'],
  disconnected: ['plain', 'disconnected'],
}

/** How a store has answered within the last day. */
export function HealthBadge({ health }: { readonly health: string }) {
  const [tone, words] = HEALTH[health] ?? ['plain', health]
  return <Badge tone={tone}>{words}</Badge>
}
