import { resolve } from 'node:path'
import { Secret } from '#kernel'

/** Where the database is: the embedded server, or one URL a login. */
export type DatabaseConfig =
  | { readonly kind: 'embedded'; readonly binaries: 'auto' | 'system' | 'bundled' }
  | {
      readonly kind: 'urls'
      readonly urls: Readonly<Record<DatabaseLogin, Secret>>
      readonly ownerUrl: Secret | undefined
    }

type DatabaseLogin = 'app' | 'auth' | 'audit' | 'jobs'

/** Everything that the surroundings decide, read once. */
export type Config = {
  readonly dataFolder: string
  readonly keysFolder: string
  /** TCP port; 0 takes a free one. */
  readonly port: number
  /** Address to listen on, or undefined for the loopback addresses of both families. */
  readonly host: string | undefined
  /** The base URL without a slash at its end, or undefined for `http://localhost:<port>`. */
  readonly url: string | undefined
  readonly trustedProxies: readonly string[]
  /** Exact host:port pairs that egress may reach although they are private or not https. */
  readonly egressAllow: readonly string[]
  readonly database: DatabaseConfig
  /** Search path for programs, given on to child processes. */
  readonly path: string
  readonly operator: string
  readonly operatorKey: Secret | undefined
  /** Where mail goes and whom it comes from, or undefined where nothing is mailed. */
  readonly mail: { readonly url: Secret; readonly from: string } | undefined
  /** Token of a sandbox that `store add` connects. */
  readonly sandboxToken: Secret | undefined
}

/** Words of the command line that go before the environment. */
export type Overrides = { readonly data?: string; readonly port?: string }

type Environment = Readonly<Record<string, string | undefined>>

/** All mistakes of the environment at once, one a line. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(`Tillgate cannot start with these settings:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`)
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

const PORT_DEFAULT = 8740
const PORT_MAX = 65_535
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Reads the environment and the command line into one frozen Config. Throws ConfigError with every mistake. */
export function readConfig(environment: Environment = process.env, overrides: Overrides = {}): Config {
  const mistakes: string[] = []
  const read = reader(environment, mistakes)
  const dataFolder = resolve(overrides.data ?? environment.TILLGATE_DATA ?? '.tillgate')
  const config: Config = {
    dataFolder,
    keysFolder: resolve(environment.TILLGATE_KEYS ?? `${dataFolder}.keys`),
    port: read.port(overrides.port ?? environment.TILLGATE_PORT),
    host: environment.TILLGATE_HOST,
    url: read.url(environment.TILLGATE_URL),
    trustedProxies: list(environment.TILLGATE_TRUST_PROXY),
    egressAllow: read.hostPorts(list(environment.TILLGATE_EGRESS_ALLOW)),
    database: read.database(),
    path: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    operator: environment.SUDO_USER ?? environment.USER ?? environment.LOGNAME ?? 'unknown',
    operatorKey: secret(environment.TILLGATE_OPERATOR_KEY),
    mail: read.mail(),
    sandboxToken: secret(environment.TILLGATE_SANDBOX_TOKEN),
  }
  refuseUnsafe(config, environment, mistakes)
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return Object.freeze(config)
}

function reader(environment: Environment, mistakes: string[]) {
  return {
    port(text: string | undefined): number {
      if (text === undefined) return PORT_DEFAULT
      const port = Number(text)
      if (/^\d{1,5}$/.test(text) && port <= PORT_MAX) return port
      mistakes.push(`the port must be a number from 0 to 65535, not ${quoted(text)} (TILLGATE_PORT, --port)`)
      return PORT_DEFAULT
    },
    url(text: string | undefined): string | undefined {
      if (text === undefined) return undefined
      const url = URL.canParse(text) ? new URL(text) : undefined
      const isBase =
        url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash && !url.username
      if (isBase) return url.origin
      mistakes.push(
        `TILLGATE_URL must be a base URL without a path, such as https://gate.example.com, not ${quoted(text)}`,
      )
      return undefined
    },
    hostPorts(pairs: string[]): string[] {
      for (const pair of pairs.filter((one) => !isHostPort(one))) {
        mistakes.push(
          `TILLGATE_EGRESS_ALLOW takes exact host:port pairs with a port from 1 to 65535, not ${quoted(pair)}`,
        )
      }
      return pairs
    },
    database: () => readDatabase(environment, mistakes),
    mail: () => readMail(environment, mistakes),
  }
}

