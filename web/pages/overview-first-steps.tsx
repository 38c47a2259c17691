import { Link } from '@tanstack/react-router'
import type { Self } from '../data/queries.ts'
import { Card } from '../ui/card.tsx'
import { CopyBlock } from '../ui/copy.tsx'

/** What to do in a workspace in which no agent has done anything yet. */
export function FirstSteps({ self, stores }: { readonly self: Self; readonly stores: number }) {
  return (
    <Card title="Three steps to the first call">
      <ol className="list-decimal space-y-3 pl-5">
        <li>
          {stores === 0 ? (
            <>
              <strong>Connect a store.</strong> On the host:
              <CopyBlock label="the command" text={`tillgate store add --workspace ${self.workspace.slug}`} />
            </>
          ) : (
            <>A store is connected.</>
          )}
        </li>
        <li>
          <strong>Connect an agent.</strong>{' '}
          <Link
            to="/console/w/$workspace/connect"
            params={{ workspace: self.workspace.slug }}
            className="text-act underline"
          >
            The steps for yours
          </Link>
          , or give it this address; it sends you back here to sign in and to say what it may do.
          <CopyBlock label="the address" text={`${self.base}/mcp/w/${self.workspace.slug}`} />
        </li>
        <li>
          <strong>Let it look.</strong> Ask it for yesterday's orders. Its calls show here and under Activity as they
          happen.
        </li>
      </ol>
    </Card>
  )
}
