import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runCommand } from '#cli'
import { type Product, startProduct, tokenFor } from '../support/product.ts'
import { callTool } from '../support/rpc.ts'
import { makeHome, startTillgate, tillgate } from './support.ts'

type Chain = { slug: string | null; records: number }

let home: string
let product: Product
let operator: Record<string, string>
let data: string[]

beforeAll(async () => {
  home = makeHome()
  product = await startProduct({ data: join(home, 'data') })
  operator = { TILLGATE_OPERATOR_KEY: product.ready.operator_key ?? '' }
  data = ['--data', product.data, '--json']
}, 90_000)
afterAll(async () => {
  await product?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('beside a running Tillgate', () => {
  it('an agent is made, listed, used and revoked, and its next call is refused', async () => {
    const made = tillgate(['agent', 'create', 'courier', '--role', 'support', ...data], operator)
    expect(made.code).toBe(0)
    const { client_id, client_secret } = made.json().agent
    const ready = { ...product.ready, agents: { ...product.ready.agents, analyst: { client_id, client_secret } } }
    const token = await tokenFor(ready, 'analyst')
    const call = () => callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
    expect((await call()).isError).toBe(false)

    const listed = tillgate(['agent', 'list', ...data]).json().agents
    expect(listed).toContainEqual(expect.objectContaining({ name: 'courier', role: 'support', stores: ['harbour'] }))

    expect(tillgate(['agent', 'revoke', 'courier', ...data]).code).toBe(0)
    expect((await call()).status).toBe(401)
  })

  it('what widens needs the operator key, what stops does not', () => {
    for (const key of [{}, { TILLGATE_OPERATOR_KEY: 'wrong' }]) {
      for (const words of [
        ['agent', 'create', 'x', '--role', 'analyst'],
        ['workspace', 'create', 'other'],
      ]) {
        const refused = tillgate([...words, ...data], key)
        expect(refused.code).toBe(1)
        expect(refused.stderr).toContain('TILLGATE_OPERATOR_KEY')
      }
    }
    const gone = tillgate(['agent', 'revoke', 'nobody', ...data])
    expect(gone.code).toBe(1)
    expect(gone.stderr).not.toContain('TILLGATE_OPERATOR_KEY')
  })

  it('a second workspace gets a sandbox of its own', async () => {
    expect(tillgate(['workspace', 'create', 'second', '--name', 'Second', ...data], operator).code).toBe(0)
    const words = ['store', 'add', 'other', '--workspace', 'second', '--sandbox', product.ready.stores[0]?.url ?? '']
    const wrong = tillgate([...words, ...data], { ...operator, TILLGATE_SANDBOX_TOKEN: 'shpat_wrong' })
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).not.toContain('shpat_wrong')
  })

  it('a revoked agent stays revoked, and that is recorded once', () => {
    expect(
      tillgate(['agent', 'create', 'twice', '--role', 'analyst', '--workspace', 'demo', ...data], operator).code,
    ).toBe(0)
    const revoke = () => tillgate(['agent', 'revoke', 'twice', '--workspace', 'demo', '--data', product.data])
    const records = () =>
      tillgate(['audit', 'verify', ...data])
        .json()
        .workspaces.find(({ slug }: Chain) => slug === 'demo').records
    expect(revoke().stdout).toBe('Revoked twice: its next call is refused.\n')
    const before = records()
    expect(revoke()).toMatchObject({ code: 0, stdout: 'twice was already revoked.\n' })
    expect(records()).toEqual(before)
    expect(
      tillgate(['agent', 'create', 'twice', '--role', 'analyst', '--workspace', 'demo', ...data], operator).code,
    ).toBe(0)
    expect(revoke().stdout).toContain('its next call is refused')
  })

  it('a store is given to agents that were there before, and to nobody unless told', async () => {
    const sandbox = startTillgate(['sandbox', 'shopify', '--json'])
    const { url, access_token } = JSON.parse(await sandbox.firstLine())
    const env = { ...operator, TILLGATE_SANDBOX_TOKEN: access_token }
    const add = (handle: string, ...words: string[]) =>
      tillgate(
        ['store', 'add', handle, '--workspace', 'demo', '--sandbox', `${url}/`, ...words, '--data', product.data],
        env,
      )
    const stores = async (name: 'analyst' | 'operator') => {
      const token = await tokenFor(product.ready, name)
      const { value } = await callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
      return JSON.stringify(value)
    }

    const nobody = add('pier')
    expect(nobody).toMatchObject({ code: 0, stdout: expect.stringContaining('--stores pier') })
    expect(nobody.stdout).toContain('--agents')
    expect(await stores('analyst')).not.toContain('pier')

    expect(add('dock', '--agents', 'analyst, nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nobody'),
    })
    expect(add('dock', '--agents', 'analyst').stdout).toContain('analyst')
    expect(await stores('analyst')).toContain('dock')
    expect(await stores('operator')).not.toContain('dock')

    expect(add('quay', '--agents', 'all').code).toBe(0)
    for (const name of ['analyst', 'operator'] as const) expect(await stores(name)).toContain('quay')
    expect(await sandbox.stop()).toBe(0)
  }, 60_000)

  it('the records verify, also against a receipt, and a false receipt shows', async () => {
    const token = await tokenFor(product.ready, 'operator')
    const answer = await callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
    const receipt = {
      workspace: product.ready.workspace.id,
      ...JSON.parse(JSON.stringify(answer.meta['tillgate/receipt'])),
    }
    const file = join(home, 'receipts.jsonl')
    writeFileSync(file, `${JSON.stringify(receipt)}\n`)
    expect(tillgate(['audit', 'verify', '--receipts', file, ...data]).json().ok).toBe(true)
    writeFileSync(file, `${JSON.stringify({ ...receipt, hash: '00'.repeat(32) })}\n`)
    const found = tillgate(['audit', 'verify', '--receipts', file, '--data', product.data])
    expect(found.code).toBe(1)
    expect(found.stdout).toContain('tampered')
  })

  it('the doctor finds nothing wrong', () => {
    const { ok, findings } = tillgate(['doctor', ...data]).json()
    expect(ok).toBe(true)
    const says = Object.fromEntries(findings.map((found: { name: string; says: string }) => [found.name, found.says]))
    expect(says).toMatchObject({
      data: `${product.data} holds the embedded database`,
      keys: expect.stringContaining('open to its owner only'),
      database: expect.stringContaining('reachable'),
      postgres: expect.stringMatching(/^PostgreSQL \d.*embedded, running already$/),
      set_config: 'closed to tillgate_app',
    })
  })

  it('the doctor finds keys that others may read', () => {
    const file = join(`${product.data}.keys`, 'cursor.key')
    chmodSync(file, 0o644)
    const { code, stdout } = tillgate(['doctor', '--data', product.data])
    chmodSync(file, 0o600)
    expect(code).toBe(1)
    expect(stdout).toMatch(/FAIL keys +.*chmod/)
  })

  it('a second Tillgate on the same folder is refused with a sentence', () => {
    const second = tillgate(['serve', '--port', '0', '--data', product.data])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`${product.pid}`)
    expect(second.stderr).toMatch(/already uses the data folder/)
  })

  it('another one on its port is refused with a sentence', () => {
    const port = new URL(product.ready.url).port
    const other = tillgate(['demo', '--port', port, '--data', join(home, 'other')])
    expect(other.code).toBe(1)
    expect(other.stderr).toContain(`port ${port}`)
    expect(other.stderr).not.toMatch(/at .*\.js/)
  }, 60_000)
})

