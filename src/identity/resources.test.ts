import { describe, expect, it } from 'vitest'
import { resourceName, resourceOfPath, resourcePath, resourceUrl } from './resources.ts'

const base = 'http://localhost:8740'

describe('a resource', () => {
  it('has one path and one indicator, and each leads back to its name', () => {
    for (const [name, path] of [
      ['core', '/mcp'],
      ['w/my-shop', '/mcp/w/my-shop'],
    ] as const) {
      expect(resourcePath(name)).toBe(path)
      expect(resourceOfPath(path)).toBe(name)
      expect(resourceUrl(base, name)).toBe(base + path)
      expect(resourceUrl(`${base}/`, name)).toBe(base + path)
      expect(resourceName(base, base + path)).toBe(name)
      expect(resourceName(base, `${base}${path}/`)).toBe(name)
    }
  })

  it('is not named by another host, scheme, port, query, fragment or a path around it', () => {
    const others = ['https://localhost:8740/mcp', 'http://localhost:87401/mcp', 'http://localhost/mcp', 'core', '']
    const around = [
      '/mcp?a',
      '/mcp#a',
      '/mcp//',
      '/MCP',
      '/mcp/w',
      '/mcp/w/',
      '/mcp/w/a',
      '/mcp/w/a/b',
      '/mcp/w/..',
      '/',
    ]
    for (const url of [...others, ...around.map((path) => base + path)]) {
      expect(resourceName(base, url)).toBeUndefined()
    }
    expect(resourceName(base, 'http://localhost:8740@evil.example/mcp')).toBeUndefined()
    expect(resourceName(base, 'http://localhost:8740.evil.example/mcp')).toBeUndefined()
  })
})
