import { describe, expect, it } from 'vitest'
import { isPublicAddress, judgeUrl, parseExceptions } from './egress-policy.ts'

describe('an address', () => {
  it.each([
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '100.64.0.1',
      '100.100.100.200',
      '100.127.255.255',
      '127.0.0.1',
      '127.255.0.1',
    ],
    ...['168.63.129.16', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1'],
    ...['192.168.1.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255'],
    ...[
      '240.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::7f00:1',
      '::ffff:127.0.0.1',
      '::ffff:a9fe:a9fe',
      '::ffff:8.8.8.8',
    ],
    ...[
      '64:ff9b::7f00:1',
      '64:ff9b::808:808',
      '64:ff9b:1::1',
      '100::1',
      '2001::1',
      '2001:10::1',
      '2001:20::1',
      '2001:db8::1',
    ],
    ...['2002:7f00:1::', '2002:808:808::1', '3fff::1', '5f00::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%1'],
    ...['fec0::1', 'ff02::1', 'ff0e::1', '2606:4700::1%1', '4000::1', 'localhost', '', '127.1', '2130706433', '[::1]'],
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each([
    ...[
      '1.1.1.1',
      '8.8.8.8',
      '23.227.38.74',
      '99.255.255.255',
      '100.63.255.255',
      '100.128.0.1',
      '172.15.0.1',
      '172.32.0.1',
    ],
    ...[
      '192.169.0.1',
      '223.255.255.255',
      '2001:4860:4860::8888',
      '2606:4700::1111',
      '2a00:1450::1',
      '2620:0:2d0:200::7',
    ],
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('a URL', () => {
  const exceptions = parseExceptions([
    '127.0.0.1:4000',
    'Shop.Internal:80',
    '[::1]:4000',
    'store.example:8443',
    'shop.internal:21',
  ])
  const judge = (url: string, host: RegExp | string) => judgeUrl(url, { name: 'test', host }, exceptions).kind
  const pattern = /^[a-z0-9-]+\.myshopify\.com$/

  it.each([
    ['https://a.myshopify.com/admin', pattern],
    ['https://a.myshopify.com:443/admin', pattern],
    ['https://store.example/', 'store.example'],
    ['https://store.example:8443/', 'store.example'],
    ['http://store.example:8443/', 'store.example'],
    ['http://127.0.0.1:4000/', '127.0.0.1'],
    ['http://127.0.0.1:4000/', '127.0.0.1:4000'],
    ['http://[::1]:4000/', '[::1]'],
    ['http://shop.internal/', 'shop.internal'],
  ])('%s is allowed for %s', (url, host) => {
    expect(judge(url, host)).toBe('allow')
  })

  it.each([
    ['cannot be read', 'store.example', 'store.example'],
    ['has a user', 'https://user@store.example/', 'store.example'],
    ['has a password', 'https://:word@store.example/', 'store.example'],
    ['has a foreign host', 'https://other.example/', 'store.example'],
    ['has a host that only ends like the pinned one', 'https://evilstore.example/', 'store.example'],
    [
      'has a host that only contains the pattern',
      'https://a.myshopify.com.evil.example/',
      /[a-z0-9-]+\.myshopify\.com/,
    ],
    ['has a host before the pattern', 'https://evil.example.a.myshopify.com/', /[a-z0-9-]+\.myshopify\.com$/],
    ['has another port than the pinned one', 'http://127.0.0.1:4000/', '127.0.0.1:4001'],
    ['is an exception, but not of this purpose', 'http://127.0.0.1:4000/', pattern],
    ['is http', 'http://store.example/', 'store.example'],
    ['is http on 443', 'http://store.example:443/', 'store.example'],
    ['has a port of its own', 'https://store.example:8444/', 'store.example'],
    ['has the port of another exception', 'http://127.0.0.1:80/', '127.0.0.1'],
    ['has the host of an exception without its port', 'http://127.0.0.1/', '127.0.0.1'],
    ['is a file', 'file:///etc/passwd', ''],
    ['is another scheme on an exception', 'ftp://shop.internal:21/', 'shop.internal'],
  ])('that %s is refused: %s', (_, url, host) => {
    expect(judge(url, host)).toBe('refuse')
  })

  it('stays out of the reason', () => {
    const verdict = judgeUrl(
      'https://user:word@store.example/secret',
      { name: 'test', host: 'store.example' },
      exceptions,
    )
    expect(JSON.stringify(verdict)).not.toMatch(/user|word|store\.example|\/secret/)
  })
})

describe('an exception', () => {
  it.each([
    '',
    'localhost',
    '*:80',
    '*.internal:80',
    'http://localhost:80',
    'localhost:0',
    'localhost:65536',
    'a b:80',
    '::1:80',
    'u@h:80',
    'h:80/x',
    '10.0.0.0/8:80',
  ])('cannot be "%s"', (entry) => {
    expect(() => parseExceptions([entry])).toThrow('is not an exact host:port')
  })

  it('is read in the form that URLs have', () => {
    expect([...parseExceptions(['LocalHost:0080', '127.1:80', '[0::1]:80'])]).toEqual([
      'localhost:80',
      '127.0.0.1:80',
      '[::1]:80',
    ])
  })
})
