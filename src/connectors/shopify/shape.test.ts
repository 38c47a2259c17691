import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { answerShape } from './shape.ts'
import { paymentStatus, word } from './words.ts'

const shape = answerShape(
  z.object({
    order: z.object({ id: z.string(), lines: z.array(z.object({ sku: z.string().nullable() })) }).nullable(),
  }),
)

describe('the shape of an answer', () => {
  it('drops and counts what it does not know, at every depth', () => {
    const read = shape.read({
      order: {
        id: '1',
        x: 1,
        lines: [
          { sku: null, y: { z: 1 } },
          { sku: 'A', y: 2 },
        ],
      },
      extra: null,
    })
    expect(read).toEqual({
      answer: { order: { id: '1', lines: [{ sku: null }, { sku: 'A' }] } },
      tally: { unknown: 4 },
    })
  })

  it('takes a null where the platform may give one', () => {
    expect(shape.read({ order: null })).toEqual({ answer: { order: null }, tally: { unknown: 0 } })
  })

  it.each([undefined, null, [], {}, { order: {} }, { order: { id: 1, lines: [] } }, { order: { id: '1', lines: {} } }])(
    'does not take %j',
    (data) => {
      expect(shape.read(data)).toBeUndefined()
    },
  )

  it('leaves out and counts a word that nobody knows', () => {
    const tally = { unknown: 0 }
    expect(word(paymentStatus, 'PAID', tally)).toBe('paid')
    expect(word(paymentStatus, 'PAID_IN_SHELLS', tally)).toBeUndefined()
    expect(tally.unknown).toBe(1)
  })
})
