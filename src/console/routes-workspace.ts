import { decideConsent, showConsent } from './pages/consent.ts'
import { start } from './pages/start.ts'
import { showWebApp } from './pages/web-app-page.ts'
import type { Route } from './route.ts'

/** What a person sees and does in a workspace. Stopping asks for no fresh second factor; what widens does. */
export const workspaceRoutes: readonly Route[] = [
  { method: 'GET', path: '', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/', needs: 'second_factor', handle: start },
  { method: 'GET', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: showConsent },
  { method: 'POST', path: '/consent/:uid', needs: 'fresh', subject: 'uid', handle: decideConsent },

  { method: 'GET', path: '/w/:workspace', needs: 'member', handle: showWebApp },
  { method: 'GET', path: '/w/:workspace/*', needs: 'member', handle: showWebApp },
]
