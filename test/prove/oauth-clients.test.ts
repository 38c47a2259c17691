import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callEveryReadTool, schemaMistake } from '../support/every-tool.ts'
import { foreign, foreignRuns, startForeign } from '../support/foreign.ts'
import { freePort } from '../support/loopback-client.ts'
import { openV2 } from '../support/mcp-client.ts'
import { ownerOf } from '../support/people.ts'
import { type Product, startProduct } from '../support/product.ts'
import { type Walker, walker } from '../support/walk.ts'

let product: Product
let owner: Walker
let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tg-foreign-'))
  product = await startProduct()
  owner = walker(product.ready.url, ownerOf(product.ready))
})
afterAll(async () => {
  await product.stop()
  rmSync(home, { recursive: true, force: true })
})

const AUTHORIZE = /\/oauth\/authorize\?/

/** Opens the address that a program printed, answers as the owner, and brings the answer back to the program. */
async function goTo(address: URL): Promise<void> {
  const back = await owner.authorize(address, { role: 'operator' })
  expect(back.searchParams.get('code')).toBeTruthy()
  await fetch(back)
}

describe.skipIf(!foreignRuns)('mcp-remote on Node 24', () => {
  it('registers itself, prints the address, and lists the tools', async () => {
    const port = await freePort()
    const words = [product.ready.mcp, `${port}`, '--allow-http', '--transport', 'http-only']
    const env = { MCP_REMOTE_CONFIG_DIR: home }
    const client = startForeign(foreign.mcpRemoteClient, words, { home, env })
    await goTo(await client.address(AUTHORIZE))
    const { code, stdout, stderr } = await client.ended
    expect(code, stderr).toBe(0)
    expect(stdout + stderr).toContain('search_orders')
  })

  it('keeps its tokens, so that a desktop host calls every tool without a browser', async () => {
    const words = ['--allow-http', '--transport', 'http-only', '--silent']
    const transport = new StdioClientTransport({
      command: foreign.node,
      args: [foreign.mcpRemote, product.ready.mcp, ...words],
      env: { MCP_REMOTE_CONFIG_DIR: home, HOME: home, PATH: home },
      cwd: home,
      stderr: 'ignore',
    })
    const client = await openV2('legacy', transport)
    const called = await callEveryReadTool(client)
    expect(called.filter((each) => each.answer.isError || schemaMistake(each))).toEqual([])
    expect(called).toHaveLength(9)
    await client.close()
  })
})

describe.skipIf(!foreignRuns)('MCP Inspector on Node 24', () => {
  const inspect = (words: string[], more: Record<string, string> = {}) => {
    const common = ['--cli', '--server-url', product.ready.mcp, '--transport', 'http', '--protocol-era', 'modern']
    const env = { MCP_INSPECTOR_SECRET_STORE: 'file', ...more }
    return startForeign(foreign.inspector, [...common, '--format', 'json', ...words], { home, env })
  }
  const call = ['--method', 'tools/call', '--tool-name', 'search_orders', '--tool-arg', 'store=harbour']

  it('signs in at the browser for a call', async () => {
    const run = inspect(call, { MCP_AUTO_OPEN_ENABLED: 'true' })
    await goTo(await run.address(AUTHORIZE))
    const { code, stdout, stderr } = await run.ended
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).result.structuredContent.items.length).toBeGreaterThan(0)
  })

  it('goes on with the stored tokens alone', async () => {
    const { code, stdout, stderr } = await inspect([...call, '--stored-auth-only', '-q']).ended
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout).result.structuredContent.items.length).toBeGreaterThan(0)
  })
})
