import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type AuditFilter, type AuditPage, auditQuery, membersQuery } from '../data/manage.ts'
import { useSlug } from '../data/use-workspace.ts'
import { count } from '../ui/ago.tsx'
import { buttonLook } from '../ui/button.tsx'
import { PageHead } from '../ui/card.tsx'
import { Select } from '../ui/field.tsx'
import { Empty, Trouble, Waiting } from '../ui/states.tsx'
import { AuditList } from './audit-list.tsx'
import { Verify } from './audit-verify.tsx'

const FROM = '/console/w/$workspace/audit'

/** The record of everything: searched, checked, and taken along. */
export function Audit() {
  const slug = useSlug()
  const { before, ...filter } = useSearch({ from: FROM })
  const { data, error, refetch } = useQuery(auditQuery(slug, { filter, before }))
  return (
    <>
      <PageHead title="Audit">
        <a
          href={`/api/w/${slug}/audit/export?${new URLSearchParams(present(filter))}`}
          download
          className={buttonLook()}
        >
          Export as JSON lines
        </a>
      </PageHead>
      <div className="space-y-4">
        <Verify />
        <Filters filter={filter} />
        {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
        {data ? <Lines page={data} before={before} /> : error ? null : <Waiting what="the records" />}
      </div>
    </>
  )
}

const present = (filter: AuditFilter): [string, string][] =>
  Object.entries(filter).filter((pair): pair is [string, string] => pair[1] !== undefined)

const KINDS = [
  ['admin', 'what people and commands did'],
  ['call', 'calls'],
  ['refusal', 'refusals, counted'],
] as const

const ACTIONS = [
  ['agent.', 'agents'],
  ['grant.', 'grants'],
  ['role.', 'roles'],
  ['member.', 'members'],
  ['store.', 'stores'],
  ['workspace.', 'the workspace'],
  ['audit.', 'the audit'],
] as const

function Filters({ filter }: { readonly filter: AuditFilter }) {
  const { data } = useQuery(membersQuery(useSlug()))
  const navigate = useNavigate({ from: FROM })
  const set = (name: keyof AuditFilter) => (value: string) =>
    void navigate({
      search: ({ before: _, [name]: __, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
    })
  return (
    <search className="flex flex-wrap gap-2">
      <Select label="What" isSearch value={filter.kind ?? ''} onChange={set('kind')} options={KINDS} any="everything" />
      <Select label="About" value={filter.action ?? ''} onChange={set('action')} options={ACTIONS} any="anything" />
      <Select
        label="By"
        value={filter.account ?? ''}
        onChange={set('account')}
        options={data?.members.map(({ id, email }) => [id, email] as const) ?? []}
        any="anybody"
      />
      <Day label="From" value={filter.from} onChange={set('from')} />
      <Day label="Until" value={filter.to} onChange={set('to')} />
    </search>
  )
}

type DayProps = {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (value: string) => void
}

/** A day of the reader's own time zone, as a moment. */
function Day({ label, value, onChange }: DayProps) {
  const shown = value === undefined ? '' : localDay(new Date(value))
  return (
    <label className="flex items-center gap-1.5 text-muted text-sm">
      {label}
      <input
        type="date"
        value={shown}
        onChange={({ target }) =>
          onChange(
            target.value === ''
              ? ''
              : new Date(`${target.value}T${label === 'From' ? '00:00:00' : '23:59:59'}`).toISOString(),
          )
        }
        className="min-h-9 rounded-md border border-edge bg-surface px-2 text-ink"
      />
    </label>
  )
}

const two = (number: number) => String(number).padStart(2, '0')
const localDay = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`

function Lines({ page, before }: { readonly page: AuditPage; readonly before: number | undefined }) {
  const { next } = page
  return (
    <div>
      <p className="mb-2 text-muted text-sm">{count(page.head)} records in all, the newest first.</p>
      {page.records.length === 0 ? (
        <Empty title={next === null ? 'No record matches' : 'Nothing among the records looked at so far'} />
      ) : (
        <AuditList records={page.records} />
      )}
      <nav aria-label="Pages" className="mt-3 flex justify-between gap-2">
        {before === undefined ? (
          <span />
        ) : (
          <Link from={FROM} to="." search={({ before: _, ...rest }) => rest} className={buttonLook()}>
            Newest
          </Link>
        )}
        {next === null ? null : (
          <Link from={FROM} to="." search={(search) => ({ ...search, before: next })} className={buttonLook()}>
            {page.records.length === 0 ? 'Look further back' : 'Older'}
          </Link>
        )}
      </nav>
    </div>
  )
}
