import type { Account } from '#identity'
import { createWorkspace, hasMembers, WORKSPACE_SLUG, workspaceBySlug } from '#identity'
import { AppError } from '#kernel'
import { recordPersonal } from '../record.ts'
import { via } from '../return-path.ts'
import type { Reply, Visit } from '../route.ts'
import { throttle } from '../throttle.ts'
import { overPage, type SetupFields, setupPage, slugOf } from './setup-view.ts'

/** GET /setup/:token: the first owner and the first workspace, as long as nobody is a member of any. */
export async function showSetup(visit: Visit): Promise<Reply> {
  return (await isOpen(visit)) ? setupPage(visit, fieldsOf(visit)) : overPage()
}

/**
 * POST /setup/:token. Everything that a person can get wrong is judged before the link is used, and the account made: by
 * itself it opens nothing. Using the link is a compare-and-set, so of two at once only one goes on to own a workspace. Where
 * the database fails between the two the link is spent, but nobody is an owner without it: the next start gives a new one,
 * and the account that was made is taken then by its password.
 */
export async function setUp(visit: Visit): Promise<Reply> {
  throttle(visit)
  if (!(await isOpen(visit))) return overPage()
  const { world, params } = visit
  const fields = fieldsOf(visit)
  try {
    await refuseBadPlace(visit, fields)
    const account = await accountFor(visit, fields)
    if (!(await world.login.useSetupLink(params.token ?? ''))) return overPage()
    await makePlace(visit, fields, account)
    return await enter(visit, account.email)
  } catch (error) {
    if (error instanceof AppError && error.field !== undefined) return setupPage(visit, fields, error)
    throw error
  }
}

async function isOpen({ world, params }: Visit): Promise<boolean> {
  const link = await world.login.readLink(params.token ?? '')
  return link?.purpose === 'setup' && !(await hasMembers(world))
}

function fieldsOf({ form }: Visit): SetupFields {
  const workspace = form.text('workspace')
  return {
    email: form.text('email'),
    name: form.text('name'),
    workspace,
    slug: form.text('slug').toLowerCase() || slugOf(workspace),
  }
}

async function refuseBadPlace({ world }: Visit, { workspace, slug }: SetupFields): Promise<void> {
  if (workspace.length < 1 || workspace.length > 100)
    throw wrong('workspace', 'A workspace name has 1 to 100 characters.')
  if (!WORKSPACE_SLUG.test(slug)) throw wrong('slug', 'A short name has 2 to 39 small letters, digits and hyphens.')
  if (await workspaceBySlug(world, slug)) throw wrong('slug', 'There is a workspace with this short name already.')
}

/** A new account, or the one that an earlier try left behind, for whoever knows its password. */
async function accountFor({ world, form, caller }: Visit, { email, name }: SetupFields): Promise<Account> {
  const password = form.raw('password')
  const earlier = await world.login.accountByEmail(email)
  if (!earlier) return world.login.createAccount({ email, name, password })
  const result = await world.login.signIn({ email, password, ...caller })
  if (result.kind === 'signed_in') return earlier
  throw wrong('password', 'There is an account with this address already: give its password, or take another address.')
}

async function makePlace(visit: Visit, { workspace, slug }: SetupFields, owner: Account): Promise<void> {
  const { world } = visit
  try {
    await recordPersonal(visit, owner.accountId, { action: 'account.create' })
    const made = await createWorkspace(world, { slug, name: workspace, owner })
    await recordPersonal(visit, owner.accountId, { action: 'workspace.create', subject: made.workspaceId })
  } catch (cause) {
    world.onMistake(cause)
    const sentence =
      'The workspace could not be made, and this link is used. Start tillgate serve again for a new one, and give the same e-mail address and password there.'
    throw new AppError('unavailable', sentence, { cause })
  }
}

async function enter({ world, form, caller }: Visit, email: string): Promise<Reply> {
  const result = await world.login.signIn({ email, password: form.raw('password'), ...caller })
  if (result.kind !== 'signed_in') return { kind: 'redirect', to: '/console/sign-in' }
  return { kind: 'redirect', to: via('enrol', '/console'), cookies: result.cookies }
}

function wrong(field: string, sentence: string): AppError {
  return new AppError('invalid_arguments', sentence, { field })
}
