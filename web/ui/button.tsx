import type { ComponentProps, ReactNode } from 'react'

type Look = 'act' | 'quiet' | 'danger'

const BASE =
  'inline-flex items-center justify-center gap-2 rounded-md border px-3 py-1.5 font-medium text-sm min-h-9 disabled:opacity-60 no-underline'

const LOOKS: Readonly<Record<Look, string>> = {
  act: 'bg-act text-on-act border-transparent hover:bg-act-hover',
  quiet: 'bg-surface text-ink border-edge hover:bg-sunken',
  danger: 'bg-surface text-red border-red-line hover:bg-red-ground',
}

/** Classes of a button, for links that look like one. */
export const buttonLook = (look: Look = 'quiet') => `${BASE} ${LOOKS[look]}`

type Props = ComponentProps<'button'> & {
  readonly look?: Look
  readonly isRunning?: boolean
  readonly children: ReactNode
}

/** `isRunning` keeps it from being pressed twice, and says so. */
export function Button({ look = 'quiet', isRunning = false, className = '', children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || isRunning}
      aria-busy={isRunning}
      className={`${buttonLook(look)} ${className}`}
    >
      {children}
      {isRunning ? <span aria-hidden="true">…</span> : null}
    </button>
  )
}
