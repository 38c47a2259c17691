import type { AgentHour, ToolCount } from '#audit'
import { toolNamed } from '#commerce'
import type { AgentSummary } from '#identity'

/** What an agent uses is looked at over so many days. */
export const USE_DAYS = 30

const DAY_MS = 86_400_000

/** Calls and scopes of one agent over 30 days. */
export function useOf({ agentId, scopes }: AgentSummary, counts: readonly ToolCount[]) {
  const own = counts.filter(({ agent }) => agent === agentId)
  const used = usedScopes(own)
  return {
    calls: total(own),
    refusals: total(own.filter(isNotOk)),
    used: scopes.filter((scope) => used.has(scope)),
    unused: scopes.filter((scope) => !used.has(scope)),
  }
}

/** The scopes of the tools that were answered. */
export function usedScopes(counts: readonly ToolCount[]): ReadonlySet<string> {
  const answered = counts.filter(({ outcome }) => outcome === 'ok')
  return new Set(answered.map(({ tool }) => toolNamed(tool)?.scope).filter((scope) => scope !== undefined))
}

/** Each tool with its calls, the most used first. */
export function toolLines(counts: readonly ToolCount[]) {
  const tools = [...new Set(counts.map(({ tool }) => tool))].filter((tool) => tool !== '')
  const lines = tools.map((tool) => {
    const own = counts.filter((count) => count.tool === tool)
    return { tool, calls: total(own), refusals: total(own.filter(isNotOk)) }
  })
  return lines.sort((a, b) => b.calls - a.calls)
}

/** Calls of each of the last 30 days, the oldest first. */
export function daysOf(hours: readonly AgentHour[], now: number) {
  const today = Math.floor(now / DAY_MS)
  const first = today - USE_DAYS + 1
  const days = Array.from({ length: USE_DAYS }, (_, index) => ({ at: (first + index) * DAY_MS, ok: 0, refused: 0 }))
  for (const { hour, outcome, calls } of hours) {
    const day = days[Math.floor(hour / DAY_MS) - first]
    if (day) day[outcome === 'ok' ? 'ok' : 'refused'] += calls
  }
  return days
}

const isNotOk = ({ outcome }: ToolCount) => outcome !== 'ok'
const total = (counts: readonly ToolCount[]) => counts.reduce((sum, { calls }) => sum + calls, 0)
