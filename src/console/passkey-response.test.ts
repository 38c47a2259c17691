import { describe, expect, it } from 'vitest'
import { givenPasskey, madePasskey } from './passkey-response.ts'

const common = { id: 'a', rawId: 'a', type: 'public-key', clientExtensionResults: {} }
const given = { ...common, response: { clientDataJSON: 'a', authenticatorData: 'a', signature: 'a', userHandle: 'a' } }
const made = { ...common, response: { clientDataJSON: 'a', attestationObject: 'a', transports: ['internal'] } }

describe('what the browser sends of a passkey', () => {
  it('is read in full', () => {
    expect(givenPasskey(JSON.stringify(given))).toEqual(given)
    expect(madePasskey(JSON.stringify({ ...made, authenticatorAttachment: 'platform' }))).toMatchObject(made)
  })

  it.each(['', 'null', '[]', '{}', JSON.stringify({ ...given, more: 1 }), JSON.stringify({ ...given, id: {} })])(
    'is not %s',
    (text) => {
      expect(() => givenPasskey(text)).toThrow('The browser sent no passkey that can be read; try again.')
      expect(() => madePasskey(text)).toThrow('The browser sent no passkey that can be read; try again.')
    },
  )
})
