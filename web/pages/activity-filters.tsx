import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type CallFilter, choicesQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Select } from '../ui/field.tsx'

const OUTCOMES = [
  ['ok', 'answered'],
  ['not_ok', 'refused or failed'],
  ['refused', 'refused'],
  ['failed', 'failed'],
] as const

/** Filters of calls; they stand in the address. */
export function ActivityFilters({ filter }: { readonly filter: CallFilter }) {
  const { data } = useQuery(choicesQuery(useSlug()))
  const navigate = useNavigate({ from: '/console/w/$workspace/activity' })
  const set = (name: keyof CallFilter) => (value: string) =>
    void navigate({
      search: ({ before: _, [name]: __, ...rest }) => (value === '' ? rest : { ...rest, [name]: value }),
    })
  const agents = data?.agents.map(({ id, name }) => [id, name] as const) ?? []
  return (
    <search className="flex flex-wrap gap-2">
      <Select
        label="Agent"
        isSearch
        value={filter.agent ?? ''}
        onChange={set('agent')}
        options={withChosen(agents, filter.agent)}
      />
      <Select
        label="Tool"
        value={filter.tool ?? ''}
        onChange={set('tool')}
        options={withChosen(data?.tools.map((tool) => [tool, tool] as const) ?? [], filter.tool)}
      />
      <Select
        label="Store"
        value={filter.store ?? ''}
        onChange={set('store')}
        options={withChosen(data?.stores.map((handle) => [handle, handle] as const) ?? [], filter.store)}
      />
      <Select label="Outcome" value={filter.outcome ?? ''} onChange={set('outcome')} options={OUTCOMES} />
    </search>
  )
}

type Option = readonly [value: string, words: string]

/** What the address names stays chosen even where it is not among the choices. */
function withChosen(options: readonly Option[], chosen: string | undefined): readonly Option[] {
  if (chosen === undefined || options.some(([value]) => value === chosen)) return options
  return [[chosen, chosen.slice(0, 20)], ...options]
}
