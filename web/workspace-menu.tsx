import { DropdownMenu } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import type { Self } from './data/queries.ts'

const MENU = 'z-30 min-w-56 max-w-[calc(100vw-2rem)] rounded-md border border-line bg-surface p-1 text-ink shadow-card'
const ITEM =
  'flex cursor-pointer items-center gap-2 rounded px-2 py-1.5 text-ink no-underline outline-none data-[highlighted]:bg-sunken'

type Props = { readonly self: Self; readonly face: ReactNode; readonly className: string }

/** The workspaces of this account and, on a phone, the account itself. */
export function WorkspaceMenu({ self: { workspace, workspaces, account, csrf }, face, className }: Props) {
  const signOut = useRef<HTMLFormElement>(null)
  return (
    <>
      <form ref={signOut} method="post" action="/console/sign-out" hidden>
        <input type="hidden" name="csrf" value={csrf} />
      </form>
      {/* Not modal: that would need a style element, which the page's policy refuses. */}
      <DropdownMenu.Root modal={false} defaultOpen>
        <DropdownMenu.Trigger className={className}>{face}</DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="start" sideOffset={4} className={MENU}>
            {workspaces.map(({ slug, name, seat, frozenAt }) => (
              <DropdownMenu.Item key={slug} asChild>
                <a
                  href={`/console/w/${slug}`}
                  className={ITEM}
                  aria-current={slug === workspace.slug ? 'true' : undefined}
                >
                  <span className="min-w-0 truncate">{name}</span>
                  <small className="text-muted">
                    {seat}
                    {frozenAt === null ? '' : ', frozen'}
                  </small>
                </a>
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Separator className="my-1 h-px bg-line lg:hidden" />
            <DropdownMenu.Item asChild>
              <a href="/console/account" className={`${ITEM} lg:hidden`}>
                {account.email}
              </a>
            </DropdownMenu.Item>
            <DropdownMenu.Item className={`${ITEM} lg:hidden`} onSelect={() => signOut.current?.submit()}>
              Sign out
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  )
}
