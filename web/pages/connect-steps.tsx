import type { ReactNode } from 'react'
import type { Connect } from '../data/queries.ts'
import { Card } from '../ui/card.tsx'
import { CopyBlock } from '../ui/copy.tsx'
import type { ClientName } from './connect-clients.ts'

type Client = Exclude<ClientName, 'machine' | 'key'>

/** The steps for one client; each ends at the consent page of Tillgate. */
export function Steps({ client, facts }: { readonly client: Client; readonly facts: Connect }) {
  const { title, lines, isHosted } = STEPS[client](facts)
  return (
    <Card title={title}>
      {isHosted && !facts.isPublic ? (
        <p className="mb-3 rounded-md border border-amber-line bg-amber-ground p-3 text-amber">
          This client calls from the internet, and this Tillgate answers on this machine only: it needs a public https
          address first (docs/operations.md, behind a proxy).
        </p>
      ) : null}
      <ol className="list-decimal space-y-3 pl-5">
        {lines.map(({ key, line }) => (
          <li key={key}>{line}</li>
        ))}
        <li>
          The browser opens Tillgate's page: choose a role, the stores and how long, then <em>Allow</em>. You can take
          it back here at any time.
        </li>
      </ol>
      <p className="mt-3 text-muted text-sm">Menus of other programs may have other names in your version.</p>
    </Card>
  )
}

type Described = {
  readonly title: string
  readonly lines: readonly { readonly key: string; readonly line: ReactNode }[]
  /** It runs at its maker, not on your machine. */
  readonly isHosted?: boolean
}

const step = (key: string, line: ReactNode) => ({ key, line })

const STEPS: Readonly<Record<Client, (facts: Connect) => Described>> = {
  claude: ({ address }) => ({
    title: 'Claude Code, and Claude on the web or desktop',
    lines: [
      step(
        'code',
        <>
          <strong>Claude Code</strong>, in a terminal:
          <CopyBlock label="the command" text={`claude mcp add --transport http tillgate ${address}`} />
          then <code>/mcp</code> in a session, <em>tillgate</em>, <em>Authenticate</em>.
        </>,
      ),
      step(
        'web',
        <>
          <strong>Claude on the web or desktop</strong> (under a public https address):{' '}
          <em>Settings, Connectors, Add custom connector</em>. Name it, paste the address, then <em>Connect</em>.
        </>,
      ),
    ],
  }),
  chatgpt: ({ address }) => ({
    title: 'ChatGPT',
    isHosted: true,
    lines: [
      step(
        'mode',
        <>
          <em>Settings, Apps &amp; Connectors, Advanced settings</em>: switch on <em>Developer mode</em>.
        </>,
      ),
      step(
        'make',
        <>
          <em>Create</em>: give it a name, as <em>MCP Server URL</em> this address, and <em>OAuth</em> as
          authentication.
          <CopyBlock label="the address" text={address} />
        </>,
      ),
    ],
  }),
  cursor: ({ address }) => ({
    title: 'Cursor',
    lines: [
      step(
        'file',
        <>
          Put this into <code>~/.cursor/mcp.json</code> (or <code>.cursor/mcp.json</code> of a project):
          <CopyBlock label="the settings" text={json({ mcpServers: { tillgate: { url: address } } })} />
        </>,
      ),
      step(
        'on',
        <>
          <em>Settings, MCP</em>: <em>tillgate</em> stands there; press <em>Connect</em>.
        </>,
      ),
    ],
  }),
  vscode: ({ address }) => ({
    title: 'VS Code',
    lines: [
      step(
        'command',
        <>
          In a terminal:
          <CopyBlock
            label="the command"
            text={`code --add-mcp '${JSON.stringify({ name: 'tillgate', type: 'http', url: address })}'`}
          />
        </>,
      ),
      step(
        'file',
        <>
          Or put this into <code>.vscode/mcp.json</code> of a project:
          <CopyBlock label="the settings" text={json({ servers: { tillgate: { type: 'http', url: address } } })} />
        </>,
      ),
      step(
        'start',
        <>
          Start it: <em>MCP: List Servers</em>, <em>tillgate</em>, <em>Start Server</em>, and say that it may sign in.
        </>,
      ),
    ],
  }),
  inspector: ({ address }) => ({
    title: 'MCP Inspector',
    lines: [
      step(
        'start',
        <>
          It needs Node 22 or newer:
          <CopyBlock label="the command" text="npx @modelcontextprotocol/inspector" />
        </>,
      ),
      step(
        'connect',
        <>
          Choose <em>Streamable HTTP</em>, paste the address, then <em>Connect</em>.
          <CopyBlock label="the address" text={address} />
        </>,
      ),
    ],
  }),
  other: ({ address }) => ({
    title: 'Another client',
    lines: [
      step(
        'give',
        <>
          Any that speaks MCP over HTTP with OAuth: give it the address and nothing else. It finds the rest by itself.
          <CopyBlock label="the address" text={address} />
        </>,
      ),
    ],
  }),
}

const json = (value: object) => JSON.stringify(value, null, 2)
