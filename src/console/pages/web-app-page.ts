import { raw } from 'hono/html'
import type { Reply } from '../route.ts'
import { webAppPage } from '../web-app.ts'

/** GET /w/:workspace and below: the web app, which asks the API for everything that it shows. */
export function showWebApp(): Reply {
  return { kind: 'page', html: raw(webAppPage()) }
}
