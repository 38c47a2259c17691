import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeHome, processesOf, startTillgate, tillgate } from '../cli/support.ts'
import { startProduct, tokenFor } from '../support/product.ts'
import { callTool } from '../support/rpc.ts'

let home: string
beforeAll(() => {
  home = makeHome()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('the start', () => {
  it('prints one line, serves, and leaves nothing running; the second one finds everything again', async () => {
    const data = join(home, 'data')
    const first = await startProduct({ data })
    expect(first.stdout().trim().split('\n')).toHaveLength(1)
    expect(first.ready).toMatchObject({ workspace: { slug: 'demo' }, stores: [{ platform: 'shopify', mode: 'test' }] })
    const order = await firstOrder(first.ready)
    expect(await first.stop('SIGINT')).toBe(0)
    expect(processesOf(data)).toEqual([])

    const second = await startProduct({ data })
    expect(second.ready.agents).toEqual(first.ready.agents)
    expect(second.ready.operator_key).toBe(first.ready.operator_key)
    expect(second.ready.workspace).toEqual(first.ready.workspace)
    expect(await firstOrder(second.ready)).toEqual(order)
    expect(await second.stop('SIGTERM')).toBe(0)
    expect(processesOf(data)).toEqual([])
  }, 90_000)

  it('lets a running call end when it is asked to stop', async () => {
    const data = join(home, 'drain')
    const product = await startProduct({ data })
    const token = await tokenFor(product.ready, 'operator')
    const [store] = product.ready.stores
    await fetch(`${store?.url}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operation: '*', fault: 'slow:800', times: 1 }),
    })
    // Many at once open many connections to the database.
    const listed = { name: 'list_stores', arguments: {} }
    await Promise.all(Array.from({ length: 60 }, () => callTool(product.ready.mcp, token, listed)))
    const running = callTool(product.ready.mcp, token, { name: 'get_store', arguments: { store: 'harbour' } })
    await delay(250)
    const stopped = product.stop()
    expect((await running).isError).toBe(false)
    expect(await stopped).toBe(0)
    expect(product.stderr()).toBe('')
  }, 90_000)

  it('that is stopped on its way leaves nothing running', async () => {
    const data = join(home, 'stopped')
    for (const afterMs of [150, 500, 700, 900, 1_200]) {
      const started = startTillgate(['demo', '--port', '0', '--data', data, '--json'])
      await delay(afterMs)
      process.kill(-started.pid, 'SIGINT')
      const code = await started.ended
      expect(processesOf(data), `${afterMs} ms`).toEqual([])
      if (code === 1)
        expect(JSON.parse(started.output.stderr)).toEqual({ error: expect.stringContaining('was stopped') })
      else expect(started.output.stderr).toBe('')
    }
    const product = await startProduct({ data })
    expect(await product.stop()).toBe(0)
  }, 90_000)

  it('of the demo where `serve` was first says which start printed the operator key', async () => {
    const data = join(home, 'served')
    const words = ['--port', '0', '--data', data]
    const served = startTillgate(['serve', ...words, '--json'])
    const ready = JSON.parse(await served.firstLine())
    expect(ready).toMatchObject({ ready: true, operator_key: expect.stringMatching(/^tg_op_/) })
    expect(await served.stop()).toBe(0)
    const shown = startTillgate(['demo', ...words])
    await expect.poll(() => shown.output.stdout, { timeout: 30_000 }).toContain('Ctrl-C')
    expect(await shown.stop()).toBe(0)
    expect(shown.output.stdout).toMatch(/operator key +\(printed by the first start\)/)
    expect(shown.output.stdout).not.toMatch(/null|undefined/)
    const made = tillgate(['workspace', 'create', 'later', '--data', data], {
      TILLGATE_OPERATOR_KEY: ready.operator_key,
    })
    expect(made).toMatchObject({ code: 0, stderr: '' })
  }, 90_000)

  it('keeps what it owns to itself', async () => {
    const data = join(home, 'modes')
    const product = await startProduct({ data })
    for (const file of readdirSync(`${data}.keys`, { recursive: true, encoding: 'utf8' })) {
      expect(statSync(join(`${data}.keys`, file)).mode & 0o077, file).toBe(0)
    }
    expect(statSync(`${data}.keys`).mode & 0o777).toBe(0o700)
    const commandLines = processesOf(data).join('\n')
    for (const { client_secret } of Object.values(product.ready.agents))
      expect(commandLines).not.toContain(client_secret)
    expect(await product.stop()).toBe(0)
  }, 90_000)
})

describe('the start is refused', () => {
  it('when the keys of existing data are gone, and says where they belong', async () => {
    const data = join(home, 'lost')
    const product = await startProduct({ data })
    await product.stop()
    renameSync(`${data}.keys`, `${data}.elsewhere`)
    const refused = tillgate(['demo', '--port', '0', '--data', data])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(`${data}.keys`)
    expect(existsSync(`${data}.keys`)).toBe(false)
    expect(processesOf(data)).toEqual([])
    renameSync(`${data}.elsewhere`, `${data}.keys`)
    const again = await startProduct({ data })
    expect(await again.stop()).toBe(0)
  }, 90_000)

  it('when others may read the keys, and says what to type', async () => {
    const data = join(home, 'open')
    const product = await startProduct({ data })
    await product.stop()
    chmodSync(join(`${data}.keys`, 'cursor.key'), 0o644)
    const refused = tillgate(['demo', '--port', '0', '--data', data])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('chmod')
  }, 90_000)

  it('when the data folder is a file or cannot be written', () => {
    writeFileSync(join(home, 'a-file'), '')
    mkdirSync(join(home, 'closed'), { mode: 0o555 })
    const isRoot = process.getuid?.() === 0
    for (const folder of ['a-file', ...(isRoot ? [] : ['closed/data'])]) {
      const refused = tillgate(['demo', '--port', '0', '--data', join(home, folder)])
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(/cannot be written|is not a folder/)
      expect(refused.stderr).not.toMatch(/at .*\.js/)
    }
  })

  it('with every mistake of the environment in one message', () => {
    const refused = tillgate(['demo', '--data', join(home, 'never')], {
      TILLGATE_PORT: 'http',
      TILLGATE_URL: 'https://gate.example.com/path',
      TILLGATE_POSTGRES: 'mysql',
      TILLGATE_EGRESS_ALLOW: 'localhost',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    })
    expect(refused.code).toBe(1)
    for (const name of [
      'TILLGATE_PORT',
      'TILLGATE_URL',
      'TILLGATE_POSTGRES',
      'TILLGATE_EGRESS_ALLOW',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]) {
      expect(refused.stderr).toContain(name)
    }
    expect(existsSync(join(home, 'never'))).toBe(false)
  })

  it('for the demo beyond loopback', () => {
    const refused = tillgate(['demo', '--data', join(home, 'never')], {
      TILLGATE_HOST: '0.0.0.0',
      TILLGATE_URL: 'https://gate.example.com',
    })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('loopback')
  })
})

async function firstOrder(ready: Parameters<typeof tokenFor>[0]): Promise<unknown> {
  const token = await tokenFor(ready, 'operator')
  const { value } = await callTool(ready.mcp, token, {
    name: 'search_orders',
    arguments: { store: 'harbour', page_size: 1 },
  })
  return value?.items
}