/** Whatever passes here is an exception that egress takes. */
function isHostPort(pair: string): boolean {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):(\d{1,5})$/i.exec(pair) ?? []
  return URL.canParse(`http://${host}/`) && Number(port) >= 1 && Number(port) <= PORT_MAX
}

function readDatabase(environment: Environment, mistakes: string[]): DatabaseConfig {
  if (environment.DATABASE_URL === undefined) {
    const binaries = environment.TILLGATE_POSTGRES ?? 'auto'
    if (binaries === 'auto' || binaries === 'system' || binaries === 'bundled') return { kind: 'embedded', binaries }
    mistakes.push(`TILLGATE_POSTGRES must be auto, system or bundled, not ${quoted(binaries)}`)
    return { kind: 'embedded', binaries: 'auto' }
  }
  const url = (name: string) => {
    const text = environment[name]
    if (text === undefined) mistakes.push(`${name} is missing; with DATABASE_URL every role needs its own`)
    else mistakes.push(...mistakesOfDatabaseUrl(name, text, environment.PGHOST))
    return new Secret(text ?? '')
  }
  return {
    kind: 'urls',
    urls: {
      app: url('DATABASE_URL'),
      auth: url('DATABASE_URL_AUTH'),
      audit: url('DATABASE_URL_AUDIT'),
      jobs: url('DATABASE_URL_JOBS'),
    },
    ownerUrl: environment.DATABASE_URL_OWNER === undefined ? undefined : url('DATABASE_URL_OWNER'),
  }
}

/** The text of a database URL holds a password, so no mistake repeats it. `fallback` is where the driver looks without a host. */
function mistakesOfDatabaseUrl(name: string, text: string, fallback = ''): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    return [`${name} must be a URL such as postgres://user:password@host/database`]
  }
  if (hostsOf(url, fallback).every(isLocalHost) || isVerified(url.searchParams)) return []
  return [`${name} names another machine: add sslmode=verify-full, so that the connection is encrypted and checked`]
}

/** The URL holds a password, so no mistake repeats it; its parameters could switch the check of certificates off. */
function readMail(
  { TILLGATE_SMTP_URL: text, TILLGATE_MAIL_FROM: from }: Environment,
  mistakes: string[],
): Config['mail'] {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || url.search !== '') {
    mistakes.push('TILLGATE_SMTP_URL must be smtps://user:password@host:port or smtp://…, without parameters')
    return undefined
  }
  const sender = from ?? `tillgate@${url.hostname}`
  if (!/^[^\s@<>]+@[^\s@<>]+$/.test(sender)) {
    mistakes.push(`TILLGATE_MAIL_FROM must be a plain e-mail address, not ${quoted(sender)}`)
  }
  return { url: new Secret(text), from: sender }
}

/** Every host that a driver might take from the URL: parameters go before its authority, and each may hold several. */
function hostsOf({ hostname, searchParams }: URL, fallback: string): string[] {
  const named = [hostname, ...searchParams.getAll('host'), ...searchParams.getAll('hostaddr')].filter(Boolean)
  return (named.length > 0 ? named : [fallback]).flatMap((host) => host.split(','))
}

/** A folder of sockets begins with a slash, which stands encoded in the authority of a URL. */
function isLocalHost(host: string): boolean {
  return host === '' || LOOPBACK.has(host) || host === '[::1]' || /^(\/|%2f)/i.test(host)
}

/** A repeated `sslmode`, and `ssl` beside it, could take the check away again. */
function isVerified(parameters: URLSearchParams): boolean {
  const modes = parameters.getAll('sslmode')
  return modes.length > 0 && modes.every((mode) => mode === 'verify-full') && !parameters.has('ssl')
}

function refuseUnsafe(config: Config, environment: Environment, mistakes: string[]): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    mistakes.push('NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of certificates; unset it')
  }
  const isLoopback = config.host === undefined || LOOPBACK.has(config.host)
  if (!isLoopback && !config.url?.startsWith('https://')) {
    mistakes.push(
      `TILLGATE_HOST=${quoted(config.host ?? '')} listens beyond this machine: set TILLGATE_URL to the https address in front of it`,
    )
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}
