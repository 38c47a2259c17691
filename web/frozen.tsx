import { useState } from 'react'
import { api, read } from './data/api.ts'
import type { Self } from './data/queries.ts'
import { useAct } from './data/use-act.ts'
import { shared } from './pages/stop-agent.tsx'
import { Ago } from './ui/ago.tsx'
import { Button } from './ui/button.tsx'
import { Confirm } from './ui/confirm.tsx'

/** On every page of a frozen workspace, so that nobody wonders why agents are refused. */
export function FrozenBanner({ self: { workspace, may } }: { readonly self: Self }) {
  if (workspace.frozenAt === null) return null
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center justify-between gap-2 border-red-line border-b bg-red-ground px-4 py-2 text-red lg:px-6"
    >
      <p>
        <strong>Frozen: every agent of this workspace is stopped</strong>, since <Ago at={workspace.frozenAt} />.
      </p>
      {may.freeze ? <Unfreeze slug={workspace.slug} /> : null}
    </div>
  )
}

function Unfreeze({ slug }: { readonly slug: string }) {
  const [isAsking, setAsking] = useState(false)
  const act = useAct(
    () => read(api.workspace.unfreeze.$post({ param: { workspace: slug } })),
    'The agents of the workspace go on.',
  )
  return (
    <>
      <Button onClick={() => setAsking(true)}>Unfreeze</Button>
      {isAsking ? (
        <Confirm title="Let the agents go on?" act="Unfreeze" {...shared(act, () => setAsking(false))}>
          <p>Every agent that was not stopped by itself may do again what its grant says.</p>
        </Confirm>
      ) : null}
    </>
  )
}

/** One deliberate step, and no more: this is for the moment when something goes wrong. */
export function Freeze({ self: { workspace, may } }: { readonly self: Self }) {
  const [isAsking, setAsking] = useState(false)
  const json = { sure: true } as const
  const act = useAct(
    () => read(api.workspace.freeze.$post({ param: { workspace: workspace.slug }, json })),
    'Frozen: no agent can do anything in this workspace.',
  )
  if (!may.freeze || workspace.frozenAt !== null) return null
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Stop every agent
      </Button>
      {isAsking ? (
        <Confirm
          title="Freeze this workspace?"
          act="Freeze it now"
          look="danger"
          {...shared(act, () => setAsking(false))}
        >
          <p>
            The next call of every agent of {workspace.name} is refused, until an owner or an admin unfreezes it.
            Nothing is lost.
          </p>
        </Confirm>
      ) : null}
    </>
  )
}
