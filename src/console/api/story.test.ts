import { describe, expect, it } from 'vitest'
import type { RecordHeader } from '#audit'
import { steps } from '#gateway'
import { STORY_STEPS, stepsOf } from './story.ts'

const header = (more: Partial<RecordHeader>): RecordHeader => ({
  ...({ v: 1, kind: 'call', request: 'r', at: 0, outcome: 'ok' } as const),
  ...more,
})
const told = (of: RecordHeader) => stepsOf(of).map(({ name, state, ms }) => `${name} ${state} ${ms}`)

describe('the steps of a story', () => {
  it('are the door and then those of the gateway, in its order', () => {
    expect(STORY_STEPS.map(({ name }) => name)).toEqual(['authenticate', ...steps.map(({ name }) => name)])
  })

  it('were all passed by a call that was answered, with the time of each that was measured', () => {
    const spent = { authenticate: 0.5, limit: 0, authorise: 0.01, admit: 0.2, run: 80, screen: 1.25 }
    expect(told(header({ step: 'record', steps: spent }))).toEqual([
      'authenticate passed 0.5',
      'limit passed 0',
      'authorise passed 0.01',
      'admit passed 0.2',
      'run passed 80',
      'screen passed 1.25',
      'record passed null',
    ])
  })

  it('end at the one that said no; those behind it were not reached', () => {
    const refused = header({ outcome: 'refused', step: 'admit', steps: { authenticate: 1, limit: 2, authorise: 3 } })
    expect(told(refused)).toEqual([
      'authenticate passed 1',
      'limit passed 2',
      'authorise passed 3',
      'admit stopped null',
      'run not_reached null',
      'screen not_reached null',
      'record not_reached null',
    ])
  })

  it('are one alone for refusals that were counted together, and none for what no step is', () => {
    const folded = header({ kind: 'refusal', outcome: 'refused', step: 'authenticate', count: 9 })
    expect(told(folded)).toEqual(['authenticate stopped null'])
    expect(told({ ...folded, step: 'other' })).toEqual([])
  })
})
