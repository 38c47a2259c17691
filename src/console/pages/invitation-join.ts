import { acceptInvitation } from '#identity'
import { tokenHash } from '#kernel'
import { recordAct } from '../record.ts'
import type { Reply, Visit } from '../route.ts'
import { unknownPage } from './invitation-view.ts'

/** By the invitation's own door, which opens to an open invitation and a session of its very address. */
export async function join(visit: Visit): Promise<Reply> {
  const { world, params, session } = visit
  const invited = { tokenHash: tokenHash(params.token ?? ''), sessionHash: session?.hash ?? '' }
  const slug = await world.people.byInvitation(invited, async (tx, person) => {
    await acceptInvitation(tx, person)
    await recordAct({ ...visit, person }, { action: 'member.join', subject: person.invitationId })
    return person.slug
  })
  return slug === undefined ? unknownPage() : { kind: 'redirect', to: `/console/w/${slug}` }
}
