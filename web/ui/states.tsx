import { type ReactNode, useEffect, useState } from 'react'
import { Refused } from '../data/api.ts'
import { Button, buttonLook } from './button.tsx'

const LONG_MS = 4_000

/** While something is fetched: first nothing, so that nothing flickers, then a word; it ends, because requests do. */
export function Waiting({ what }: { readonly what: string }) {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p role="status" className="p-4 text-muted">
      {isLong ? `Still fetching ${what}; this ends within 20 seconds.` : `Fetching ${what} …`}
    </p>
  )
}

/** What went wrong, and what to do next. */
export function Trouble({ error, retry }: { readonly error: Error; readonly retry?: (() => void) | undefined }) {
  const next = error instanceof Refused ? error.next : undefined
  return (
    <div role="alert" className="rounded-card border border-red-line bg-red-ground p-4 text-red">
      <p className="mb-3">{error instanceof Refused ? error.message : 'This page has made a mistake. Reload it.'}</p>
      <p className="flex flex-wrap gap-2">
        {next === undefined ? null : <NextStep next={next} />}
        {retry === undefined ? null : <Button onClick={retry}>Try again</Button>}
      </p>
    </div>
  )
}

const NEXT_WORDS: Readonly<Record<string, string>> = {
  '/console/sign-in': 'Sign in',
  '/console/second-factor': 'Show the second factor',
  '/console': 'To the start page',
}

/** To the page that helps, and back here from it. */
function NextStep({ next }: { readonly next: string }) {
  const back = new URLSearchParams({ return: `${location.pathname}${location.search}` })
  const to = next === '/console' ? next : `${next}?${back}`
  return (
    <a href={to} className={buttonLook('act')}>
      {NEXT_WORDS[next] ?? 'Go on'}
    </a>
  )
}

/** What a list without lines says: why, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="rounded-card border border-line border-dashed p-6 text-center">
      <p className="mb-1 font-semibold">{title}</p>
      <div className="mx-auto max-w-prose text-muted">{children}</div>
    </div>
  )
}
