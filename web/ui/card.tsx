import { type ReactNode, useId } from 'react'

type Props = {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}

/** A part of a page with its heading. */
export function Card({ title, aside, children, className = '' }: Props) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className={`min-w-0 rounded-card border border-line bg-surface shadow-card ${className}`}
    >
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 pt-3 pb-2">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <div className="px-4 pb-4">{children}</div>
    </section>
  )
}

/** The heading of a page, with what can be done on it. */
export function PageHead({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
      <h1>{title}</h1>
      {children}
    </div>
  )
}

/** What is known of one thing, name beside value. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="pt-1.5 text-muted text-sm">{name}</dt>
          <dd className="min-w-0 sm:py-1.5">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
