import { X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'

type Props = {
  readonly title: ReactNode
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** The detail beside its list, with an address of its own; on a narrow screen it stands in the list's place. */
export function Panel({ title, label, onClose, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  // Whoever opened it with the keyboard goes on reading here.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <aside
      aria-label={label}
      className="min-w-0 self-start rounded-card border border-line bg-surface shadow-card xl:sticky xl:top-4 xl:max-h-[calc(100vh-2rem)] xl:overflow-y-auto"
    >
      <header className="flex items-start justify-between gap-2 border-line border-b px-4 py-3">
        <h2 ref={heading} tabIndex={-1} className="min-w-0 outline-none">
          {title}
        </h2>
        <button
          type="button"
          onClick={onClose}
          className="inline-flex min-h-8 min-w-8 items-center justify-center rounded hover:bg-sunken"
        >
          <X size={18} aria-hidden="true" />
          <span className="sr-only">Close</span>
        </button>
      </header>
      <div className="p-4">{children}</div>
    </aside>
  )
}

/** A list and, where one is open, the detail beside it. */
export function ListWithPanel({ list, panel }: { readonly list: ReactNode; readonly panel: ReactNode | undefined }) {
  if (panel === undefined) return list
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,30rem)]">
      <div className="hidden min-w-0 xl:block">{list}</div>
      {panel}
    </div>
  )
}
