import { html } from 'hono/html'
import type { WorkspaceVisit } from '../route.ts'
import type { Html } from './layout.ts'

/** How an agent is connected, in words that can be followed; open where there is none yet. */
export function connectSteps({ world, person }: WorkspaceVisit, isOpen: boolean): Html {
  const address = `${world.base}/mcp/w/${person.slug}`
  return html`<details class="connect" ${isOpen ? html`open` : ''}><summary>Connect an agent</summary>
<p>Give your agent this address. It sends you back here to sign in and to say what it may do.</p>
<p class="copy"><code>${address}</code></p>
<p class="hint">Or <code>${world.base}/mcp</code>, which asks you for the workspace first.</p>
<dl class="facts"><dt>Claude</dt><dd>Settings, Connectors, Add custom connector: paste the address, then Connect.</dd>
<dt>Claude Code</dt><dd><code>claude mcp add --transport http tillgate ${address}</code>, then <code>/mcp</code> in a session.</dd>
<dt>Another client</dt><dd>Any that speaks MCP over HTTP with OAuth: give it the address and nothing else.</dd></dl></details>`
}
