import { consentGrant, type Interaction, listRoles, listStoresIn, liveGrantsOfClient } from '#identity'
import { AppError } from '#kernel'
import type { PersonEntry, WorkspaceTransaction } from '#store'
import { attempt } from '../attempt.ts'
import { recordAct } from '../record.ts'
import type { Reply, SessionVisit, WorkspaceVisit } from '../route.ts'
import { cutToRole, offeredRoles, preselection, type Standing, selected } from './consent-choice.ts'
import { inPlace, overPage } from './consent-place.ts'
import { consentPage } from './consent-view.ts'

/** GET /consent/:uid: what an agent asks for, as a form. */
export async function showConsent(visit: SessionVisit): Promise<Reply> {
  const request = await requestOf(visit)
  if (!request) return overPage(visit)
  return inPlace(visit, request, async (tx, person) => {
    const standing = await standingOf(tx, person, request)
    return consentPage({
      visit,
      request,
      workspace: person,
      standing,
      selection: preselection(standing, request.scopes),
    })
  })
}

/** POST /consent/:uid: the person's answer. */
export async function decideConsent(visit: SessionVisit): Promise<Reply> {
  const request = await requestOf(visit)
  if (!request) return overPage(visit)
  const decision = visit.form.text('decision')
  if (decision === 'allow') return allow(visit, request)
  if (decision === 'deny')
    return sendBack(visit, ({ req, res }) => visit.world.interactions.deny(req, res, request.uid))
  throw new AppError('invalid_arguments', 'The answer is allow or deny; go back and choose one.', { field: 'decision' })
}

type Given = {
  readonly kind: 'given'
  readonly grantId: string
  readonly expiresAt: Date
  readonly scopes: Interaction['scopes']
}

async function allow(visit: SessionVisit, request: Interaction): Promise<Reply> {
  const outcome = await inPlace(visit, request, async (tx, person) => {
    const standing = await standingOf(tx, person, request)
    const given = await attempt(tx, () => give({ ...visit, tx, person }, request, standing))
    if (!(given instanceof AppError)) return given
    const selection = selected(visit.form, standing)
    return consentPage({ visit, request, workspace: person, standing, selection, error: given })
  })
  if (outcome.kind !== 'given') return outcome
  const { grantId, expiresAt, scopes = [] } = outcome
  // The grant is committed: what is tied to it from here on opens something, and it alone decides what.
  const answer = { uid: request.uid, accountId: visit.session.account.accountId, grantId, scopes, expiresAt }
  return sendBack(visit, ({ req, res }) => visit.world.interactions.allow(req, res, answer))
}

/** Recorded before the commit: a consent that leaves no record does not happen. */
async function give(visit: WorkspaceVisit, { client }: Interaction, standing: Standing): Promise<Given> {
  const { tx, person, form } = visit
  const { role, roleVersion, stores, scopes, days, grant } = cutToRole(selected(form, standing), standing)
  const { grantId, expiresAt } = await consentGrant(tx, person, {
    clientId: client.clientId,
    clientName: client.name,
    role,
    ...(roleVersion !== undefined && { roleVersion }),
    stores: [...stores],
    scopes: [...scopes],
    expiresDays: days,
    ...(grant !== undefined && { grantId: grant }),
  })
  await recordAct(visit, { action: 'grant.consent', subject: grantId, grant: grantId })
  return { kind: 'given', grantId, expiresAt, scopes }
}

async function requestOf({ world, req, res, params }: SessionVisit): Promise<Interaction | undefined> {
  return world.interactions.read(req, res, params.uid ?? '')
}

/** Where the request ends in between, e.g. by a second answer in another tab, the page says so. */
async function sendBack(visit: SessionVisit, answer: (visit: SessionVisit) => Promise<string>): Promise<Reply> {
  try {
    return { kind: 'redirect', to: await answer(visit) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return overPage(visit)
    throw error
  }
}

async function standingOf(tx: WorkspaceTransaction, person: PersonEntry, { client }: Interaction): Promise<Standing> {
  const { accountId, seat } = person
  const stores = await listStoresIn(tx)
  return {
    offered: offeredRoles(await listRoles(tx), seat),
    stores: stores.filter(({ disconnectedAt }) => disconnectedAt === null),
    grants: await liveGrantsOfClient(tx, { accountId, clientId: client.clientId }),
  }
}
