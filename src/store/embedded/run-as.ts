import { accessSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartError } from './start-error.ts'

/** The OS user that PostgreSQL runs as when Tillgate is root. `name` is for messages. */
export type RunAs = { uid: number; gid: number; name: string }

/** The spawn options of that user; none when PostgreSQL runs as whoever runs Tillgate. */
export const identityOf = (runAs: RunAs | undefined) => (runAs ? { uid: runAs.uid, gid: runAs.gid } : {})

export const isRoot = () => process.getuid?.() === 0

/** `postgres` where that user exists, else `nobody`: PostgreSQL refuses to run as root. */
export function unprivilegedUser(passwd = readPasswd()): RunAs {
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = passwd.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid), name }
  }
  throw new StartError(
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody": start Tillgate as an ordinary user, or set DATABASE_URL.',
  )
}

/** The name of a user for messages, or `uid N`. */
export function userName(uid: number): string {
  return (
    readPasswd()
      .find((line) => line.split(':')[2] === String(uid))
      ?.split(':')[0] ?? `uid ${uid}`
  )
}

/**
 * Whether the user may pass through the folder and every folder above it, by owner, group and mode; without a user, whether this process may.
 * For another user access lists are not read; where they differ, the start fails with PostgreSQL's own message.
 */
export function canReach(folder: string, user: RunAs | undefined): boolean {
  return mayUse(folder, user, 0o1) && (dirname(folder) === folder || canReach(dirname(folder), user))
}

/** Whether the user has these permissions (4 read, 2 write, 1 pass or run) on this one path. False when there is no such path. */
export function mayUse(path: string, user: RunAs | undefined, bits: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return false
  if (!user) return accessible(path, bits)
  if (found.uid === user.uid) return ((found.mode >> 6) & bits) === bits
  if (found.gid === user.gid) return ((found.mode >> 3) & bits) === bits
  return (found.mode & bits) === bits
}

function accessible(path: string, bits: number): boolean {
  try {
    accessSync(path, bits)
    return true
  } catch {
    return false
  }
}

function readPasswd(): string[] {
  return readFileSync('/etc/passwd', 'utf8').split('\n')
}
