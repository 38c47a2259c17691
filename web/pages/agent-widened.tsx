import { api, read } from '../data/api.ts'
import type { Agent } from '../data/queries.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Differences } from '../ui/differences.tsx'
import { Trouble } from '../ui/states.tsx'

/** What the role has gained since it was accepted for the agent, for its owner or an admin to say yes to. */
export function Widened({ agent }: { readonly agent: Agent }) {
  const param = { workspace: useSlug(), agent: agent.id }
  const act = useAct(
    () => read(api.agents[':agent'].accept.$post({ param, json: { version: agent.roleVersion } })),
    'Accepted: the wider role reaches the agent from its next call on.',
  )
  if (agent.isOver || agent.widened.length === 0) return null
  return (
    <section className="rounded-md border border-amber-line bg-amber-ground p-3">
      <h3 className="mb-1 text-amber">Its role was widened: this waits for your yes</h3>
      <div className="rounded bg-surface px-1">
        <Differences differences={agent.widened} />
      </div>
      {act.error ? <Trouble error={act.error} /> : null}
      {agent.may.accept ? (
        <p className="mt-2">
          <Button look="act" isRunning={act.isRunning} onClick={() => act.run(undefined)}>
            Accept
          </Button>
        </p>
      ) : null}
    </section>
  )
}