describe('wrong words', () => {
  it.each([
    [['agnet', 'list'], 'there is no command'],
    [['agent', 'create', 'x'], '--role'],
    [['demo', '--prot', '1'], '--prot'],
    [['sandbox', 'magento'], 'shopify'],
  ])('%s end with 2 and say what is right', (words, hint) => {
    const { code, stderr } = tillgate([...words, ...(words[0] === 'agent' ? ['--data', product.data] : [])], operator)
    expect(code).toBe(2)
    expect(stderr).toContain(hint)
  })

  it('every command has --help', async () => {
    const names = [
      'demo',
      'serve',
      'migrate',
      'doctor',
      'workspace create',
      'workspace list',
      'workspace freeze',
      'workspace unfreeze',
      'member invite',
      'member list',
      'member seat',
      'member remove',
      'member reset',
      'agent create',
      'agent list',
      'agent quarantine',
      'agent release',
      'agent rotate',
      'agent revoke',
      'client create',
      'client list',
      'client remove',
      'store add',
      'sandbox',
      'audit verify',
    ]
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    try {
      for (const name of names) {
        write.mockClear()
        expect(await runCommand([...name.split(' '), '--help']), name).toBe(0)
        expect(write.mock.calls.join('')).toContain(`tillgate ${name}`)
      }
    } finally {
      write.mockRestore()
    }
  })
})
