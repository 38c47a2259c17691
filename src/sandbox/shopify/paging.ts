import { GraphQLError } from 'graphql'

/** Rows in one order. `positionOf` says where a row stands, so that a page behind a cursor is found without a search. */
export type Listing<T> = { sortKey: string; items: readonly T[]; positionOf: (id: string) => number | undefined }

export type PageArguments = { first?: number | null; after?: string | null; reverse?: boolean | null }

/** One page as GraphQL shows it. */
export type Connection<T> = {
  nodes: T[]
  edges: { cursor: string; node: T }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null }
}

/** Most rows of one page; the platform refuses more. */
export const PAGE_MAX = 250

/** The rows behind the cursor that match, at most `first` of them. A wrong `first` or cursor is a GraphQL error, as upstream. */
export function pageOf<T extends { id: string }>(
  listing: Listing<T>,
  args: PageArguments,
  matches: (row: T) => boolean = () => true,
): Connection<T> {
  const size = pageSize(args.first)
  const step = args.reverse ? -1 : 1
  const after = args.after ?? null
  const origin = args.reverse ? listing.items.length - 1 : 0
  const start = after === null ? origin : positionBehind(listing, after) + step
  const found = collect({ items: listing.items, start, step }, size + 1, matches)
  const nodes = found.slice(0, size)
  const edges = nodes.map((node) => ({ cursor: cursorOf(listing.sortKey, node.id), node }))
  const pageInfo = {
    hasNextPage: found.length > size,
    hasPreviousPage: after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  }
  return { nodes, edges, pageInfo }
}

/** A short list in the order that it has. */
export function shortListing<T extends { id: string }>(items: readonly T[]): Listing<T> {
  const positionOf = (id: string) => {
    const index = items.findIndex((item) => item.id === id)
    return index === -1 ? undefined : index
  }
  return { sortKey: 'ID', items, positionOf }
}

function pageSize(first: number | null | undefined): number {
  if (first === null || first === undefined) throw refusal('you must provide one of first or last')
  if (first < 0) throw refusal('first cannot be negative')
  if (first > PAGE_MAX) throw refusal(`first cannot exceed ${PAGE_MAX}`)
  return first
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}

type Walk<T> = { items: readonly T[]; start: number; step: 1 | -1 }

function collect<T>({ items, start, step }: Walk<T>, most: number, matches: (row: T) => boolean): T[] {
  const found: T[] = []
  for (let index = start; found.length < most; index += step) {
    const row = items[index]
    if (row === undefined) break
    if (matches(row)) found.push(row)
  }
  return found
}

function cursorOf(sortKey: string, id: string): string {
  return Buffer.from(JSON.stringify({ sort: sortKey, last_id: id })).toString('base64')
}

function positionBehind<T>(listing: Listing<T>, cursor: string): number {
  const position = listing.positionOf(idOf(cursor, listing.sortKey))
  if (position === undefined) throw refusal('Invalid cursor for current pagination sort.')
  return position
}

/** The id inside a cursor of this sort order; empty when the cursor is of another one or none at all. */
function idOf(cursor: string, sortKey: string): string {
  const text = Buffer.from(cursor, 'base64').toString()
  const match = /^\{"sort":"([A-Z_]+)","last_id":"([^"\\]+)"\}$/.exec(text)
  return match?.[1] === sortKey ? (match[2] ?? '') : ''
}
