/** JSON with sorted keys and without undefined members (the shape of RFC 8785 for the values used here), so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value)
}

function canonicalArray(values: readonly unknown[]): string {
  let text = '['
  for (const value of values) text += `${text.length === 1 ? '' : ','}${canonicalJson(value)}`
  return `${text}]`
}

function canonicalObject(value: object): string {
  let text = '{'
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key)
    if (member !== undefined) text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `${text}}`
}
