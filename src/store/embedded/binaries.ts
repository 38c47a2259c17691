import { findBundled } from './bundled.ts'
import type { Binaries } from './installation.ts'
import type { RunAs } from './run-as.ts'
import { StartError } from './start-error.ts'
import { findSystem } from './system-binaries.ts'

/** Which PostgreSQL to run: the machine's, the one of the npm package, or the first of the two that fits. */
export type PostgresChoice = 'auto' | 'system' | 'bundled'

/** What to look for. `path` is the PATH to search; `major` is that of the existing cluster; `home` may take copies and links. */
export type Search = {
  choice: PostgresChoice
  path: string
  major: number | undefined
  home: string
  runAs: RunAs | undefined
}

const MAJOR_MIN = 15

/**
 * The binaries to run the cluster with: those of its major, or for a new cluster the newest that are at least 15. The machine's come
 * first in `auto`, since the bundled ones carry an old OpenSSL and ICU. Throws a StartError that says what to install.
 */
export async function findBinaries(search: Search): Promise<Binaries> {
  const system = search.choice === 'bundled' ? [] : await findSystem(search.path, search.runAs)
  const chosen = newest(system.filter((found) => fits(found.major, search.major)))
  if (chosen) return chosen
  const bundled = search.choice === 'system' ? undefined : await findBundled(search.home, search.runAs)
  if (bundled && fits(bundled.major, search.major)) return bundled
  throw new StartError(missing(search, [...system, ...(bundled ? [bundled] : [])]))
}

const fits = (major: number, wanted: number | undefined) =>
  wanted === undefined ? major >= MAJOR_MIN : major === wanted

function newest(found: Binaries[]): Binaries | undefined {
  return found.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))[0]
}

function missing({ choice, major, runAs }: Search, found: Binaries[]): string {
  const others = found.length === 0 ? 'none' : found.map(({ kind, version }) => `${kind} ${version}`).join(', ')
  const user = runAs ? ` that user ${runAs.name} can run` : ''
  const what =
    major === undefined ? `PostgreSQL ${MAJOR_MIN} or newer` : `PostgreSQL ${major}, which made this data folder,`
  const how = choice === 'auto' ? '' : ` (only ${choice} ones were asked for by TILLGATE_POSTGRES)`
  return `${what}${user} was not found${how}; found: ${others}. Install it, or set DATABASE_URL.`
}
