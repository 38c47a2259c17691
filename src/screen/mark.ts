import type { Writer } from '#commerce'

/**
 * Text of a stranger between two marks, `⟦customer text 8f2k1q⟧ … ⟦/8f2k1q⟧`. Brackets of this kind inside the text
 * are replaced, so that no text can look like the end of its own mark.
 */
export function mark(text: string, writer: Writer, delimiter: string): string {
  return `⟦${writer} text ${delimiter}⟧ ${text.replaceAll('⟦', '[').replaceAll('⟧', ']')} ⟦/${delimiter}⟧`
}
