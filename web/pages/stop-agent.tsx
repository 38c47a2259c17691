import { useState } from 'react'
import { api, read } from '../data/api.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Quote } from '../ui/quote.tsx'

type Props = { readonly agent: { readonly id: string; readonly name: string }; readonly isQuarantined?: boolean }

/** Quarantine and revoke: at hand wherever an agent is named. */
export function StopAgent({ agent, isQuarantined = false }: Props) {
  return (
    <>
      {isQuarantined ? null : <Quarantine agent={agent} />}
      <Revoke agent={agent} />
    </>
  )
}

function Quarantine({ agent }: Props) {
  const param = { workspace: useSlug(), agent: agent.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(
    () => read(api.agents[':agent'].quarantine.$post({ param })),
    'In quarantine: from its next call on it can only read.',
  )
  return (
    <>
      <Button onClick={() => setAsking(true)}>Quarantine</Button>
      {isAsking ? (
        <Confirm title="Put this agent into quarantine?" act="Quarantine it" {...shared(act, () => setAsking(false))}>
          <p>
            From its next call on <Quote text={agent.name} /> can only read, and sees neither personal data nor text of
            strangers. An owner or admin can release it.
          </p>
        </Confirm>
      ) : null}
    </>
  )
}

function Revoke({ agent }: Props) {
  const param = { workspace: useSlug(), agent: agent.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(() => read(api.agents[':agent'].revoke.$post({ param })), 'Revoked: its next call is refused.')
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Revoke
      </Button>
      {isAsking ? (
        <Confirm
          title="Revoke this agent for good?"
          act="Revoke it"
          look="danger"
          {...shared(act, () => setAsking(false))}
        >
          <p>
            The next call of <Quote text={agent.name} /> is refused. This cannot be taken back: to work again it has to
            be connected anew.
          </p>
        </Confirm>
      ) : null}
    </>
  )
}

type Act = {
  readonly run: (input: undefined, then: { onSuccess: () => void }) => void
  readonly isRunning: boolean
  readonly error: Error | undefined
}

/** A dialog for one act: it closes when that is done. */
export function shared(act: Act, close: () => void) {
  return {
    isRunning: act.isRunning,
    error: act.error,
    onAct: () => act.run(undefined, { onSuccess: close }),
    onClose: close,
  }
}
