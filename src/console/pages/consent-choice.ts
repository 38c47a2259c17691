import { isScope, SCOPES, type Scope } from '#commerce'
import type { ConnectedStore, GrantSummary, ResourceName, Role } from '#identity'
import { AppError } from '#kernel'
import { reachesStore, type Seat, seatGives } from '#policy'
import type { Membership } from '#store'
import type { Fields } from '../route.ts'

/** Which workspace a request is for: named by the resource, the only one, or one to be chosen. */
export type Place =
  | { readonly kind: 'workspace'; readonly slug: string }
  | { readonly kind: 'choose' }
  /** The account is a member nowhere. */
  | { readonly kind: 'none' }
  /** Another one was named than the request is for, or one that the account is no member of. */
  | { readonly kind: 'elsewhere' }

/** `wanted` is the slug that the form names, or empty. Whether the account may enter is the door's to say. */
export function placeOf(resource: ResourceName, memberships: readonly Membership[], wanted: string): Place {
  if (resource !== 'core') {
    const slug = resource.slice('w/'.length)
    return wanted === '' || wanted === slug ? { kind: 'workspace', slug } : { kind: 'elsewhere' }
  }
  if (wanted !== '') {
    return memberships.some(({ slug }) => slug === wanted) ? { kind: 'workspace', slug: wanted } : { kind: 'elsewhere' }
  }
  const [only, another] = memberships
  if (only === undefined) return { kind: 'none' }
  return another === undefined ? { kind: 'workspace', slug: only.slug } : { kind: 'choose' }
}

/** A role with those of its scopes that the seat of the person can give. */
export type OfferedRole = { readonly role: Role; readonly gives: readonly Scope[] }

/** The roles of which the seat can give something, the narrowest first. */
export function offeredRoles(roles: readonly Role[], seat: Seat): OfferedRole[] {
  return roles
    .map((role) => ({ role, gives: role.definition.scopes.filter((scope) => seatGives(seat, scope)) }))
    .filter(({ gives }) => gives.length > 0)
    .sort((a, b) => a.gives.length - b.gives.length)
}

/** What a person finds in the workspace when asked. */
export type Standing = {
  readonly offered: readonly OfferedRole[]
  /** Those that are connected. */
  readonly stores: readonly ConnectedStore[]
  /** The live grants of this account for the same client, the newest first. */
  readonly grants: readonly GrantSummary[]
}

/** What is ticked on the page; `grant` is the id of the one to keep, or undefined for a new one. */
export type Selection = {
  readonly grant: string | undefined
  readonly role: string
  /** Which version of the role the page showed; undefined where the form does not say. */
  readonly roleVersion: number | undefined
  readonly stores: readonly string[]
  readonly scopes: readonly Scope[]
  readonly days: number
}

/** The value of the field `grant` that connects the client as a new agent. */
export const NEW_GRANT = 'new'

export const DAYS_DEFAULT = 90
const DAYS_MAX = 365

/** What is ticked when the page is first shown. `asked` is undefined where the request named no scope. */
export function preselection({ offered, stores, grants }: Standing, asked: readonly Scope[] | undefined): Selection {
  const [kept] = grants
  const role = preferredRole(offered, asked, kept)
  const days = role?.role.definition.expires_days ?? DAYS_DEFAULT
  return {
    grant: kept?.grantId,
    role: role?.role.name ?? '',
    roleVersion: role?.role.version,
    stores: stores.map(({ handle }) => handle).filter((handle) => kept === undefined || kept.stores.includes(handle)),
    scopes: preselectedScopes(offered, asked, kept),
    days: Math.min(days, DAYS_DEFAULT),
  }
}

/** The kept grant's role; else the narrowest that has all that was asked for; else the analyst. */
function preferredRole(
  offered: readonly OfferedRole[],
  asked: readonly Scope[] | undefined,
  kept: GrantSummary | undefined,
): OfferedRole | undefined {
  const old = offered.find(({ role }) => role.name === kept?.role)
  const fitting = asked && offered.find(({ gives }) => asked.every((scope) => gives.includes(scope)))
  return old ?? fitting ?? offered.find(({ role }) => role.name === 'analyst') ?? offered[0]
}

/**
 * Ticked over all roles, because which role they are cut to is chosen on the same page: what was asked for and what the
 * kept grant has; everything where neither says anything.
 */
function preselectedScopes(
  offered: readonly OfferedRole[],
  asked: readonly Scope[] | undefined,
  kept: GrantSummary | undefined,
): Scope[] {
  const every = scopesOnOffer(offered)
  if (asked === undefined && kept === undefined) return every
  const wanted = new Set<string>([...(asked ?? []), ...(kept?.scopes ?? [])])
  return every.filter((scope) => wanted.has(scope))
}

/** Each scope that one of the roles gives, once, in the order in which people read them. */
export function scopesOnOffer(offered: readonly OfferedRole[]): Scope[] {
  return SCOPES.filter((scope) => offered.some(({ gives }) => gives.includes(scope)))
}

/** What was asked for beyond the grant that would be kept. */
export function askedBeyond(asked: readonly Scope[] | undefined, kept: Pick<GrantSummary, 'scopes'>): Scope[] {
  return (asked ?? []).filter((scope) => !kept.scopes.includes(scope))
}

/** What was ticked on the form; `days` is NaN where the field is no number. */
export function selected(form: Fields, { grants }: Standing): Selection {
  const grant = form.text('grant') || grants[0]?.grantId
  const role = form.text('role')
  return {
    grant: grant === NEW_GRANT ? undefined : grant,
    role,
    roleVersion: shownVersion(form.all('shown'), role),
    stores: [...new Set(form.all('store'))],
    scopes: [...new Set(form.all('scope'))].filter(isScope),
    days: Number(form.text('days') || DAYS_DEFAULT),
  }
}

/** What the field `shown` carries for each role on the page, so that a role which is changed meanwhile is looked at again. */
export function shownRole({ name, version }: Pick<Role, 'name' | 'version'>): string {
  return `${version} ${name}`
}

function shownVersion(shown: readonly string[], role: string): number | undefined {
  const own = shown.find((value) => value.slice(value.indexOf(' ') + 1) === role)
  return own === undefined ? undefined : Number.parseInt(own, 10)
}

/**
 * The selection cut to its role: the boxes of all roles stand on one page, so what is ticked outside the chosen role, and a
 * store that it does not reach, mean nothing. What the seat cannot give and stores that are not there stay, to be refused by `consentGrant`.
 * Throws AppError `invalid_arguments` with the field.
 */
export function cutToRole(selection: Selection, { offered, stores }: Standing): Selection {
  const chosen = offered.find(({ role }) => role.name === selection.role)
  if (!chosen) throw refused('role', 'Choose one of the roles.')
  const { days } = selection
  if (!(Number.isInteger(days) && days >= 1 && days <= DAYS_MAX)) {
    throw refused('days', 'Choose for how long: 1 to 365 days.')
  }
  const { definition } = chosen.role
  const isBeyond = (handle: string) => !reachesStore(definition, handle) && stores.some((s) => s.handle === handle)
  const cut = {
    ...selection,
    scopes: definition.scopes.filter((scope) => selection.scopes.includes(scope)),
    stores: selection.stores.filter((handle) => !isBeyond(handle)),
    days: Math.min(days, definition.expires_days ?? DAYS_MAX),
  }
  if (cut.scopes.length === 0) throw refused('scope', 'Choose at least one thing that the agent may do in this role.')
  if (cut.stores.length === 0) throw refused('store', 'Choose at least one store that this role reaches.')
  return cut
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
