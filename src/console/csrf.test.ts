import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secret } from '#kernel'
import { formToken, isFormToken, visitOf } from './csrf.ts'

const key = new Secret(randomBytes(32))
const owner = { visit: 'a'.repeat(22), sessionHash: 'hash', subject: 'request' }

describe('a form token', () => {
  it('is good for its own browser, session and request, and no other', () => {
    const token = formToken(key, owner)
    expect(isFormToken(key, owner, token)).toBe(true)
    for (const other of [{ visit: 'b'.repeat(22) }, { sessionHash: '' }, { subject: '' }]) {
      expect(isFormToken(key, { ...owner, ...other }, token)).toBe(false)
    }
    expect(isFormToken(new Secret(randomBytes(32)), owner, token)).toBe(false)
  })

  it.each(['', 'x', `${formToken(key, owner)}x`])('is not %j', (presented) => {
    expect(isFormToken(key, owner, presented)).toBe(false)
  })
})

describe('the visit of a browser', () => {
  it('is the cookie that it has', () => {
    expect(visitOf(`x=1; __Host-tillgate-visit=${owner.visit}; y=2`)).toEqual({ visit: owner.visit, cookie: undefined })
  })

  it.each([undefined, '', '__Host-tillgate-visit=', '__Host-tillgate-visit=short', `tillgate-visit=${owner.visit}`])(
    'begins anew with %j',
    (header) => {
      const { visit, cookie } = visitOf(header)
      expect(visit).toMatch(/^[\w-]{22}$/)
      expect(cookie).toBe(`__Host-tillgate-visit=${visit}; Path=/; Secure; HttpOnly; SameSite=Lax`)
    },
  )
})
