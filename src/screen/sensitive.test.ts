import { describe, expect, it } from 'vitest'
import { sensitiveContent } from './sensitive.ts'

describe('what an argument must not carry', () => {
  it.each([
    '4242424242424242',
    '4242 4242 4242 4242',
    '4242-4242-4242-4242',
    '４２４２４２４２４２４２４２４２',
    'my card is 5555555555554444, thanks',
    '378282246310005',
  ])('finds the card number in %s', (text) => {
    expect(sensitiveContent(text)).toBe('card number')
  })

  it.each([`shpat_${'a1'.repeat(16)}`, `token tg_at_${'x'.repeat(43)}00000000`, '-----BEGIN PRIVATE KEY-----'])(
    'finds the credential in %s',
    (text) => {
      expect(sensitiveContent(text)).toBe('credential')
    },
  )

  it.each([
    'gid://shopify/Order/5944324718730',
    '4006381333931',
    '1Z999AA10123456784',
    '2026-11-20T08:15:00Z',
    'blue lamp',
  ])('lets %s pass', (text) => {
    expect(sensitiveContent(text)).toBeUndefined()
  })
})
