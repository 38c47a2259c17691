import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useMatches } from '@tanstack/react-router'
import { type Roles as Facts, rolesQuery } from '../data/manage.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { count } from '../ui/ago.tsx'
import { Badge } from '../ui/badge.tsx'
import { buttonLook } from '../ui/button.tsx'
import { PageHead } from '../ui/card.tsx'
import { type Column, List } from '../ui/list.tsx'
import { ListWithPanel } from '../ui/panel.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'

/** What agents may do at most, whatever else was agreed. */
export function Roles() {
  const isOpen = useMatches().some(({ routeId }) => routeId === '/console/w/$workspace/roles/$role')
  return <ListWithPanel list={<Lines />} panel={isOpen ? <Outlet /> : undefined} />
}

function Lines() {
  const workspace = useSlug()
  const { may } = useSelf()
  const { data, error, refetch } = useQuery(rolesQuery(workspace))
  return (
    <>
      <PageHead title="Roles">
        {may.manageRoles ? (
          <Link to="/console/w/$workspace/roles/new" params={{ workspace }} className={buttonLook('act')}>
            Make a role
          </Link>
        ) : null}
      </PageHead>
      <p className="-mt-2 mb-4 text-muted">A role says what an agent may do at most, whatever else was agreed.</p>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? (
        <div className="overflow-x-auto rounded-card border border-line bg-surface px-2 shadow-card">
          <List caption="Roles" columns={COLUMNS} rows={data.roles} rowKey={({ name }) => name} />
        </div>
      ) : error ? null : (
        <Waiting what="the roles" />
      )}
    </>
  )
}

type Line = Facts['roles'][number]

const PERSONAL: Readonly<Record<string, string>> = {
  drop: 'left out',
  mask: 'masked',
  pseudonym: 'pseudonyms',
  clear: 'in clear',
}

const COLUMNS: readonly Column<Line>[] = [
  { head: 'Role', cell: (role) => <NameLink role={role} /> },
  { head: 'Sees', cell: ({ sees }) => things(sees) },
  { head: 'Changes', cell: ({ changes }) => things(changes) },
  { head: 'Personal data', cell: ({ personal }) => PERSONAL[personal] ?? personal },
  { head: 'Stores', cell: ({ stores }) => (stores === 'all' ? 'those of the grant' : stores.join(', ')) },
  { head: 'Agents', cell: ({ agents }) => count(agents), className: 'tabular-nums' },
  { head: 'Version', cell: ({ version }) => version, className: 'tabular-nums' },
]

function NameLink({ role: { name, isPreset } }: { readonly role: Line }) {
  return (
    <>
      <Link
        data-line
        to="/console/w/$workspace/roles/$role"
        params={{ workspace: useSlug(), role: name }}
        className="text-act no-underline after:absolute after:inset-0"
      >
        <bdi>{name}</bdi>
      </Link>{' '}
      {isPreset ? <Badge>preset</Badge> : null}
    </>
  )
}

const things = (number: number) => (number === 0 ? 'nothing' : number === 1 ? '1 thing' : `${number} things`)
