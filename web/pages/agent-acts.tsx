import { useState } from 'react'
import { api, read } from '../data/api.ts'
import type { Agent } from '../data/queries.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { StopAgent, shared } from './stop-agent.tsx'

/** What stops needs no second look; what lets go on is for admins with a fresh second factor. */
export function AgentActs({ agent }: { readonly agent: Agent }) {
  if (agent.isOver) return null
  const isQuarantined = agent.quarantinedAt !== null
  return (
    <div className="flex flex-wrap gap-2">
      {isQuarantined && agent.may.release ? <Release agent={agent} /> : null}
      {agent.taintedAt !== null && agent.may.clearMarks ? <ClearMarks agent={agent} /> : null}
      {agent.may.stop ? <StopAgent agent={agent} isQuarantined={isQuarantined} /> : null}
    </div>
  )
}

function Release({ agent }: { readonly agent: Agent }) {
  const param = { workspace: useSlug(), agent: agent.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(
    () => read(api.agents[':agent'].release.$post({ param })),
    'Released: it may do again what its grant says.',
  )
  return (
    <>
      <Button onClick={() => setAsking(true)}>Release from quarantine</Button>
      {isAsking ? (
        <Confirm title="Release this agent?" act="Release it" {...shared(act, () => setAsking(false))}>
          <p>From its next call on it may do again what its grant and its role say.</p>
        </Confirm>
      ) : null}
    </>
  )
}

function ClearMarks({ agent }: { readonly agent: Agent }) {
  const param = { workspace: useSlug(), agent: agent.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(
    () => read(api.agents[':agent']['clear-marks'].$post({ param })),
    'Cleared: it counts as having read no text of strangers.',
  )
  return (
    <>
      <Button onClick={() => setAsking(true)}>Clear the taint</Button>
      {isAsking ? (
        <Confirm title="Clear the taint?" act="Clear it" {...shared(act, () => setAsking(false))}>
          <p>
            Do this only once the chat in which it read text of strangers is over. Tillgate cannot see what is still in
            a chat: whatever that text told the agent, it may still follow.
          </p>
          {agent.kind === 'machine' ? null : (
            <p>
              The mark stands on your account: it is cleared for all agents that you have connected, in every workspace.
            </p>
          )}
        </Confirm>
      ) : null}
    </>
  )
}
