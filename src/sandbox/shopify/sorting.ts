import type { Listing } from './paging.ts'

type Row = { id: string }
/** What rows are put in order by; ties go by their place in the rows, which is the order of their ids. */
type SortValue<T> = (row: T) => string | number

/** The rows in each of their orders, made when first asked for and then kept: rows never change. */
export function sortings<T extends Row>(
  rows: readonly T[],
  keys: Record<string, SortValue<T>>,
): (key: string) => Listing<T> {
  const made = new Map<string, Listing<T>>()
  return (key) => {
    const known = made.get(key) ?? sorted(rows, key, keys[key])
    made.set(key, known)
    return known
  }
}

function sorted<T extends Row>(rows: readonly T[], sortKey: string, value: SortValue<T> | undefined): Listing<T> {
  const items = value === undefined ? [...rows] : rows.toSorted((a, b) => order(value(a), value(b)))
  const positions = new Map(items.map(({ id }, index) => [id, index]))
  return { sortKey, items, positionOf: (id) => positions.get(id) }
}

function order<V extends string | number>(a: V, b: V): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
