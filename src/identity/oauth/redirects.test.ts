import { describe, expect, it } from 'vitest'
import { isAllowedRedirect, isSameRedirect } from './redirects.ts'

describe('an answer', () => {
  it.each([
    ['https://app.example/cb', 'https://app.example/cb'],
    ['http://127.0.0.1:4000/cb', 'http://127.0.0.1:4000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:4000/cb'],
    ['http://localhost/', 'http://localhost:4000/'],
    ['http://[::1]/cb?a=1', 'http://[::1]:4000/cb?a=1'],
  ])('to a client that named %s may go to %s', (named, asked) => {
    expect(isSameRedirect(named, asked)).toBe(true)
  })

  it.each([
    ['http://127.0.0.1:4000/cb', 'http://127.0.0.1:4001/cb'],
    ['http://127.0.0.1:4000/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:4000/other'],
    ['http://127.0.0.1/cb', 'http://localhost:4000/cb'],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:4000/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:4000@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:4000.evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:400000/cb'],
    ['http://127.0.0.1/', 'http://127.0.0.1:4000'],
    ['https://app.example/cb', 'https://app.example:8443/cb'],
    ['https://app.example/cb', 'https://app.example/cb/'],
    ['https://app.example/cb', 'https://app.example/CB'],
  ])('to a client that named %s may not go to %s', (named, asked) => {
    expect(isSameRedirect(named, asked)).toBe(false)
  })
})

describe('a redirect', () => {
  it.each([
    'http://app.example/cb',
    'https://app.example/cb#x',
    'https://user@app.example/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
  ])('cannot be %s', (uri) => {
    expect(isAllowedRedirect(uri)).toBe(false)
  })
})
