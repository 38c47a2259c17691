import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Story } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Ago, At, duration } from '../ui/ago.tsx'
import { Badge } from '../ui/badge.tsx'
import { Facts } from '../ui/card.tsx'
import { CopyButtonOf, CopyId } from '../ui/copy.tsx'
import { Outcome } from '../ui/outcome.tsx'
import { Quote, QuoteBox } from '../ui/quote.tsx'
import { CallSteps } from './call-steps.tsx'
import { StopAgent } from './stop-agent.tsx'
import { WhyLink } from './why-link.tsx'

/** What became of one call, why, and what of it is written down. */
export function CallStory({ story }: { readonly story: Story }) {
  return (
    <div className="space-y-5">
      <Verdict story={story} />
      <CallSteps story={story} />
      <Part title="Who and what">
        <Facts facts={whoFacts(story)} />
      </Part>
      <Asked body={story.body} />
      <Part title="What the agent was shown">
        <Facts facts={shownFacts(story)} />
      </Part>
      <Part title="Receipt">
        <p className="mb-2 text-muted text-sm">
          The agent got the same number and hash with its answer; whoever keeps them can show later that nothing was
          changed.
        </p>
        <Facts
          facts={[
            ['Record', `${story.record}`],
            ['Hash', <CopyId key="hash" id={story.hash} label="hash" />],
            ['Request', <CopyId key="request" id={story.request} label="request id" />],
          ]}
        />
      </Part>
      <div className="flex flex-wrap gap-2">
        <CopyButtonOf text={JSON.stringify(story.raw, null, 2)} label="Copy as JSON" />
        {story.agent === null ? null : <StopAgent agent={story.agent} />}
      </div>
    </div>
  )
}

function Verdict({ story }: { readonly story: Story }) {
  const { outcome, why, at, ms, tool, rows, folded, code } = story
  return (
    <div>
      <p className="mb-1 flex flex-wrap items-center gap-2">
        <Outcome outcome={outcome} count={folded?.count ?? 1} />
        {tool === null ? null : <code className="font-mono">{tool}</code>}
        {code === null ? null : <code className="text-xs">{code}</code>}
        <span className="text-muted text-sm">
          <At at={at} />, <Ago at={at} />, {duration(ms)}
        </span>
      </p>
      {why === null ? <p>{answered(rows)}</p> : <No why={why} />}
      {folded === null ? null : <Folded folded={folded} />}
    </div>
  )
}

function answered(rows: number | null): string {
  if (rows === null) return 'Answered.'
  return rows === 1 ? 'Answered with one thing.' : `Answered with ${rows} things.`
}

function No({ why: { sentence, link } }: { readonly why: NonNullable<Story['why']> }) {
  return (
    <p className="rounded-md border border-red-line bg-red-ground px-3 py-2 text-red">
      {sentence} <WhyLink link={link} />
    </p>
  )
}

function Folded({ folded: { count, from, to } }: { readonly folded: NonNullable<Story['folded']> }) {
  return (
    <p className="mt-1 text-muted text-sm">
      {count === 1 ? 'One refusal' : `${count} refusals of the same kind within a minute`}, counted in one record
      {from === null || to === null ? null : (
        <>
          {' '}
          from <At at={from} /> to <At at={to} />
        </>
      )}
      .
    </p>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1">{title}</h3>
      {children}
    </section>
  )
}

function whoFacts({ agent, client, role, store }: Story) {
  const facts: [string, ReactNode][] = [
    ['Agent', agent === null ? 'not known: its token opened nothing' : <AgentLink key="agent" agent={agent} />],
    ['Role', role === null ? '–' : <RoleLink key="role" role={role} />],
    ['Store', store ?? '–'],
  ]
  if (client !== null) facts.push(['Client', <CopyId key="client" id={client} label="client id" />])
  return facts
}

function AgentLink({ agent }: { readonly agent: NonNullable<Story['agent']> }) {
  return (
    <Link
      to="/console/w/$workspace/agents/$agent"
      params={{ workspace: useSlug(), agent: agent.id }}
      className="text-act"
    >
      <Quote text={agent.name} />
    </Link>
  )
}

function RoleLink({ role }: { readonly role: NonNullable<Story['role']> }) {
  return (
    <>
      <a href={`/console/w/${useSlug()}/roles/${encodeURIComponent(role.name)}`} className="text-act underline">
        {role.name}
      </a>{' '}
      <small className="text-muted">version {role.version}</small>
    </>
  )
}

const NOT_THERE = {
  none: 'Nothing of it was kept.',
  erased: 'The sealed part of this record was erased.',
  unreadable: 'The sealed part of this record cannot be opened now: its key is not at hand. Tillgate’s log says more.',
} as const

function Asked({ body }: { readonly body: Story['body'] }) {
  if (!('arguments' in body)) {
    return (
      <Part title="What it asked">
        <p className="text-muted text-sm">{NOT_THERE[body.kind]}</p>
      </Part>
    )
  }
  const { arguments: lines, address, text } = body
  return (
    <Part title="What it asked">
      {lines.length === 0 ? (
        <p className="text-muted text-sm">
          Without arguments, or with some that were refused before they were read: those are not kept.
        </p>
      ) : null}
      <Facts
        facts={lines.map(
          ({ name, value }) =>
            [
              name,
              <bdi key={name} className="break-words font-mono text-[0.8125rem]">
                {value}
              </bdi>,
            ] as const,
        )}
      />
      {address === null ? null : <p className="mt-1 text-muted text-sm">From the address {address}.</p>}
      {text === null ? null : (
        <QuoteBox text={text} whose="What went wrong inside, in the words of the store or a library" />
      )}
    </Part>
  )
}

const SHOWN: Readonly<Record<string, string>> = {
  clear: 'fields in clear',
  masked: 'fields of personal data, masked',
  marked: 'texts of strangers, between marks',
  dropped: 'fields left out, as its role says',
}

function shownFacts({ shown, withheld, unknownFields, taint }: Story) {
  const lines: [string, ReactNode][] = Object.entries(shown)
    .filter(([, number]) => number > 0)
    .map(([how, number]) => [`${number}`, SHOWN[how] ?? how])
  if (withheld > 0) lines.push([`${withheld}`, 'fields withheld: they were not what they should be'])
  if (unknownFields > 0) lines.push([`${unknownFields}`, 'fields of the store that Tillgate does not know, dropped'])
  if (lines.length === 0) lines.push(['Nothing', 'No field of an answer left Tillgate.'])
  lines.push(['Taint', <Taint key="taint" taint={taint} />])
  return lines
}

function Taint({ taint: { before, by } }: { readonly taint: Story['taint'] }) {
  if (!before && !by) return <>It had read no text of strangers, and read none by this call.</>
  return (
    <>
      {by ? <Badge tone="needs-you">by this call</Badge> : <Badge>from before</Badge>}{' '}
      {before ? 'It had read text of strangers before' : 'It had read no text of strangers before'}
      {by ? '; this call showed it some.' : '.'}
    </>
  )
}
