import type { kyselyAdapter } from '@better-auth/kysely-adapter'
import { tokenHash } from '#kernel'

type AdapterOf = ReturnType<typeof kyselyAdapter>
type Adapter = ReturnType<AdapterOf>
type Where = { field: string; value: unknown }

/** What is stored of a session's token. Base64url, because the library knows the column as text. */
export function sessionHash(token: string): string {
  return tokenHash(token).toString('base64url')
}

/**
 * better-auth's adapter with the tokens of sessions stored as hashes: it writes and looks for hashes, and gives back the token
 * only to whoever came with it. Without this the library stores the token as it is.
 */
export function hashedSessions(make: AdapterOf): AdapterOf {
  return (options) => {
    const adapter = make(options)
    return {
      ...hashing(adapter),
      // The library hands another adapter into a transaction; wrapped here too, or sign-up would store the token itself.
      transaction: (work) => adapter.transaction((inner) => work(hashing(inner))),
    }
  }
}

function hashing<T extends Omit<Adapter, 'transaction'>>(adapter: T): T {
  return {
    ...adapter,
    create: (asked) => withToken(asked.model, tokenIn(asked.data), adapter.create({ ...asked, ...dataOf(asked) })),
    update: (asked) => withToken(asked.model, tokenOf(asked.where), adapter.update({ ...asked, ...changeOf(asked) })),
    updateMany: (asked) => adapter.updateMany({ ...asked, ...changeOf(asked) }),
    findOne: (asked) => withToken(asked.model, tokenOf(asked.where), adapter.findOne({ ...asked, ...whereOf(asked) })),
    findMany: (asked) => adapter.findMany({ ...asked, ...whereOf(asked) }),
    count: (asked) => adapter.count({ ...asked, ...whereOf(asked) }),
    delete: (asked) => adapter.delete({ ...asked, ...whereOf(asked) }),
    deleteMany: (asked) => adapter.deleteMany({ ...asked, ...whereOf(asked) }),
    consumeOne: (asked) => adapter.consumeOne({ ...asked, ...whereOf(asked) }),
    incrementOne: (asked) => adapter.incrementOne({ ...asked, ...whereOf(asked) }),
  }
}

function hashed(value: unknown): unknown {
  if (typeof value === 'string') return sessionHash(value)
  return Array.isArray(value) ? value.map(hashed) : value
}

const isSession = (model: string) => model === 'session'

function whereOf<W extends Where>(asked: { model: string; where?: W[] | undefined }): { where?: W[] } {
  if (!isSession(asked.model) || !asked.where) return {}
  return { where: asked.where.map((one) => (one.field === 'token' ? { ...one, value: hashed(one.value) } : one)) }
}

function dataOf<D extends Record<string, unknown>>(asked: { model: string; data: D }): { data?: D } {
  if (!isSession(asked.model) || asked.data.token === undefined) return {}
  return { data: { ...asked.data, token: hashed(asked.data.token) } }
}

function changeOf<W extends Where>(asked: { model: string; where: W[]; update: Record<string, unknown> }) {
  if (!isSession(asked.model)) return {}
  const { token } = asked.update
  return { ...whereOf(asked), ...(token !== undefined && { update: { ...asked.update, token: hashed(token) } }) }
}

function tokenIn(data: Record<string, unknown>): unknown {
  return data.token
}

function tokenOf(where: readonly Where[]): unknown {
  return where.find(({ field }) => field === 'token')?.value
}

/** The row with the token that the caller named itself; a row that was found in another way keeps the hash. */
async function withToken<T>(model: string, token: unknown, found: Promise<T>): Promise<T> {
  const row = await found
  return row && isSession(model) && typeof token === 'string' ? { ...row, token } : row
}
