import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, read } from '../data/api.ts'
import { type Agent, type Narrower as Found, narrowerQuery } from '../data/queries.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Differences } from '../ui/differences.tsx'
import { shared } from './stop-agent.tsx'

type Suggested = Extract<Found, { kind: 'suggested' }>

/** A narrower role from what the agent has really used, with what it would lose. */
export function Narrower({ agent }: { readonly agent: Agent }) {
  const { data } = useQuery(narrowerQuery(useSlug(), agent.id))
  if (!data) return null
  if (data.kind === 'none') return <p className="text-muted text-sm">{data.because}</p>
  return <Suggestion agent={agent} found={data} />
}

function Suggestion({ agent, found }: { readonly agent: Agent; readonly found: Suggested }) {
  const param = { workspace: useSlug(), agent: agent.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(
    () => read(api.agents[':agent'].narrower.$post({ param, json: { version: found.version } })),
    ({ role }) => `Narrowed: the agent has the role ${role} from its next call on.`,
  )
  return (
    <>
      <p className="mb-1 text-sm">This would have been enough for all that it did within 30 days:</p>
      <Differences differences={found.differences} />
      <p className="mt-2">
        <Button onClick={() => setAsking(true)}>Narrow its role</Button>
      </p>
      {isAsking ? (
        <Confirm title="Narrow the role of this agent?" act="Narrow it" {...shared(act, () => setAsking(false))}>
          <p>{how(found)}</p>
          <p>It acts on the next call. What it takes away can be given back: by a wider role and a yes.</p>
        </Confirm>
      ) : null}
    </>
  )
}

function how({ by, newName, role, othersWithRole }: Suggested): string {
  if (by === 'changing_the_role') return `Only this agent has the role ${role}, so the role itself is narrowed.`
  const others =
    othersWithRole === 0
      ? `${role} is one of the presets`
      : `${othersWithRole} more ${othersWithRole === 1 ? 'agent has' : 'agents have'} the role ${role}`
  return `Because ${others}, it stays as it is, and this agent gets a role of its own: ${newName}.`
}
