import type { Fields } from './route.ts'

/** Fields by name, from a query or a form. */
export function fieldsOf(pairs: Iterable<readonly [string, string]>): Fields {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  const all = (name: string) => values.get(name) ?? []
  return {
    text: (name) => (all(name)[0] ?? '').trim(),
    raw: (name) => all(name)[0] ?? '',
    all,
  }
}
