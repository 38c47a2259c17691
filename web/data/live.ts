import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { CallFilter, CallRow } from './queries.ts'

export type Live = {
  /** The newest first; what was left out is counted. */
  readonly calls: readonly CallRow[]
  /** Calls that were too many to draw. */
  readonly leftOut: number
  /** Calls a second, over the last messages. */
  readonly rate: number
  readonly state: 'connecting' | 'live' | 'lost' | 'over'
}

const KEPT = 200
const NOTHING: Live = { calls: [], leftOut: 0, rate: 0, state: 'connecting' }

type Message = { readonly calls: CallRow[]; readonly matching: number; readonly head: number }

/**
 * New calls as they are recorded. The browser comes back by itself with the number of the last message, so that nothing is
 * missed or shown twice; after the session's end it stays away. `after` is the number from which on; nothing comes without it.
 */
export function useLive(workspace: string, filter: CallFilter, after: number | undefined): Live {
  const [live, setLive] = useState<Live>(NOTHING)
  const queries = useQueryClient()
  const key = JSON.stringify(filter)
  useEffect(() => {
    setLive(NOTHING)
    if (after === undefined) return
    const query = new URLSearchParams({ ...(JSON.parse(key) as Record<string, string>), after: `${after}` })
    const source = new EventSource(`/api/w/${encodeURIComponent(workspace)}/activity/live?${query}`)
    const meter = rateMeter()
    source.addEventListener('open', () => setLive((before) => ({ ...before, state: 'live' })))
    source.addEventListener('calls', ({ data }) => {
      const message = JSON.parse(data) as Message
      setLive((before) => grown(before, message, meter(message.matching)))
    })
    source.addEventListener('over', () => {
      source.close()
      setLive((before) => ({ ...before, state: 'over' }))
      void queries.invalidateQueries({ queryKey: ['self'] })
    })
    source.addEventListener('error', () => {
      const isOver = source.readyState === EventSource.CLOSED
      setLive((before) => ({ ...before, state: isOver ? 'over' : 'lost' }))
      if (isOver) void queries.invalidateQueries({ queryKey: ['self'] })
    })
    return () => source.close()
  }, [workspace, key, after, queries])
  return live
}

function grown(before: Live, { calls, matching }: Message, rate: number): Live {
  const known = new Set(before.calls.map(({ record }) => record))
  const fresh = calls.filter(({ record }) => !known.has(record)).reverse()
  return {
    calls: [...fresh, ...before.calls].slice(0, KEPT),
    leftOut: before.leftOut + matching - calls.length,
    rate,
    state: 'live',
  }
}

const RATE_OVER_MS = 3_000

/** Calls a second over the last three seconds. */
function rateMeter(): (calls: number) => number {
  let heard: { at: number; calls: number }[] = []
  return (calls) => {
    const now = performance.now()
    heard = [...heard, { at: now, calls }].filter(({ at }) => now - at < RATE_OVER_MS)
    return heard.reduce((sum, each) => sum + each.calls, 0) / (RATE_OVER_MS / 1000)
  }
}
