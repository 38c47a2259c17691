import { describe, expect, it } from 'vitest'
import { quoted, visibleText } from './visible-text.ts'

describe('the words of a stranger', () => {
  it('stay as they are where nothing is hidden', () => {
    expect(visibleText('Claude – Zoë’s agent 東京 🛒')).toBe('Claude – Zoë’s agent 東京 🛒')
  })

  it.each([
    ['a change of direction', 'Cla\u202Eude', 'Cla⟦U+202E⟧ude'],
    ['an isolate', '\u2066a\u2069', '⟦U+2066⟧a⟦U+2069⟧'],
    ['a character of no width', 'Clau\u200Bde', 'Clau⟦U+200B⟧de'],
    ['a joiner', 'a\u200Db', 'a⟦U+200D⟧b'],
    ['a byte order mark', '\uFEFFa', '⟦U+FEFF⟧a'],
    ['a soft hyphen', 'a\u00ADb', 'a⟦U+00AD⟧b'],
    ['a line break', 'a\nb', 'a⟦U+000A⟧b'],
    ['a line separator', 'a\u2028b', 'a⟦U+2028⟧b'],
    ['an escape', 'a\u001B[31mb', 'a⟦U+001B⟧[31mb'],
    ['a NUL', 'a\u0000b', 'a⟦U+0000⟧b'],
    ['an odd space', 'a\u00A0b\u3000c', 'a⟦U+00A0⟧b⟦U+3000⟧c'],
    ['a filler that looks empty', '\u3164\u2800', '⟦U+3164⟧⟦U+2800⟧'],
    ['tag characters', '\u{E0041}', '⟦U+E0041⟧'],
    ['half a character', '\uD800', '⟦U+D800⟧'],
  ])('show %s', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown)
  })

  it('are cut after 100 characters, written-out ones counted as written', () => {
    expect(visibleText('x'.repeat(100))).toBe('x'.repeat(100))
    expect(visibleText('x'.repeat(101))).toBe(`${'x'.repeat(100)}…`)
    expect(visibleText('\u202E'.repeat(100))).toBe(`${'⟦U+202E⟧'.repeat(12)}…`)
  })

  it('are quoted and never markup', () => {
    expect(`${quoted('<img src=x onerror=alert(1)>')}`).toBe(
      '<q class="theirs"><bdi>&lt;img src=x onerror=alert(1)&gt;</bdi></q>',
    )
  })
})
