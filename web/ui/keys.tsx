import { useEffect, useRef } from 'react'

const KEYS = [
  ['/', 'search or filter'],
  ['j  k', 'next, previous line'],
  ['enter', 'open the line'],
  ['esc', 'close what is open'],
  ['g o', 'overview'],
  ['g a', 'activity'],
  ['g i', 'agents'],
  ['?', 'these keys'],
] as const

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], dialog') !== null

const isForSomethingElse = (event: KeyboardEvent) =>
  event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)

type Handlers = Readonly<Record<string, () => void>>

/** Keys of a page; they sleep while somebody types. A handler for `g x` hears x after g. */
export function useKeys(handlers: Handlers): void {
  const latest = useRef(handlers)
  latest.current = handlers
  useEffect(() => {
    let before = ''
    const onKey = (event: KeyboardEvent) => {
      if (isForSomethingElse(event)) return
      const handler = latest.current[`${before}${event.key}`] ?? latest.current[event.key]
      before = event.key === 'g' ? 'g ' : ''
      if (handler === undefined) return
      event.preventDefault()
      handler()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Moves the focus among the lines of a list. */
export function moveLine(by: 1 | -1): void {
  const lines = [...document.querySelectorAll<HTMLElement>('[data-line]')]
  const at = lines.findIndex((line) => line.contains(document.activeElement))
  const next = at === -1 ? (by === 1 ? 0 : lines.length - 1) : Math.min(lines.length - 1, Math.max(0, at + by))
  lines[next]?.focus()
  lines[next]?.scrollIntoView({ block: 'nearest' })
}

export function focusSearch(): void {
  document.querySelector<HTMLElement>('[data-search]')?.focus()
}

/** The keys, as `?` shows them. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-label="Keys"
      onClose={onClose}
      className="w-[min(24rem,calc(100vw-2rem))] rounded-card border border-line bg-surface p-5 text-ink"
    >
      <h2 className="mb-3">Keys</h2>
      <dl className="grid grid-cols-[5rem_1fr] gap-y-1.5">
        {KEYS.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-edge bg-sunken px-1.5 font-mono text-xs">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="mt-4 text-right">
        <button type="submit" className="rounded-md border border-edge px-3 py-1.5 text-sm">
          Close
        </button>
      </form>
    </dialog>
  )
}
