import { describe, expect, it } from 'vitest'
import { pinnedHost, shopifyOrigin } from './origin.ts'

describe('the address of a shop', () => {
  it.each(['harbour', 'harbour.myshopify.com'])('is made from %s', (shop) => {
    expect(shopifyOrigin(shop)).toBe('https://harbour.myshopify.com')
  })

  it.each([
    'Harbour',
    'harbour.example.com',
    'harbour.myshopify.com.example.com',
    'harbour.myshopify.com/x',
    'a@b.myshopify.com',
    'https://harbour.myshopify.com',
    '-harbour',
    '',
    'a\n',
    'x.y',
  ])('is not made from %j', (shop) => {
    expect(() => shopifyOrigin(shop)).toThrow(expect.objectContaining({ code: 'invalid_arguments' }))
  })

  it('pins a live store to its own host', () => {
    expect(pinnedHost('https://harbour.myshopify.com')).toBe('harbour.myshopify.com')
  })

  it('leaves to the exceptions of the operator what only those can open', () => {
    expect(pinnedHost('http://127.0.0.1:4010')).toBe('127.0.0.1:4010')
  })

  it.each([
    'https://evil.example.com',
    'https://harbour.myshopify.com.evil.example.com',
    'https://harbour.myshopify.com@evil.example.com',
    'https://evil.example.com:443',
    'https://evil.example.com/.myshopify.com',
    'data:x',
    'nothing',
  ])('is never %s', (origin) => {
    expect(() => pinnedHost(origin)).toThrow(expect.objectContaining({ code: 'not_allowed' }))
  })
})
