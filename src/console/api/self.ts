import { Hono } from 'hono'
import { packageVersion } from '#kernel'
import { seatMay } from '#policy'
import { formToken, visitOf } from '../csrf.ts'
import { visibleText } from '../visible-text.ts'
import { seat } from './seat.ts'
import type { ApiEnv } from './visit.ts'

/** Who looks, at which workspace, with which seat: what the frame of every page shows. */
export const selfApi = new Hono<ApiEnv>().get('/', seat('member'), async (c) => {
  const { world, person, session } = c.var.visit
  const { visit, cookie } = visitOf(c.env.incoming.headers.cookie)
  if (cookie !== undefined) c.header('set-cookie', cookie)
  const all = seatMay(person.seat, 'manage_agents')
  return c.json({
    account: { id: person.accountId, email: person.email, name: visibleText(person.accountName) },
    workspace: { id: person.workspaceId, slug: person.slug, name: visibleText(person.name), frozenAt: person.frozenAt },
    seat: person.seat,
    may: {
      manageAgents: all,
      manageRoles: seatMay(person.seat, 'manage_roles'),
      manageMembers: seatMay(person.seat, 'manage_members'),
      freeze: seatMay(person.seat, 'freeze'),
      readAudit: seatMay(person.seat, 'read_audit'),
      manageWorkspace: seatMay(person.seat, 'manage_workspace'),
    },
    /** For the header `x-csrf` of every change. */
    csrf: formToken(world.formKey, { visit, sessionHash: session.hash, subject: '' }),
    workspaces: (await world.people.workspaces(session.hash)).map((each) => ({
      ...each,
      name: visibleText(each.name),
    })),
    /** The server's clock: times are shown relative to it, whatever the browser's says. */
    now: world.clock(),
    base: world.base,
    version: packageVersion(),
  })
})
