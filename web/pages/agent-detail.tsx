import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Agent, callsQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Ago, At, count } from '../ui/ago.tsx'
import { Facts } from '../ui/card.tsx'
import { CopyId } from '../ui/copy.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { QuoteBox } from '../ui/quote.tsx'
import { AgentActs } from './agent-acts.tsx'
import { AgentDays } from './agent-days.tsx'
import { Narrower } from './agent-narrower.tsx'
import { Widened } from './agent-widened.tsx'

/** All about one agent: what it may, what it does, and how to stop it. */
export function AgentDetail({ agent }: { readonly agent: Agent }) {
  return (
    <div className="space-y-5">
      <AgentActs agent={agent} />
      <Widened agent={agent} />
      <AgentDays agent={agent} />
      {agent.purpose === '' ? null : (
        <QuoteBox text={agent.purpose} whose="What it is for, in the words of who connected it" />
      )}
      <Facts facts={facts(agent)} />
      <Part title="What it may do, and whether it does">
        <Scopes agent={agent} />
      </Part>
      {agent.isOver || !agent.may.narrow ? null : (
        <Part title="Is its role wider than it needs?">
          <Narrower agent={agent} />
        </Part>
      )}
      <Part title="Tools, over 30 days">
        <Tools agent={agent} />
      </Part>
      <Part title="Its last calls">
        <LastCalls agent={agent} />
      </Part>
    </div>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5">{title}</h3>
      {children}
    </section>
  )
}

function facts(agent: Agent) {
  const lines: [string, ReactNode][] = [
    ['Owner', agent.owner ?? `machine, made by ${agent.madeBy}`],
    ['Role', <RoleWords key="role" agent={agent} />],
    ['Sees', agent.access.sees],
    ['Changes', agent.access.changes],
    [
      'Stores',
      agent.stores.length === 0 ? (
        'none'
      ) : (
        <span key="stores" className="font-mono text-[0.8125rem]">
          {agent.stores.join(', ')}
        </span>
      ),
    ],
    [
      'Strangers’ text',
      agent.taintedAt === null ? (
        'has read none lately'
      ) : (
        <>
          has read some, last <Ago at={agent.taintedAt} />
        </>
      ),
    ],
    ['Connected', <Ago key="connected" at={agent.createdAt} />],
    ['Until', agent.expiresAt === null ? 'no end' : <Ago key="until" at={agent.expiresAt} />],
    ['Last seen', <Ago key="seen" at={agent.lastSeenAt} />],
    ['Agent', <CopyId key="id" id={agent.id} label="agent id" />],
    ['Client', <CopyId key="client" id={agent.client} label="client id" />],
  ]
  if (agent.quarantinedAt !== null)
    lines.push(['In quarantine since', <Ago key="quarantine" at={agent.quarantinedAt} />])
  if (agent.revokedAt !== null) lines.push(['Revoked', <Ago key="revoked" at={agent.revokedAt} />])
  return lines
}

function RoleWords({ agent: { role, roleVersion, acceptedVersion } }: { readonly agent: Agent }) {
  const slug = useSlug()
  return (
    <>
      <a href={`/console/w/${slug}/roles/${encodeURIComponent(role)}`} className="text-act underline">
        <bdi>{role}</bdi>
      </a>{' '}
      <small className="text-muted">
        version {roleVersion}
        {acceptedVersion === roleVersion ? '' : `, accepted as version ${acceptedVersion}`}
      </small>
    </>
  )
}

function Scopes({ agent: { scopeLines } }: { readonly agent: Agent }) {
  return (
    <ul className="divide-y divide-line text-sm">
      {scopeLines.map(({ scope, words, used }) => (
        <li key={scope} className="flex justify-between gap-3 py-1.5">
          <span>
            {words} <code className="text-muted text-xs">{scope}</code>
          </span>
          <span className={`shrink-0 ${used ? 'text-green' : 'text-muted'}`}>{used ? 'used' : 'never used'}</span>
        </li>
      ))}
    </ul>
  )
}

function Tools({ agent: { tools } }: { readonly agent: Agent }) {
  if (tools.length === 0) return <p className="text-muted text-sm">It has not called any.</p>
  const most = Math.max(...tools.map(({ calls }) => calls))
  return (
    <ul className="space-y-1 text-sm">
      {tools.map(({ tool, calls, refusals }) => (
        <li key={tool}>
          <span className="flex justify-between gap-3">
            <code className="font-mono text-[0.8125rem]">{tool}</code>
            <span className="tabular-nums">
              {count(calls)}
              {refusals === 0 ? '' : `, ${count(refusals)} refused`}
            </span>
          </span>
          <span
            aria-hidden="true"
            className="block h-1 rounded bg-act"
            style={{ width: `${Math.max(1, (calls / most) * 100)}%` }}
          />
        </li>
      ))}
    </ul>
  )
}

function LastCalls({ agent }: { readonly agent: Agent }) {
  const workspace = useSlug()
  const { data } = useQuery(callsQuery(workspace, { filter: { agent: agent.id } }))
  if (!data || data.calls.length === 0) return <p className="text-muted text-sm">None yet.</p>
  return (
    <>
      <ul className="divide-y divide-line text-sm">
        {data.calls.slice(0, 8).map(({ record, at, tool, outcome, count: times }) => (
          <li key={record} className="flex items-center justify-between gap-3 py-1.5">
            <Link
              to="/console/w/$workspace/activity/$record"
              params={{ workspace, record: `${record}` }}
              search={{ agent: agent.id }}
              className="text-act"
            >
              <At at={at} /> <code className="font-mono text-[0.8125rem]">{tool ?? '–'}</code>
            </Link>
            <Outcome outcome={outcome} count={times} />
          </li>
        ))}
      </ul>
      <Link
        to="/console/w/$workspace/activity"
        params={{ workspace }}
        search={{ agent: agent.id }}
        className="text-act text-sm"
      >
        All of its calls
      </Link>
    </>
  )
}
