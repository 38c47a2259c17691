import { describe, expect, it } from 'vitest'
import { presets } from '#policy'
import { agentState, isOver, widened } from './agent-state.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const at = { now: NOW, isFrozen: false }

const live = {
  revokedAt: null,
  quarantinedAt: null,
  expiresAt: new Date(NOW + 1),
  roleVersion: 1,
  acceptedVersion: 1,
  roleDefinition: presets.analyst,
  acceptedDefinition: presets.analyst,
}
const wider = { ...live, roleVersion: 2, roleDefinition: presets.operator }

describe('the state of an agent', () => {
  it('is the one thing that matters most', () => {
    const quarantined = { ...wider, quarantinedAt: new Date(NOW) }
    expect(agentState(live, at)).toBe('live')
    expect(agentState(wider, at)).toBe('waiting')
    expect(agentState(quarantined, at)).toBe('quarantined')
    expect(agentState({ ...quarantined, expiresAt: new Date(NOW) }, at)).toBe('expired')
    expect(agentState({ ...quarantined, revokedAt: new Date(NOW) }, at)).toBe('revoked')
  })

  it('is that it is stopped while the workspace is frozen, whatever waits', () => {
    for (const agent of [live, wider]) expect(agentState(agent, { ...at, isFrozen: true })).toBe('frozen')
  })

  it('is over at its end, and never without one', () => {
    expect(isOver({ ...live, expiresAt: new Date(NOW) }, NOW)).toBe(true)
    expect(isOver({ ...live, expiresAt: null }, NOW)).toBe(false)
  })
})

describe('what a role has gained', () => {
  it('waits for a yes; what it has lost does not', () => {
    expect(widened(wider).length).toBeGreaterThan(0)
    expect(widened({ ...wider, roleDefinition: { ...presets.analyst, scopes: [] } })).toEqual([])
  })
})
