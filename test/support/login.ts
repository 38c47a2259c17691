import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogin, type Login } from '#identity'
import { type Clock, Secret, systemClock } from '#kernel'
import { createVault, localKeyProvider } from '#vault'
import type { TestDatabase } from '../database.ts'

/** The login on a test database, with a clock that stands still until a test moves it: no code grows old on a slow machine. */
export type TestLogin = {
  readonly login: Login
  /** A second replica: the same database, keys and clock. */
  readonly replica: Login
  /** Moves the clock forward. */
  pass(ms: number): void
  readonly clock: Clock
  stop(): void
}

export const BASE = 'http://localhost:8740'

export async function startTestLogin(database: TestDatabase): Promise<TestLogin> {
  const folder = mkdtempSync(join(tmpdir(), 'tg-login-'))
  const provider = localKeyProvider({ folder })
  await provider.rotate()
  let now = systemClock()
  const clock = () => now
  const vault = createVault({ provider, clock: systemClock })
  const secret = new Secret(randomBytes(32))
  const start = (authPool: TestDatabase['pools']['auth']) => createLogin({ base: BASE, authPool, vault, clock, secret })
  return {
    login: await start(database.pools.auth),
    replica: await start(database.morePools().auth),
    clock,
    pass(ms) {
      now += ms
    },
    stop() {
      vault.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The cookie of a Set-Cookie value, as a browser sends it. */
export function cookieOf(cookies: readonly string[]): string {
  return cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
}
