import { showAgents } from './pages/agents.ts'
import { accept, freeze, quarantine, release, revoke, unfreeze } from './pages/agents-acts.ts'
import { showAgent } from './pages/agents-one.ts'
import { decideConsent, showConsent } from './pages/consent.ts'
import { showMembers } from './pages/members.ts'
import { remove, setSeat, withdraw } from './pages/members-acts.ts'
import { invite } from './pages/members-invite.ts'
import { showRole, showRoles } from './pages/roles.ts'
import { editRole, makeRole, showNewRole, showRoleForm } from './pages/roles-edit.ts'
import { start } from './pages/start.ts'
import type { Route } from './route.ts'

const roleForm = { needs: 'fresh_member', may: 'manage_roles' } as const
const members = { needs: 'fresh_member', may: 'manage_members' } as const

/** What a person sees and does in a workspace. Stopping asks for no fresh second factor; what widens does. */
export const workspaceRoutes: readonly Route[] = [
  { method: 'GET', path: '', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: showConsent },
  { method: 'POST', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: decideConsent },

  { method: 'GET', path: '/w/:workspace/agents', needs: 'member', handle: showAgents },
  { method: 'GET', path: '/w/:workspace/agents/:agent', needs: 'member', handle: showAgent },
  { method: 'POST', path: '/w/:workspace/agents/:agent/revoke', needs: 'member', handle: revoke },
  { method: 'POST', path: '/w/:workspace/agents/:agent/quarantine', needs: 'member', handle: quarantine },
  {
    method: 'POST',
    path: '/w/:workspace/agents/:agent/release',
    needs: 'fresh_member',
    may: 'manage_agents',
    handle: release,
  },
  { method: 'POST', path: '/w/:workspace/agents/:agent/accept', needs: 'fresh_member', handle: accept },
  { method: 'POST', path: '/w/:workspace/freeze', needs: 'member', may: 'freeze', handle: freeze },
  { method: 'POST', path: '/w/:workspace/unfreeze', needs: 'fresh_member', may: 'freeze', handle: unfreeze },

  { method: 'GET', path: '/w/:workspace/roles', needs: 'member', handle: showRoles },
  { method: 'GET', path: '/w/:workspace/roles/new', ...roleForm, handle: showNewRole },
  { method: 'POST', path: '/w/:workspace/roles/new', ...roleForm, handle: makeRole },
  { method: 'GET', path: '/w/:workspace/roles/:role', needs: 'member', handle: showRole },
  { method: 'GET', path: '/w/:workspace/roles/:role/edit', ...roleForm, handle: showRoleForm },
  { method: 'POST', path: '/w/:workspace/roles/:role/edit', ...roleForm, handle: editRole },

  { method: 'GET', path: '/w/:workspace/members', needs: 'member', handle: showMembers },
  { method: 'POST', path: '/w/:workspace/members/invite', ...members, handle: invite },
  { method: 'POST', path: '/w/:workspace/members/:account/seat', ...members, handle: setSeat },
  { method: 'POST', path: '/w/:workspace/members/:account/remove', needs: 'member', handle: remove },
  {
    method: 'POST',
    path: '/w/:workspace/invitations/:invitation/withdraw',
    needs: 'member',
    may: 'manage_members',
    handle: withdraw,
  },
]
