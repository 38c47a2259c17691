import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './button.tsx'
import { Trouble } from './states.tsx'

type Props = {
  readonly title: string
  readonly children: ReactNode
  /** What the button says; it is what happens. */
  readonly act: string
  readonly look?: 'act' | 'danger'
  readonly isRunning: boolean
  readonly error?: Error | undefined
  readonly onAct: () => void
  readonly onClose: () => void
}

/** Asks once before something that stops or cannot be taken back. The browser's own dialog: it keeps the focus inside. */
export function Confirm({ title, children, act, look = 'act', isRunning, error, onAct, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="w-[min(32rem,calc(100vw-2rem))] rounded-card border border-line bg-surface p-5 text-ink shadow-card"
    >
      <h2 id={id} className="mb-2">
        {title}
      </h2>
      <div className="mb-4 space-y-2">{children}</div>
      {error === undefined ? null : (
        <div className="mb-4">
          <Trouble error={error} />
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>Leave it as it is</Button>
        <Button look={look} isRunning={isRunning} onClick={onAct}>
          {act}
        </Button>
      </div>
    </dialog>
  )
}
