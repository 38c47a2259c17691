import { describe, expect, it } from 'vitest'
import { returnPath, via } from './return-path.ts'

const BASE = 'http://localhost:8740'

describe('the page to go on to', () => {
  it.each(['/console', '/console/account?x=1', '/console/w/one/agents', '/console/consent/abc'])('is %s', (wanted) => {
    expect(returnPath(BASE, wanted)).toBe(wanted)
  })

  it.each([
    '',
    'https://elsewhere.example/console',
    '//elsewhere.example/console',
    '/\\elsewhere.example/console',
    '/\t/elsewhere.example/console',
    '\\\\elsewhere.example/console',
    'javascript:alert(1)',
    'console',
    '/consolea',
    '/console@elsewhere.example',
    '/console/../oauth/authorize',
    '/console/%2e%2e/oauth/authorize',
    '/oauth/authorize?x',
    'http://localhost:8740/console/account',
  ])('is the start page, not %j', (wanted) => {
    expect(returnPath(BASE, wanted)).toBe('/console')
  })

  it('has no fragment and no user name', () => {
    expect(returnPath(BASE, '/console/account#x')).toBe('/console/account')
  })

  it('is carried along as one field', () => {
    expect(via('sign-in', '/console/account?a=1&b=2')).toBe(
      '/console/sign-in?return=%2Fconsole%2Faccount%3Fa%3D1%26b%3D2',
    )
  })
})
