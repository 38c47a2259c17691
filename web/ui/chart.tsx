import { lazy, Suspense } from 'react'
import type { Plot } from './plot.tsx'

const LazyPlot = lazy(() => import('./plot.tsx').then((module) => ({ default: module.Plot })))

/** A chart over time. Its library comes in a file of its own, after the page. */
export function Chart(props: Parameters<typeof Plot>[0]) {
  return (
    <Suspense fallback={<div style={{ height: props.height }} />}>
      <LazyPlot {...props} />
    </Suspense>
  )
}
