// oidc-provider calls `URL.parse`, which came to Node within version 20.
const missing = !Reflect.has(URL, 'parse')

if (missing) {
  Object.defineProperty(URL, 'parse', {
    value: (input: string, base?: string) => (URL.canParse(input, base) ? new URL(input, base) : null),
  })
}
