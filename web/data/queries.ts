import { QueryClient, queryOptions } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { api, keepCsrf, Refused, read } from './api.ts'

/** What was refused stays refused; what did not answer is asked once more. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 1 && error instanceof Refused && (error.status === 0 || error.status >= 500),
    },
  },
})

export type Self = InferResponseType<typeof api.self.$get, 200>
export type Overview = InferResponseType<typeof api.overview.$get, 200>
export type Range = Overview['range']
export type CallPage = InferResponseType<typeof api.activity.$get, 200>
export type CallRow = CallPage['calls'][number]
export type Story = InferResponseType<(typeof api.activity)[':record']['$get'], 200>
export type Inventory = InferResponseType<typeof api.agents.$get, 200>
export type AgentRow = Inventory['agents'][number]
export type Agent = InferResponseType<(typeof api.agents)[':agent']['$get'], 200>
export type Narrower = InferResponseType<(typeof api.agents)[':agent']['narrower']['$get'], 200>

export type Connect = InferResponseType<typeof api.connect.$get, 200>
export type Credential = InferResponseType<typeof api.agents.$post, 200>

export type CallFilter = {
  readonly agent?: string | undefined
  readonly tool?: string | undefined
  readonly store?: string | undefined
  readonly outcome?: 'ok' | 'refused' | 'failed' | 'not_ok' | undefined
}

export type AgentFilter = {
  readonly text?: string | undefined
  readonly state?: 'live' | 'ended' | 'stopped' | undefined
  readonly page?: number | undefined
}

/** Who looks. Its answer carries the token for changes and the server's clock. */
export const selfQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['self', workspace],
    queryFn: async () => {
      const asked = Date.now()
      const self = await read(api.self.$get({ param: { workspace } }))
      keepCsrf(self.csrf)
      return { ...self, clockSkewMs: self.now - (asked + Date.now()) / 2 }
    },
    staleTime: 60_000,
  })

export const overviewQuery = (workspace: string, range: Range) =>
  queryOptions({
    queryKey: ['overview', workspace, range],
    queryFn: () => read(api.overview.$get({ param: { workspace }, query: { range } })),
    refetchInterval: 10_000,
  })

export const callsQuery = (
  workspace: string,
  { filter, before }: { filter: CallFilter; before?: number | undefined },
) =>
  queryOptions({
    queryKey: ['calls', workspace, filter, before ?? null],
    queryFn: () => read(api.activity.$get({ param: { workspace }, query: present({ ...filter, before }) })),
  })

export const choicesQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['choices', workspace],
    queryFn: () => read(api.activity.choices.$get({ param: { workspace } })),
    staleTime: 60_000,
  })

export const storyQuery = (workspace: string, record: string) =>
  queryOptions({
    queryKey: ['story', workspace, record],
    queryFn: () => read(api.activity[':record'].$get({ param: { workspace, record } })),
    staleTime: 60_000,
  })

export const agentsQuery = (workspace: string, filter: AgentFilter) =>
  queryOptions({
    queryKey: ['agents', workspace, 'list', filter],
    queryFn: () => read(api.agents.$get({ param: { workspace }, query: present(filter) })),
    refetchInterval: 15_000,
  })

export const agentQuery = (workspace: string, agent: string) =>
  queryOptions({
    queryKey: ['agents', workspace, 'one', agent],
    queryFn: () => read(api.agents[':agent'].$get({ param: { workspace, agent } })),
    refetchInterval: 15_000,
  })

export const narrowerQuery = (workspace: string, agent: string) =>
  queryOptions({
    queryKey: ['agents', workspace, 'narrower', agent],
    queryFn: () => read(api.agents[':agent'].narrower.$get({ param: { workspace, agent } })),
  })

export const connectQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['connect', workspace],
    queryFn: () => read(api.connect.$get({ param: { workspace } })),
    staleTime: 60_000,
  })

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> extends number ? string : Exclude<T[K], undefined> }

/** A query without what is not given; numbers as text. */
function present<T extends Readonly<Record<string, string | number | undefined>>>(query: T): Present<T> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)])) as Present<T>
}
