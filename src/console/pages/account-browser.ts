// The order matters: most browsers also name those that they want to be taken for.
const BROWSERS = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
] as const

const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Windows', /\bWindows\b/],
  ['Mac', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** A User-Agent header in two words, as far as it can be believed: `Firefox on Linux`. */
export function browserWords(userAgent: string): string {
  const browser = BROWSERS.find(([, shape]) => shape.test(userAgent))?.[0]
  const system = SYSTEMS.find(([, shape]) => shape.test(userAgent))?.[0]
  if (browser === undefined) return system === undefined ? 'Another program' : `A program on ${system}`
  return system === undefined ? browser : `${browser} on ${system}`
}
