import { randomBytes } from 'node:crypto'
import { type Account, addMember, type Login, listMembers, totpCode } from '#identity'
import type { Clock } from '#kernel'
import type { Jobs } from '#store'
import type { DemoSecrets } from './demo-secrets.ts'

export type DemoOwner = NonNullable<DemoSecrets['owner']>

const EMAIL = 'owner@harbour-pine.example'
const NAME = 'Robin Harbour'
const STEP_MS = 30_000

type Parts = { readonly login: Login; readonly jobs: Jobs; readonly clock: Clock; readonly workspaceId: string }

/** Makes the owner of the demo workspace, who signs in with what is kept in demo.json, or makes those secrets anew where they were lost. */
export async function makeDemoOwner({ login, jobs, clock, workspaceId }: Parts): Promise<DemoOwner> {
  const password = randomBytes(18).toString('base64url')
  const account = await accountWith(login, password)
  const { email, name, accountId } = account
  await jobs.inWorkspace(workspaceId, async (tx) => {
    const members = await listMembers(tx)
    if (members.some((member) => member.accountId === accountId && member.removedAt === null)) return
    await addMember(tx, { workspaceId, accountId, email, name, seat: 'owner', by: 'demo' })
  })
  return { email, password, totp_secret: await enrol({ login, clock }, { email, password }) }
}

async function accountWith(login: Login, password: string): Promise<Account> {
  const known = await login.accountByEmail(EMAIL)
  if (!known) return login.createAccount({ email: EMAIL, name: NAME, password })
  const link = { accountId: known.accountId, createdBy: 'demo', minutes: 1 }
  await login.resetSecondFactor((await login.issueLink({ ...link, purpose: 'second_factor' })).reveal())
  await login.resetPassword((await login.issueLink({ ...link, purpose: 'password' })).reveal(), password)
  return known
}

/** Confirms with the code of the step before this one, so that the code of now is still good for whoever signs in at once. */
async function enrol({ login, clock }: Pick<Parts, 'login' | 'clock'>, who: { email: string; password: string }) {
  const from = { address: '127.0.0.1', userAgent: 'tillgate demo' }
  const signedIn = await login.signIn({ ...who, ...from })
  if (signedIn.kind !== 'signed_in') throw new Error('the owner of the demo cannot sign in')
  const { secret } = await login.beginTotp(signedIn.session)
  const confirmed = await login.confirmTotp(signedIn.session, await totpCode(secret, clock() - STEP_MS))
  if (confirmed.kind !== 'ok') throw new Error('the owner of the demo could not set up a second factor')
  await login.signOut(confirmed.session)
  return secret
}
