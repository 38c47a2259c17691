import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callEveryReadTool, schemaMistake } from '../support/every-tool.ts'
import { foreign, foreignRuns, runForeign } from '../support/foreign.ts'
import { openV2, sdkClients } from '../support/mcp-client.ts'
import { type Product, startProduct, tokenFor } from '../support/product.ts'

let product: Product
let token: string
let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tg-foreign-'))
  product = await startProduct()
  token = await tokenFor(product.ready, 'operator')
})
afterAll(async () => {
  await product.stop()
  rmSync(home, { recursive: true, force: true })
})

describe.skipIf(!foreignRuns)('MCP Inspector on Node 24', () => {
  const inspect = (era: string, words: string[]) => {
    const common = ['--cli', '--server-url', product.ready.mcp, '--transport', 'http', '--protocol-era', era]
    return runForeign(foreign.inspector, [...common, '--format', 'json', '-q', ...words], home)
  }
  const bearer = () => ['--header', `Authorization: Bearer ${token}`]
  const tool = (name: string, args: Record<string, string>) => [
    '--method',
    'tools/call',
    '--tool-name',
    name,
    ...Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]),
  ]

  describe.each(['legacy', 'modern'])('in its %s era', (era) => {
    it('lists the tools', async () => {
      const { code, stdout } = await inspect(era, [...bearer(), '--method', 'tools/list'])
      expect(code).toBe(0)
      expect(JSON.parse(stdout).result.tools).toHaveLength(9)
    })

    it('finds an order and gets it', async () => {
      const found = await inspect(era, [...bearer(), ...tool('search_orders', { store: 'harbour', page_size: '1' })])
      expect(found.code).toBe(0)
      const [{ id }] = JSON.parse(found.stdout).result.structuredContent.items
      const got = await inspect(era, [...bearer(), ...tool('get_order', { store: 'harbour', id })])
      expect(got.code).toBe(0)
      expect(JSON.parse(got.stdout).result.structuredContent).toMatchObject({ id, lines: expect.any(Array) })
    })

    it('ends with 5 on a tool error, whose text it shows', async () => {
      const { code, stdout } = await inspect(era, [...bearer(), ...tool('get_store', { store: 'nowhere' })])
      expect(code).toBe(5)
      expect(JSON.parse(stdout).result.content[0].text).toMatch(/\((not_found|not_allowed)[,)]/)
    })

    it('ends with 3 without a token, because it understood that it needs one', async () => {
      const { code, stderr } = await inspect(era, ['--method', 'tools/list'])
      expect(code).toBe(3)
      expect(stderr).toContain('auth_required')
    })
  })

  it('finds the schemas of all tools portable', async () => {
    const { code, stdout, stderr } = await inspect('modern', [...bearer(), '--method', 'tools/list', '--strict'])
    expect(code, stderr + stdout.slice(0, 2_000)).toBe(0)
  })
})

describe.skipIf(!foreignRuns)('mcp-remote on Node 24, as desktop hosts run it', () => {
  it.each([
    { mode: 'legacy', revision: '2025-11-25' },
    { mode: 'auto', revision: '2026-07-28' },
  ] as const)('passes every tool on in $revision', async ({ mode, revision }) => {
    const words = ['--allow-http', '--transport', 'http-only', '--silent', '--header', 'Authorization:$' + '{AUTH}']
    const transport = new StdioClientTransport({
      command: foreign.node,
      args: [foreign.mcpRemote, product.ready.mcp, ...words],
      env: { AUTH: `Bearer ${token}`, MCP_REMOTE_CONFIG_DIR: home, HOME: home },
      cwd: home,
      stderr: 'ignore',
    })
    const client = await openV2(mode, transport)
    try {
      expect(client.revision).toBe(revision)
      const called = await callEveryReadTool(client)
      expect(called).toHaveLength(9)
      expect(called.filter((each) => each.answer.isError || schemaMistake(each))).toEqual([])
    } finally {
      await client.close()
    }
  })
})

describe.each(sdkClients)('$name', ({ connect }) => {
  it('keeps on working over 200 calls, 20 at a time', async () => {
    const client = await connect(product.ready.mcp, { token })
    const [order] = (await callEveryReadTool(client)).filter(({ tool }) => tool.name === 'get_order')
    const args = { store: 'harbour', id: order?.answer.structuredContent?.id }
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.callTool('get_order', args)))
      expect(new Set(answers.map(({ structuredContent }) => structuredContent?.id))).toEqual(new Set([args.id]))
    }
    await client.close()
  })
})
