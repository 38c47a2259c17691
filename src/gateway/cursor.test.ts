import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { AppError, Secret } from '#kernel'
import { createCursors } from './cursor.ts'

const key = new Secret(randomBytes(32))
const owner = { grant: 'g1', tool: 'search_orders', arguments: { store: 'demo', page_size: 20 } }

function refusal(open: () => string): { code: string; field: string | undefined } {
  try {
    open()
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, field: error.field }
  }
  throw new Error('it opened')
}

const refused = { code: 'invalid_arguments', field: 'cursor' }

describe('a cursor', () => {
  const now = 1_000_000
  const cursors = createCursors(key, () => now)

  it('opens for its grant, tool and arguments', () => {
    expect(cursors.open(owner, cursors.seal(owner, 'abc'))).toBe('abc')
  })

  it('shows nothing of what it holds', () => {
    expect(Buffer.from(cursors.seal(owner, 'abc').slice(4), 'base64url').toString('latin1')).not.toContain('abc')
  })

  it.each([
    ['another grant', { ...owner, grant: 'g2' }],
    ['another tool', { ...owner, tool: 'search_products' }],
    ['other arguments', { ...owner, arguments: { store: 'other', page_size: 20 } }],
  ])('does not open for %s', (_name, other) => {
    const cursor = cursors.seal(owner, 'abc')
    expect(refusal(() => cursors.open(other, cursor))).toEqual(refused)
  })

  it('does not open after an hour', () => {
    const cursor = cursors.seal(owner, 'abc')
    const later = createCursors(key, () => now + 60 * 60 * 1000 + 1)
    expect(refusal(() => later.open(owner, cursor))).toEqual(refused)
  })

  it('does not open with any byte changed, cut or made up', () => {
    const cursor = cursors.seal(owner, 'abc')
    const bytes = Buffer.from(cursor.slice(4), 'base64url')
    for (const [index, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes)
      changed[index] = byte ^ 1
      expect(refusal(() => cursors.open(owner, `tgc_${changed.toString('base64url')}`))).toEqual(refused)
    }
    for (const made of ['', 'tgc_', cursor.slice(0, 20), cursor.slice(4), 'x'.repeat(2000)]) {
      expect(refusal(() => cursors.open(owner, made))).toEqual(refused)
    }
  })

  it('does not open under another key', () => {
    const other = createCursors(new Secret(randomBytes(32)), () => now)
    expect(refusal(() => other.open(owner, cursors.seal(owner, 'abc')))).toEqual(refused)
  })
})
