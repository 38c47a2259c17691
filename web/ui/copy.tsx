import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'

function useCopied(text: string): [isCopied: boolean, copy: () => void] {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [isCopied])
  return [isCopied, () => void navigator.clipboard.writeText(text).then(() => setCopied(true))]
}

/** An id, short; a click copies the whole. */
export function CopyId({ id, label = 'id' }: { readonly id: string; readonly label?: string }) {
  const [isCopied, copy] = useCopied(id)
  const shown = id.length > 14 ? `${id.slice(0, 8)}…` : id
  return (
    <button
      type="button"
      onClick={copy}
      title={`${id} (click to copy)`}
      className="rounded font-mono text-muted text-xs hover:bg-sunken hover:text-ink"
    >
      <span className="sr-only">Copy the {label} </span>
      {isCopied ? 'copied' : shown}
    </button>
  )
}

/** A command or an address to be pasted elsewhere. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, copy] = useCopied(text)
  return (
    <div className="flex items-start gap-2 rounded-md border border-line bg-sunken p-2 pl-3">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than its box is scrolled with the keyboard too */}
      <pre tabIndex={0} className="min-w-0 flex-1 overflow-x-auto py-1 font-mono text-[0.8125rem] leading-5">
        {text}
      </pre>
      <CopyButton isCopied={isCopied} copy={copy} label={label} />
    </div>
  )
}

function CopyButton({ isCopied, copy, label }: { isCopied: boolean; copy: () => void; label: string }) {
  return (
    <button
      type="button"
      onClick={copy}
      className="inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded border border-edge bg-surface px-2 text-sm hover:bg-page"
    >
      {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      {isCopied ? 'Copied' : 'Copy'}
      <span className="sr-only"> {label}</span>
    </button>
  )
}

/** A button that copies something that is not shown. */
export function CopyButtonOf({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, copy] = useCopied(text)
  return (
    <button
      type="button"
      onClick={copy}
      className="inline-flex min-h-9 items-center gap-2 rounded-md border border-edge bg-surface px-3 font-medium text-sm hover:bg-sunken"
    >
      {isCopied ? <Check size={15} aria-hidden="true" /> : <Copy size={15} aria-hidden="true" />}
      {isCopied ? 'Copied' : label}
    </button>
  )
}
