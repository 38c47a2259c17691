import { decideConsent, showConsent } from './pages/consent.ts'
import { showMembers } from './pages/members.ts'
import { remove, setSeat, withdraw } from './pages/members-acts.ts'
import { invite } from './pages/members-invite.ts'
import { showRole, showRoles } from './pages/roles.ts'
import { editRole, makeRole, showNewRole, showRoleForm } from './pages/roles-edit.ts'
import { start } from './pages/start.ts'
import { showWebApp } from './pages/web-app-page.ts'
import type { Route } from './route.ts'

const roleForm = { needs: 'fresh_member', may: 'manage_roles' } as const
const members = { needs: 'fresh_member', may: 'manage_members' } as const

/** What a person sees and does in a workspace. Stopping asks for no fresh second factor; what widens does. */
export const workspaceRoutes: readonly Route[] = [
  { method: 'GET', path: '', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: showConsent },
  { method: 'POST', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: decideConsent },

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

  { method: 'GET', path: '/w/:workspace', needs: 'member', handle: showWebApp },
  { method: 'GET', path: '/w/:workspace/*', needs: 'member', handle: showWebApp },
]
