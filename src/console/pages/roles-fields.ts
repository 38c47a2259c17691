import type { z } from 'zod'
import { AppError } from '#kernel'
import { type RoleDefinition, roleDefinition } from '#policy'
import type { Fields } from '../route.ts'

/** What the fields of the role form hold, as they were typed. */
export type RoleFields = {
  readonly scopes: readonly string[]
  readonly personal: string
  readonly strangersText: string
  readonly reach: string
  readonly stores: readonly string[]
  readonly perSecond: string
  readonly burst: string
  readonly concurrency: string
  readonly expiresDays: string
}

export function fieldsOfForm(form: Fields): RoleFields {
  return {
    scopes: form.all('scope'),
    personal: form.text('personal'),
    strangersText: form.text('strangers_text'),
    reach: form.text('reach'),
    stores: form.all('store'),
    perSecond: form.text('per_second'),
    burst: form.text('burst'),
    concurrency: form.text('concurrency'),
    expiresDays: form.text('expires_days'),
  }
}

export function fieldsOfDefinition({ limits, stores, ...role }: RoleDefinition): RoleFields {
  return {
    scopes: role.scopes,
    personal: role.personal,
    strangersText: role.strangers_text,
    reach: stores === 'all' ? 'all' : 'some',
    stores: stores === 'all' ? [] : stores,
    perSecond: String(limits.per_second),
    burst: String(limits.burst),
    concurrency: String(limits.concurrency),
    expiresDays: role.expires_days === undefined ? '' : String(role.expires_days),
  }
}

/** The fields once more, as names and values of a form. */
export function pairsOf(fields: RoleFields): [string, string][] {
  return [
    ...fields.scopes.map((scope) => ['scope', scope] satisfies [string, string]),
    ...fields.stores.map((handle) => ['store', handle] satisfies [string, string]),
    ['personal', fields.personal],
    ['strangers_text', fields.strangersText],
    ['reach', fields.reach],
    ['per_second', fields.perSecond],
    ['burst', fields.burst],
    ['concurrency', fields.concurrency],
    ['expires_days', fields.expiresDays],
  ]
}

/** The role that the fields describe. Throws AppError `invalid_arguments` with the field that policy does not accept. */
export function definitionOf(fields: RoleFields): RoleDefinition {
  if (fields.scopes.length === 0) throw refused('scope')
  const parsed = roleDefinition.safeParse({
    scopes: fields.scopes,
    personal: fields.personal,
    strangers_text: fields.strangersText,
    stores: fields.reach === 'some' ? fields.stores : 'all',
    limits: {
      per_second: numeric(fields.perSecond),
      burst: numeric(fields.burst),
      concurrency: numeric(fields.concurrency),
    },
    ...(fields.expiresDays !== '' && { expires_days: numeric(fields.expiresDays) }),
  })
  if (parsed.success) return parsed.data
  throw refused(fieldOf(parsed.error), parsed.error)
}

/** An empty field is not zero. */
function numeric(text: string): number {
  return text === '' ? Number.NaN : Number(text)
}

/** The field of the form that the first complaint is about. */
function fieldOf({ issues }: z.ZodError): string {
  const path = issues[0]?.path.map(String) ?? []
  const name = (path[0] === 'limits' ? path[1] : path[0]) ?? ''
  return name.replace(/^(scope|store)s$/, '$1')
}

const SENTENCES: Readonly<Record<string, string>> = {
  scope: 'Choose at least one thing that an agent of this role may do.',
  store: 'Choose at least one store, or all of them.',
  personal: 'Choose how personal data is shown.',
  strangers_text: 'Choose how text of strangers is shown.',
  per_second: 'Calls a second: a number above 0, up to 10,000.',
  burst: 'Calls at once on top: a whole number from 1 to 20,000.',
  concurrency: 'Calls under way at the same time: a whole number from 1 to 1,000.',
  expires_days: 'The longest life: 1 to 365 days, or empty for no limit by the role.',
}

function refused(field: string, cause?: z.ZodError): AppError {
  const sentence = SENTENCES[field] ?? 'This is not a role: look at its fields.'
  return new AppError('invalid_arguments', sentence, { field, cause })
}
