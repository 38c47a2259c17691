import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { storeCredentialContext } from '#identity'
import { createVault, openKeysFolder, type Vault } from '#vault'
import { createCredentials } from './credentials.ts'

let folder: string
let vault: Vault
const workspace = randomUUID()
const store_id = randomUUID()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tg-credentials-'))
  const keys = await openKeysFolder({ folder: join(folder, 'keys'), dataFolderIsNew: true })
  vault = createVault({ provider: keys.provider, clock: Date.now })
})
afterAll(() => {
  vault?.close()
  rmSync(folder, { recursive: true, force: true })
})

const seal = (text: string) => vault.seal(storeCredentialContext(workspace, store_id), text)

it('a credential stays open for exactly the bytes that were opened', async () => {
  const credentials = createCredentials(vault)
  const old = await seal('old')
  const first = await credentials.open(workspace, { store_id, credential: old })
  expect(first.reveal()).toBe('old')
  expect(await credentials.open(workspace, { store_id, credential: Buffer.from(old) })).toBe(first)

  const rotated = await seal('new')
  expect((await credentials.open(workspace, { store_id, credential: rotated })).reveal()).toBe('new')
  credentials.close()
})

it('the credential of another workspace does not open', async () => {
  const credentials = createCredentials(vault)
  const credential = await seal('mine')
  await expect(credentials.open(randomUUID(), { store_id, credential })).rejects.toMatchObject({ code: 'unavailable' })
  credentials.close()
})
