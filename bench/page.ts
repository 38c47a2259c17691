import { performance } from 'node:perf_hooks'
import type { Page } from 'playwright-core'
import { type Screen, startBrowser } from '../test/support/browser.ts'
import { openPage, signInOn } from '../test/support/on-screen.ts'
import { ownerOf } from '../test/support/people.ts'
import { type Product, startProduct, tokenFor } from '../test/support/product.ts'
import { callTool } from '../test/support/rpc.ts'

/** The web app in a real Chromium on loopback. Times in milliseconds. */
export type PageTimes = {
  /** From the address to the overview with its numbers, nothing cached; the middle of `loads`, and the slowest. */
  readonly overview_p50_ms: number
  readonly overview_max_ms: number
  readonly loads: number
  /** While agents call: calls a second that were answered, what Activity said, and the longest time in which it did nothing else. */
  readonly calls_per_second: number
  readonly activity_says: string
  readonly activity_longest_task_ms: number
}

const LOADS = 9
const CALLERS = 32
const CALLING_MS = 8_000

/** Opens the demo's console as its owner does. */
export async function pageTimes(): Promise<PageTimes> {
  const product = await startProduct()
  const browser = await startBrowser()
  try {
    const screen = await browser.person({ width: 1360 })
    await screen.page.goto(product.ready.console)
    await signInOn(screen.page, ownerOf(product.ready))
    return { ...(await overviewTimes(screen, product)), ...(await activityUnderLoad(screen.page, product)) }
  } finally {
    await browser.stop()
    await product.stop()
  }
}

async function overviewTimes({ page, context }: Screen, { ready }: Product) {
  const session = await context.newCDPSession(page)
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const times: number[] = []
  for (let load = 0; load < LOADS; load += 1) {
    await page.goto('about:blank')
    const from = performance.now()
    await page.goto(`${ready.console}/w/${ready.workspace.slug}`, { waitUntil: 'commit' })
    await page.getByText('Refused most, and why').waitFor()
    times.push(Math.round(performance.now() - from))
  }
  times.sort((a, b) => a - b)
  return { overview_p50_ms: times[Math.floor(LOADS / 2)] ?? 0, overview_max_ms: times.at(-1) ?? 0, loads: LOADS }
}

/** Long tasks (W3C): those of 50 ms and more are told. */
const WATCH = `window.longest = 0; new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration) }).observe({ type: 'longtask' })`

async function activityUnderLoad(page: Page, product: Product) {
  const { ready } = product
  await openPage(page, `${ready.console}/w/${ready.workspace.slug}/activity`)
  await page.evaluate(WATCH)
  const token = await tokenFor(ready, 'operator')
  const until = performance.now() + CALLING_MS
  let calls = 0
  const caller = async () => {
    while (performance.now() < until) {
      await callTool(ready.mcp, token, { name: 'list_stores', arguments: {} })
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const activity_says = (await page.locator('main [role=status]').first().textContent()) ?? ''
  return {
    calls_per_second: Math.round(calls / (CALLING_MS / 1000)),
    activity_says: activity_says.replace(/^Live: [^.]*\. ?/, ''),
    activity_longest_task_ms: Math.round(await page.evaluate<number>('window.longest')),
  }
}

/** The times in one paragraph. */
export function pageLine(times: PageTimes): string {
  const { overview_p50_ms, overview_max_ms, loads, calls_per_second, activity_says, activity_longest_task_ms } = times
  return `page: the overview, nothing cached, ${loads} loads: p50 ${overview_p50_ms} ms, slowest ${overview_max_ms} ms
page: Activity while agents make ${calls_per_second} calls a second: "${activity_says}"; longest task ${activity_longest_task_ms} ms`
}
