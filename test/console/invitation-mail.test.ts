import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addMember, createWorkspace } from '#identity'
import { apiOf } from '../support/api.ts'
import { startTestConsole, type TestConsole } from '../support/console.ts'
import { type Headless, headless } from '../support/headless.ts'
import { signIn } from '../support/seated.ts'

let test: TestConsole
let admin: Headless

beforeAll(async () => {
  test = await startTestConsole({ mail: true })
  const { workspaceId } = await createWorkspace(test.world, { slug: 'shop', name: 'Harbour & Pine' })
  const account = { email: 'ada@example.test', name: 'Ada', password: 'seven grey herons at noon' }
  const { accountId } = await test.world.login.createAccount(account)
  const member = { workspaceId, accountId, email: account.email, name: 'Ada', seat: 'admin', by: 'test' } as const
  await test.database.jobs.inWorkspace(workspaceId, (tx) => addMember(tx, member))
  admin = headless(test.url)
  await signIn(admin, { email: account.email, password: account.password })
  // As if a second factor had been shown.
  await test.database.pools.auth.query('update auth.sessions set mfa_at = now()')
}, 60_000)
afterAll(() => test?.stop())

it.each(['a new address', 'one with an account'])(
  'an invitation of %s goes to its mailbox and is shown to nobody',
  async (whom) => {
    const email = `${randomUUID()}@example.test`
    if (whom !== 'a new address') {
      await test.world.login.createAccount({ email, name: 'Lin', password: 'seven grey herons at noon' })
    }
    const { body, text } = await apiOf(test.url, 'shop').post({ browser: admin }, 'members/invite', {
      email,
      seat: 'viewer',
    })
    expect(body).toEqual({ kind: 'mailed' })
    expect(text).not.toContain('tg_in_')
    const letter = test.mails.at(-1)
    expect(letter).toMatchObject({ to: email, subject: 'Invitation to Harbour & Pine' })
    const [link = ''] = /http\S+\/console\/invitation\/tg_in_\S+/.exec(letter?.text ?? '') ?? []
    expect((await headless(test.url).open(link)).text).toContain('Harbour & Pine')
  },
)
