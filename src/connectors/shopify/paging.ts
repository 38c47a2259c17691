import type { z } from 'zod'
import type { Answered } from './client.ts'
import type { pageInfoShape } from './fields.ts'
import { searchString, type Term } from './query.ts'
import type { Tally } from './shape.ts'

/**
 * A filter of a search: what the platform is asked, and whether an object of its loose answer really fits.
 * Without `fits` the platform's word is taken.
 */
export type Filter<Node> = { readonly terms: readonly Term[]; readonly fits?: (node: Node) => boolean }

/** The filter for an argument, or none where it was not given. */
export function given<Value, Node>(value: Value | undefined, filter: (value: Value) => Filter<Node>): Filter<Node>[] {
  return value === undefined ? [] : [filter(value)]
}

type Connection<Node> = { readonly nodes: readonly Node[]; readonly pageInfo: z.output<typeof pageInfoShape> }

type Search<Node> = {
  readonly filters: readonly Filter<Node>[]
  readonly cursor: string | undefined
  /** Asks for one page of what a search string finds, after a cursor of the platform. */
  readonly ask: (at: { query: string | null; after: string | null }) => Promise<Answered<Connection<Node>>>
}

/** The part of a connector's answer that the items are mapped into. */
export type Found<Node> = { nodes: Node[]; cursor: { nextCursor?: string }; tally: Tally }

const PAGES_MAX = 3

/** One page of what fits all filters. Pages of which nothing fits are passed over, up to three a call. */
export async function searchPage<Node>({ filters, cursor, ask }: Search<Node>): Promise<Found<Node>> {
  const query = searchString(filters.flatMap(({ terms }) => terms))
  const tally: Tally = { unknown: 0 }
  let after = cursor ?? null
  for (let pages = 1; ; pages += 1) {
    const { answer, tally: ofPage } = await ask({ query, after })
    tally.unknown += ofPage.unknown
    const nodes = answer.nodes.filter((node) => filters.every(({ fits }) => fits === undefined || fits(node)))
    after = answer.pageInfo.hasNextPage ? answer.pageInfo.endCursor : null
    if (nodes.length > 0 || after === null || pages === PAGES_MAX)
      return { nodes, cursor: after === null ? {} : { nextCursor: after }, tally }
  }
}

/** Whether a time is at or after another, both RFC 3339. */
export function isAtOrAfter(time: string, bound: string): boolean {
  return Date.parse(time) >= Date.parse(bound)
}

/** Whether two texts are equal but for upper and lower case. */
export function isSameText(a: string | null | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase()
}
