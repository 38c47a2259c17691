import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useMatches, useNavigate, useSearch } from '@tanstack/react-router'
import { agentsQuery, type Inventory } from '../data/queries.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { Freeze } from '../frozen.tsx'
import { count } from '../ui/ago.tsx'
import { buttonLook } from '../ui/button.tsx'
import { PageHead } from '../ui/card.tsx'
import { ListWithPanel } from '../ui/panel.tsx'
import { Empty, Trouble, Waiting } from '../ui/states.tsx'
import { AgentList } from './agent-list.tsx'

const FROM = '/console/w/$workspace/agents'

/** Who is connected, what each may do and does, and how to stop it. */
export function Agents() {
  const isOpen = useMatches().some(({ routeId }) => routeId === '/console/w/$workspace/agents/$agent')
  return <ListWithPanel list={<Lists />} panel={isOpen ? <Outlet /> : undefined} />
}

function Lists() {
  const slug = useSlug()
  const filter = useSearch({ from: FROM })
  const { data, error, refetch } = useQuery(agentsQuery(slug, filter))
  return (
    <>
      <PageHead title={data?.sees === 'own' ? 'Your agents' : 'Agents'}>
        <div className="flex flex-wrap items-center gap-2">
          <Filters />
          <Link to="/console/w/$workspace/connect" params={{ workspace: slug }} className={buttonLook('act')}>
            Connect an agent
          </Link>
          <Freeze self={useSelf()} />
        </div>
      </PageHead>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Lines inventory={data} /> : error ? null : <Waiting what="the agents" />}
    </>
  )
}

function Lines({ inventory }: { readonly inventory: Inventory }) {
  if (inventory.agents.length === 0) return <Nothing />
  return (
    <>
      <AgentList agents={inventory.agents} />
      <Pages inventory={inventory} />
    </>
  )
}

function Nothing() {
  const { text, state } = useSearch({ from: FROM })
  if (text !== undefined || state !== undefined) return <Empty title="No agent matches">Take a filter away.</Empty>
  return (
    <Empty title="No agent is connected yet">
      Press <em>Connect an agent</em>: it shows the steps for yours, and waits with you for its first call.
    </Empty>
  )
}

const STATES = [
  [undefined, 'Live'],
  ['stopped', 'In quarantine'],
  ['ended', 'Ended'],
] as const

function Filters() {
  const { text, state } = useSearch({ from: FROM })
  const navigate = useNavigate({ from: FROM })
  return (
    <search className="flex flex-wrap items-center gap-2">
      <input
        type="search"
        data-search=""
        aria-label="Name or id of an agent"
        placeholder="Name or id"
        defaultValue={text ?? ''}
        onChange={({ target }) =>
          void navigate({
            search: ({ text: _, page: __, ...rest }) => (target.value === '' ? rest : { ...rest, text: target.value }),
            replace: true,
          })
        }
        className="min-h-9 rounded-md border border-edge bg-surface px-2.5 text-sm"
      />
      <nav aria-label="State" className="flex rounded-md border border-edge p-0.5 text-sm">
        {STATES.map(([each, words]) => (
          <Link
            key={words}
            from={FROM}
            to="."
            search={({ state: _, page: __, ...rest }) => (each === undefined ? rest : { ...rest, state: each })}
            aria-current={each === state ? 'true' : undefined}
            className={`rounded px-2.5 py-1 no-underline ${each === state ? 'bg-tint font-semibold text-act' : 'text-ink hover:bg-sunken'}`}
          >
            {words}
          </Link>
        ))}
      </nav>
    </search>
  )
}

function Pages({ inventory: { page, pages, total } }: { readonly inventory: Inventory }) {
  if (pages === 1) return null
  return (
    <nav aria-label="Pages" className="mt-3 flex items-center justify-between gap-2 text-sm">
      {page === 1 ? <span /> : <Turn to={page - 1} words="Before" />}
      <span className="text-muted">
        Page {count(page)} of {count(pages)}, {count(total)} agents
      </span>
      {page === pages ? <span /> : <Turn to={page + 1} words="Next" />}
    </nav>
  )
}

function Turn({ to, words }: { readonly to: number; readonly words: string }) {
  return (
    <Link from={FROM} to="." search={(search) => ({ ...search, page: to })} className={buttonLook()}>
      {words}
    </Link>
  )
}
