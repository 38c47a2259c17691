import { createHmac } from 'node:crypto'
import { base32 } from '@better-auth/utils/base32'
import { createOTP } from '@better-auth/utils/otp'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../test/support/authenticator.ts'
import { totpCode } from './totp.ts'

// RFC 6238, appendix B, SHA-1: the last six of the eight digits.
const RFC_SEED = '12345678901234567890'
const RFC_CODES = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const

describe('the code of a seed', () => {
  it.each(RFC_CODES)('is that of RFC 6238 at %i s', async (seconds, code) => {
    const secret = base32.encode(RFC_SEED, { padding: false })
    expect(secret).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
    expect(await totpCode(secret, seconds * 1000)).toBe(code)
  })

  it('is what any authenticator app makes of the secret that it is shown', async () => {
    for (let step = 0; step < 300; step += 1) {
      const seed = createHmac('sha256', 'seeds').update(String(step)).digest().subarray(0, 20).toString('base64url')
      const at = step * 7_777_777
      const secret = new URL(createOTP(seed).url('Tillgate', 'ada@example.com')).searchParams.get('secret') ?? ''
      expect(secret).toMatch(/^[A-Z2-7]{44}$/)
      expect(await createOTP(seed).hotp(at)).toBe(codeOf(secret, at))
    }
  })
})
