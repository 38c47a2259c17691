import pg from 'pg'
import { z } from 'zod'
import { AppError } from '#kernel'
import type { Core } from './better-auth.ts'
import type { Account } from './login.ts'
import { refuseWeakPassword } from './password-policy.ts'

export type Accounts = ReturnType<typeof accountsOf>

const CREDENTIAL = 'credential'
const email = z.email().max(254)
const NAME_MAX = 100

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
      const address = addressOf(asked.email)
      const name = nameOf(asked.name)
      refuseWeakPassword(asked.password, address)
      const password = await core.password.hash(asked.password)
      return created(core, { email: address, name, password })
    },
    async byEmail(address: string): Promise<Account | undefined> {
      const found = await core.internalAdapter.findUserByEmail(address.trim().toLowerCase())
      return found ? accountOf(found.user) : undefined
    },
    /** Whether the password is the account's; without an account it takes as long and is not. */
    async verify(account: Account | undefined, password: string): Promise<boolean> {
      const hash = account && (await passwordHash(account.accountId))
      const matches = await core.password.verify({ hash: hash ?? (await decoy), password })
      return hash !== undefined && matches
    },
    /** Throws AppError `invalid_arguments` for a weak password. */
    async hashFor(account: Account, password: string): Promise<string> {
      refuseWeakPassword(password, account.email)
      return core.password.hash(password)
    },
  }
}

async function created(core: Core, row: { email: string; name: string; password: string }): Promise<Account> {
  try {
    const who = { email: row.email, name: row.name, emailVerified: false }
    const user = await core.internalAdapter.createUser(who, { method: 'email-password' })
    const credential = { userId: user.id, accountId: user.id, providerId: CREDENTIAL, password: row.password }
    await core.internalAdapter.linkAccount(credential)
    return accountOf(user)
  } catch (cause) {
    if (isTaken(cause)) throw refused('email', 'There is an account with this e-mail address already: sign in instead.')
    throw cause
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof pg.DatabaseError && cause.code === '23505'
}

function accountOf({ id, email: address, name }: { id: string; email: string; name: string }): Account {
  return { accountId: id, email: address, name }
}

function addressOf(text: string): string {
  const parsed = email.safeParse(text.trim().toLowerCase())
  if (parsed.success) return parsed.data
  throw refused('email', 'This is not an e-mail address.')
}

function nameOf(text: string): string {
  const name = text.trim()
  if (name.length >= 1 && name.length <= NAME_MAX) return name
  throw refused('name', 'A name has 1 to 100 characters.')
}

function refused(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
