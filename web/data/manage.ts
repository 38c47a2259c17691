import { queryOptions } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { api, read } from './api.ts'

export type Roles = InferResponseType<typeof api.roles.$get, 200>
export type Role = InferResponseType<(typeof api.roles)[':role']['$get'], 200>
export type RoleDefinition = Role['definition']
export type RoleChoices = InferResponseType<typeof api.roles.choices.$get, 200>
export type RolePreview = InferResponseType<(typeof api.roles)[':role']['preview']['$post'], 200>
export type RoleChanged = InferResponseType<(typeof api.roles)[':role']['$post'], 200>
export type Stores = InferResponseType<typeof api.stores.$get, 200>
export type Members = InferResponseType<typeof api.members.$get, 200>
export type Settings = InferResponseType<typeof api.workspace.$get, 200>
export type AuditPage = InferResponseType<typeof api.audit.$get, 200>
export type AuditRow = AuditPage['records'][number]

export type AuditFilter = {
  readonly kind?: 'call' | 'refusal' | 'admin' | undefined
  readonly action?: string | undefined
  readonly account?: string | undefined
  readonly agent?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export const rolesQuery = (workspace: string) =>
  queryOptions({ queryKey: ['roles', workspace], queryFn: () => read(api.roles.$get({ param: { workspace } })) })

export const roleQuery = (workspace: string, role: string) =>
  queryOptions({
    queryKey: ['roles', workspace, 'one', role],
    queryFn: () => read(api.roles[':role'].$get({ param: { workspace, role: encodeURIComponent(role) } })),
  })

export const roleChoicesQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['roles', workspace, 'choices'],
    queryFn: () => read(api.roles.choices.$get({ param: { workspace } })),
    staleTime: 60_000,
  })

export const storesQuery = (workspace: string) =>
  queryOptions({
    queryKey: ['stores', workspace],
    queryFn: () => read(api.stores.$get({ param: { workspace } })),
    refetchInterval: 15_000,
  })

export const membersQuery = (workspace: string) =>
  queryOptions({ queryKey: ['members', workspace], queryFn: () => read(api.members.$get({ param: { workspace } })) })

export const settingsQuery = (workspace: string) =>
  queryOptions({ queryKey: ['settings', workspace], queryFn: () => read(api.workspace.$get({ param: { workspace } })) })

export const auditQuery = (
  workspace: string,
  { filter, before }: { filter: AuditFilter; before?: number | undefined },
) =>
  queryOptions({
    queryKey: ['audit', workspace, filter, before ?? null],
    queryFn: () => {
      const given = Object.entries({ ...filter, before }).filter(([, value]) => value !== undefined && value !== '')
      const query = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
      return read(api.audit.$get({ param: { workspace }, query }))
    },
  })
