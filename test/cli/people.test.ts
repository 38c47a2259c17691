import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Product, startProduct, tokenFor } from '../support/product.ts'
import { callTool } from '../support/rpc.ts'
import { makeHome, startTillgate, tillgate } from './support.ts'

type Chain = { slug: string | null; records: number }

// Each command line is a process of its own, and some tests run a dozen.
vi.setConfig({ testTimeout: 120_000 })

let home: string
let product: Product
let operator: Record<string, string>
let data: string[]

beforeAll(async () => {
  home = makeHome()
  product = await startProduct({ data: join(home, 'data') })
  operator = {
    TILLGATE_OPERATOR_KEY: product.ready.operator_key ?? '',
    TILLGATE_URL: product.ready.url,
  }
  data = ['--data', product.data, '--json']
}, 90_000)
afterAll(async () => {
  await product?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** Done as the operator; gives what it printed. */
const run = (...words: string[]) => {
  const done = tillgate([...words, ...data], operator)
  expect(done, words.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return done.json()
}
const fails = (...words: string[]) => {
  const done = tillgate([...words, '--data', product.data], operator)
  expect(done, words.join(' ')).toMatchObject({ code: 1, stdout: '' })
  return done.stderr
}
/** Commands block this process: connections that were closed meanwhile are noticed before one is used again. */
const noticeClosed = () => delay(50)
const listStores = async (token: string) => {
  await noticeClosed()
  return callTool(product.ready.mcp, token, { name: 'list_stores', arguments: {} })
}
const tokenOf = async (ready: Product['ready']) => {
  await noticeClosed()
  return tokenFor(ready, 'analyst')
}
const call = async () => listStores(await tokenOf(product.ready))
const recordsOf = (slug: string | null) => {
  const { workspaces } = run('audit', 'verify')
  return workspaces.find((chain: Chain) => chain.slug === slug)?.records ?? 0
}

describe('members', () => {
  it('are invited by a link, which is recorded, and change seats', () => {
    const before = recordsOf('demo')
    const { invitation } = run('member', 'invite', 'Ada@Example.test', '--seat', 'admin', '--workspace', 'demo')
    expect(invitation).toMatchObject({ seat: 'admin', mailed: false })
    expect(invitation.link).toMatch(new RegExp(`^${product.ready.url}/console/invitation/tg_in_`))
    expect(recordsOf('demo')).toBe(before + 1)
    const { owner } = product.ready
    const own = { email: owner.email, seat: 'owner', removed_at: null }
    expect(run('member', 'list').members).toContainEqual(expect.objectContaining(own))
    expect(run('member', 'seat', owner.email, 'owner').member).toMatchObject({ seat: 'owner' })
  })

  it('leave at least one owner', () => {
    const { email } = product.ready.owner
    expect(fails('member', 'seat', email, 'viewer')).toContain('last owner')
    expect(fails('member', 'remove', email)).toContain('last owner')
    expect(fails('member', 'remove', 'nobody@example.test')).toContain('no such member')
    expect(fails('member', 'invite', email, '--seat', 'viewer')).toContain('member already')
  })

  it('get a link for a new password or a new second factor', async () => {
    const { email } = product.ready.owner
    for (const words of [[], ['--second-factor']]) {
      const { reset } = run('member', 'reset', email, ...words)
      expect(reset).toMatchObject({ purpose: words.length === 0 ? 'password' : 'second_factor', minutes: 30 })
      expect(reset.link).toContain(`${product.ready.url}/console/reset/tg_ln_`)
      expect((await fetch(reset.link)).status).toBe(200)
    }
    expect(fails('member', 'reset', 'nobody@example.test')).toContain('no such member')
  })

  it('are invited also where the mail cannot be sent', () => {
    const words = ['member', 'invite', 'grace@example.test', '--seat', 'viewer', '--data', product.data]
    const done = tillgate(words, { ...operator, TILLGATE_SMTP_URL: 'smtp://127.0.0.1:1' })
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/could not be sent[\s\S]*\/console\/invitation\/tg_in_/)
  })
})

describe('a workspace', () => {
  it('is frozen and let go on, and is listed as such', async () => {
    expect((await call()).isError).toBe(false)
    const token = await tokenOf(product.ready)
    expect(run('workspace', 'freeze', 'demo')).toMatchObject({ frozen: { slug: 'demo', already: false } })
    expect(run('workspace', 'freeze')).toMatchObject({ frozen: { already: true } })
    expect(run('workspace', 'list').workspaces).toMatchObject([{ slug: 'demo', frozen_at: expect.any(String) }])
    const stopped = await listStores(token)
    expect(stopped.status === 200 && !stopped.isError).toBe(false)
    expect(run('workspace', 'unfreeze', 'demo')).toMatchObject({ unfrozen: { already: false } })
    expect(tillgate(['workspace', 'list', '--data', product.data]).stdout).toMatch(/^demo +.*Pine\n$/)
    expect((await call()).isError).toBe(false)
  })
})

describe('an agent', () => {
  it('is quarantined and released, which is recorded once', () => {
    run('agent', 'create', 'suspect', '--role', 'operator')
    const before = recordsOf('demo')
    expect(run('agent', 'quarantine', 'suspect')).toMatchObject({ quarantined: { name: 'suspect', already: false } })
    expect(run('agent', 'quarantine', 'suspect')).toMatchObject({ quarantined: { already: true } })
    const listed = run('agent', 'list').agents
    expect(listed).toContainEqual(
      expect.objectContaining({ name: 'suspect', quarantinedAt: expect.any(String), revokedAt: null }),
    )
    expect(run('agent', 'release', 'suspect')).toMatchObject({ released: { already: false } })
    expect(run('agent', 'release', 'suspect')).toMatchObject({ released: { already: true } })
    expect(recordsOf('demo')).toBe(before + 2)
    expect(fails('agent', 'quarantine', 'nobody')).toContain('no live agent')
  })

  it('gets a new secret; the old one opens for the overlap and no longer', async () => {
    const made = run('agent', 'create', 'rotating', '--role', 'analyst').agent
    const opens = async ({ client_id, client_secret }: { client_id: string; client_secret: string }) => {
      const analyst = { client_id, client_secret }
      const ready = { ...product.ready, agents: { ...product.ready.agents, analyst } }
      return tokenOf(ready).then(
        () => true,
        () => false,
      )
    }
    const second = run('agent', 'rotate', 'rotating').agent
    expect(second).toMatchObject({ client_id: made.client_id, overlap_minutes: 60 })
    expect([await opens(made), await opens(second)]).toEqual([true, true])
    const third = run('agent', 'rotate', 'rotating', '--overlap', '0').agent
    expect([await opens(made), await opens(second), await opens(third)]).toEqual([false, false, true])
  })
})

describe('an OAuth client', () => {
  it('is registered, listed and removed', () => {
    const uri = 'https://client.example/callback'
    const { client } = run('client', 'create', 'Partner', '--redirect', `${uri},http://127.0.0.1/cb`)
    expect(client).toEqual({
      client_id: expect.stringMatching(/^tg_app_/),
      name: 'Partner',
      redirect_uris: [uri, 'http://127.0.0.1/cb'],
    })
    const confidential = run('client', 'create', 'Server', '--redirect', uri, '--secret').client
    expect(confidential.client_secret).toMatch(/^tg_cs_/)
    const listed = tillgate(['client', 'list', ...data]).json().clients
    expect(listed).toMatchObject([
      { client_id: client.client_id, name: 'Partner', confidential: false, used_at: null },
      { client_id: confidential.client_id, confidential: true },
    ])
    expect(JSON.stringify(listed)).not.toContain(confidential.client_secret)
    for (const { client_id } of listed) expect(tillgate(['client', 'remove', client_id, ...data]).code).toBe(0)
    expect(tillgate(['client', 'list', ...data]).json().clients).toEqual([])
    expect(fails('client', 'remove', client.client_id)).toContain('no registered client')
    expect(fails('client', 'create', 'Odd', '--redirect', 'http://client.example/')).toContain('redirect URIs')
  })
})

describe('the operator key', () => {
  it.each([
    ['member', 'invite', 'x@example.test', '--seat', 'viewer'],
    ['member', 'seat', 'x@example.test', 'viewer'],
    ['member', 'reset', 'x@example.test'],
    ['agent', 'release', 'x'],
    ['agent', 'rotate', 'x'],
    ['workspace', 'unfreeze'],
    ['client', 'create', 'x', '--redirect', 'https://client.example/'],
  ])('is needed for %s %s', (...words) => {
    const refused = tillgate([...words, '--data', product.data], { TILLGATE_OPERATOR_KEY: 'wrong' })
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('TILLGATE_OPERATOR_KEY') })
  })

  it.each([
    ['member', 'remove', 'x@example.test'],
    ['agent', 'quarantine', 'x'],
    ['client', 'remove', 'x'],
  ])('is not needed for %s %s', (...words) => {
    const gone = tillgate([...words, '--data', product.data])
    expect(gone.stderr).toMatch(/^There is no /)
  })
})

