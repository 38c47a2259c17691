import { describe, expect, it } from 'vitest'
import { challenge, protectedResourceMetadata, resourceOfMetadataPath } from './metadata.ts'

const base = 'https://gate.example'

describe('protected-resource metadata', () => {
  it('name the resource and its one authorization server, for a workspace that may not exist too', () => {
    expect(protectedResourceMetadata(base, 'w/nobody')).toEqual({
      resource: 'https://gate.example/mcp/w/nobody',
      authorization_servers: ['https://gate.example'],
      bearer_methods_supported: ['header'],
      resource_name: 'Tillgate',
    })
  })

  it('are served at the root for Core and under the path of each resource', () => {
    const root = '/.well-known/oauth-protected-resource'
    expect(resourceOfMetadataPath(root)).toBe('core')
    expect(resourceOfMetadataPath(`${root}/mcp`)).toBe('core')
    expect(resourceOfMetadataPath(`${root}/mcp/w/shop`)).toBe('w/shop')
    for (const path of [`${root}/`, `${root}x/mcp`, `${root}/other`, '/mcp', '/'])
      expect(resourceOfMetadataPath(path)).toBeUndefined()
  })
})

describe('a challenge', () => {
  it('leads to the metadata of its resource and says what was wrong only where a token came', () => {
    const metadata = 'resource_metadata="https://gate.example/.well-known/oauth-protected-resource/mcp/w/shop"'
    expect(challenge(base, 'w/shop')).toBe(`Bearer ${metadata}`)
    expect(challenge(base, 'w/shop', { error: 'invalid_token' })).toBe(`Bearer error="invalid_token", ${metadata}`)
    expect(challenge(base, 'w/shop', { error: 'insufficient_scope', scopes: ['orders:read', 'stores:read'] })).toBe(
      `Bearer error="insufficient_scope", ${metadata}, scope="orders:read stores:read"`,
    )
  })
})
