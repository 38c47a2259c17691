import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { connectQuery, type Connect as Facts } from '../data/queries.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { Card, PageHead } from '../ui/card.tsx'
import { CopyBlock } from '../ui/copy.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { CLIENTS, type ClientName } from './connect-clients.ts'
import { FirstCall } from './connect-first-call.tsx'
import { MachineAgent } from './connect-machine.tsx'
import { Steps } from './connect-steps.tsx'

/** How an agent is connected, step by step, and its first call as it comes in. */
export function Connect() {
  const { data, error, refetch } = useQuery(connectQuery(useSlug()))
  return (
    <>
      <PageHead title="Connect an agent" />
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Parts facts={data} /> : error ? null : <Waiting what="the addresses" />}
    </>
  )
}

function Parts({ facts }: { readonly facts: Facts }) {
  const { client } = useSearch({ from: '/console/w/$workspace/connect' })
  const chosen = CLIENTS.find(([name]) => name === client)?.[0] ?? 'claude'
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
      <div className="min-w-0 space-y-4">
        <Card title="Which agent?">
          <Choices chosen={chosen} />
        </Card>
        <Chosen client={chosen} facts={facts} />
      </div>
      <div className="min-w-0 space-y-4">
        <Card title="Its address">
          <CopyBlock text={facts.address} label="the address" />
          <p className="mt-2 text-muted text-sm">
            For this workspace alone. <code className="break-all">{facts.anyWorkspace}</code> asks for the workspace
            first.
          </p>
        </Card>
        <FirstCall since={facts.now} />
      </div>
    </div>
  )
}

function Choices({ chosen }: { readonly chosen: ClientName }) {
  return (
    <nav aria-label="Which agent" className="flex flex-wrap gap-1.5">
      {CLIENTS.map(([name, words]) => (
        <Link
          key={name}
          from="/console/w/$workspace/connect"
          to="."
          search={{ client: name }}
          aria-current={name === chosen ? 'true' : undefined}
          className={`rounded-md border px-3 py-1.5 text-sm no-underline ${name === chosen ? 'border-act bg-tint font-semibold text-act' : 'border-edge text-ink hover:bg-sunken'}`}
        >
          {words}
        </Link>
      ))}
    </nav>
  )
}

function Chosen({ client, facts }: { readonly client: ClientName; readonly facts: Facts }) {
  const self = useSelf()
  if (client === 'machine' || client === 'key') {
    return <MachineAgent key={client} facts={facts} self={self} credential={client === 'key' ? 'key' : 'secret'} />
  }
  return <Steps client={client} facts={facts} />
}