describe('wrong words', () => {
  it.each([
    [['member', 'invite', 'x@example.test'], '--seat'],
    [['member', 'invite', 'x@example.test', '--seat', 'king'], 'owner, admin'],
    [['member', 'seat', 'x@example.test', 'king'], 'owner, admin'],
    [['agent', 'rotate', 'x', '--overlap', 'long'], '--overlap'],
    [['client', 'create', 'x'], '--redirect'],
  ])('%s end with 2 and say what is right', (words, hint) => {
    const { code, stderr } = tillgate([...words, '--data', product.data], operator)
    expect(code).toBe(2)
    expect(stderr).toContain(hint)
  })
})

describe('serve', () => {
  it('prints a link for the first account at each start, until somebody is a member', async () => {
    const folder = join(home, 'fresh')
    const words = ['serve', '--port', '0', '--data', folder]
    const first = startTillgate([...words, '--json'])
    const ready = JSON.parse(await first.firstLine())
    expect(ready.setup_url).toMatch(new RegExp(`^${ready.url}/console/setup/tg_ln_`))
    expect((await fetch(ready.setup_url)).status).toBe(200)
    expect(await first.stop()).toBe(0)

    const second = startTillgate(words)
    await expect.poll(() => second.output.stdout, { timeout: 30_000 }).toContain('/console/setup/tg_ln_')
    expect(second.output.stdout).not.toContain(ready.setup_url.split('/').at(-1))
    expect(await second.stop()).toBe(0)
    const demo = await startProduct({ data: folder })
    expect(await demo.stop()).toBe(0)
    const third = startTillgate([...words, '--json'])
    expect(JSON.parse(await third.firstLine())).toMatchObject({ setup_url: null, operator_key: null })
    expect(await third.stop()).toBe(0)
  }, 120_000)
})
