import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { type Role, roleQuery } from '../data/manage.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { Ago } from '../ui/ago.tsx'
import { buttonLook } from '../ui/button.tsx'
import { Facts } from '../ui/card.tsx'
import { Differences } from '../ui/differences.tsx'
import { useKeys } from '../ui/keys.tsx'
import { Panel } from '../ui/panel.tsx'
import { Quote } from '../ui/quote.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'

/** One role, beside the list. */
export function RolePanel() {
  const workspace = useSlug()
  const { role } = useParams({ from: '/console/w/$workspace/roles/$role' })
  const navigate = useNavigate()
  const close = () => void navigate({ to: '/console/w/$workspace/roles', params: { workspace } })
  useKeys({ Escape: close })
  const { data, error, refetch } = useQuery(roleQuery(workspace, role))
  return (
    <Panel title={<bdi>{role}</bdi>} label="One role" onClose={close}>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Detail role={data} /> : error ? null : <Waiting what="the role" />}
    </Panel>
  )
}

function Detail({ role }: { readonly role: Role }) {
  return (
    <div className="space-y-5">
      <Acts role={role} />
      <Facts facts={facts(role)} />
      <section>
        <h3 className="mb-1.5">What it lets agents do</h3>
        <ul className="divide-y divide-line text-sm">
          {role.scopes.map(({ scope, words, used }) => (
            <li key={scope} className="flex justify-between gap-3 py-1.5">
              <span>
                {words} <code className="text-muted text-xs">{scope}</code>
              </span>
              <span className={`shrink-0 ${used ? 'text-green' : 'text-muted'}`}>
                {used ? 'used' : 'not used in 30 days'}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <Having role={role} />
      <History role={role} />
    </div>
  )
}

function Acts({ role }: { readonly role: Role }) {
  const workspace = useSlug()
  if (!useSelf().may.manageRoles) return null
  return (
    <div className="flex flex-wrap gap-2">
      <Link
        to="/console/w/$workspace/roles/$role/edit"
        params={{ workspace, role: role.name }}
        className={buttonLook('act')}
      >
        Edit
      </Link>
      <Link
        to="/console/w/$workspace/roles/new"
        params={{ workspace }}
        search={{ from: role.name }}
        className={buttonLook()}
      >
        Make a copy
      </Link>
    </div>
  )
}

function facts({ access, definition: { stores, limits, expires_days }, version }: Role) {
  return [
    ['Sees', access.sees],
    ['Changes', access.changes],
    ['Asks first', access.asks],
    ['Stores', stores === 'all' ? 'every store that a grant names' : `only ${stores.join(', ')}`],
    [
      'Limits',
      `${limits.per_second} calls a second, ${limits.burst} at once on top, ${limits.concurrency} at the same time`,
    ],
    ['Longest life', expires_days === undefined ? 'not limited by the role' : `${expires_days} days`],
    ['Version', `${version}`],
  ] as const
}

function Having({ role: { agents, othersWithRole } }: { readonly role: Role }) {
  const workspace = useSlug()
  return (
    <section>
      <h3 className="mb-1.5">Who has it</h3>
      {agents.length + othersWithRole === 0 ? <p className="text-muted text-sm">No agent has this role.</p> : null}
      <ul className="space-y-1 text-sm">
        {agents.map(({ id, name, owner }) => (
          <li key={id}>
            <Link to="/console/w/$workspace/agents/$agent" params={{ workspace, agent: id }} className="text-act">
              <Quote text={name} />
            </Link>{' '}
            <span className="text-muted">{owner ?? 'machine'}</span>
          </li>
        ))}
      </ul>
      {othersWithRole === 0 ? null : (
        <p className="text-muted text-sm">
          {othersWithRole === 1 ? 'One agent' : `${othersWithRole} agents`} of other members.
        </p>
      )}
    </section>
  )
}

/** The newest version first, each with what it changed. */
function History({ role: { history } }: { readonly role: Role }) {
  return (
    <section>
      <h3 className="mb-1.5">History</h3>
      <ol className="space-y-3">
        {history.map(({ version, by, at, differences, isFirst }) => (
          <li key={version}>
            <p className="text-sm">
              <strong>Version {version}</strong> by {by}, <Ago at={at} />
            </p>
            {isFirst ? <p className="text-muted text-sm">Made.</p> : <Differences differences={differences} />}
          </li>
        ))}
      </ol>
    </section>
  )
}
