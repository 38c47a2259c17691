import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { z } from 'zod'
import { AppError } from '#kernel'
import type { Core } from './better-auth.ts'
import { INSTANCE } from './instance.ts'
import type { Account } from './login.ts'
import { refuseWeakPassword } from './password-policy.ts'

export type Accounts = ReturnType<typeof accountsOf>

const CREDENTIAL = 'credential'
const NAME_MAX = 100

const address = z.string().trim().toLowerCase().pipe(z.email().max(254))

/** Accounts and their passwords, scrypt by better-auth. */
export function accountsOf(core: Core) {
  const passwordHash = async (accountId: string): Promise<string | undefined> => {
    const credentials = await core.internalAdapter.findAccounts(accountId)
    return credentials.find(({ providerId }) => providerId === CREDENTIAL)?.password ?? undefined
  }
  // Somebody else's hash, so that an address that nobody has takes as long as a wrong password.
  const decoy = core.password.hash('a password that nobody has')
  return {
    async create(asked: { email: string; name: string; password: string }): Promise<Account> {
      const email = address.safeParse(asked.email)
      if (!email.success) throw refused('email', 'This is not an e-mail address.')
      const name = nameOf(asked.name)
      refuseWeakPassword(asked.password, email.data)
      const password = await core.password.hash(asked.password)
      return created(core, { email: email.data, name, password })
    },
    async byEmail(text: string): Promise<Account | undefined> {
      const email = address.safeParse(text)
      const found = email.success && (await core.internalAdapter.findUserByEmail(email.data))
      return found ? accountOf(found.user) : undefined
    },
    /** The stored hash that the password matches; without an account there is none, and it takes as long. */
    async matchingHash(account: Account | undefined, password: string): Promise<string | undefined> {
      const hash = await passwordHash(account?.accountId ?? INSTANCE)
      const matches = await core.password.verify({ hash: hash ?? (await decoy), password })
      return matches ? hash : undefined
    },
    /** Throws AppError `invalid_arguments` for a weak password. */
    async hashFor(account: Account, password: string): Promise<string> {
      refuseWeakPassword(password, account.email)
      return core.password.hash(password)
    },
  }
}

async function created(core: Core, row: { email: string; name: string; password: string }): Promise<Account> {
  const id = randomUUID()
  const user = { id, email: row.email, name: row.name, emailVerified: false }
  const credential = { accountId: id, providerId: CREDENTIAL, password: row.password }
  try {
    // Named after another way of signing in, but the only one that makes both rows in one transaction.
    const made = await core.internalAdapter.createOAuthUser(user, credential)
    return accountOf(made.user)
  } catch (cause) {
    if (isTaken(cause)) throw refused('email', 'There is an account with this e-mail address already: sign in instead.')
    throw cause
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof pg.DatabaseError && cause.code === '23505'
}

function accountOf({ id, email, name }: { id: string; email: string; name: string }): Account {
  return { accountId: id, email, name }
}

function nameOf(text: string): string {
  const name = text.trim()
  if (name.length >= 1 && name.length <= NAME_MAX && !/\p{Cc}/u.test(name)) return name
  throw refused('name', 'A name has 1 to 100 characters.')
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
