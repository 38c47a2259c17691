import { sign, verify } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createVault, openKeysFolder } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'tillgate-keys-'))
afterAll(() => rmSync(root, { recursive: true }))

const newFolder = () => join(mkdtempSync(join(root, 'at-')), 'deep', "it's.keys")
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

async function started() {
  const folder = newFolder()
  return { folder, keys: await openKeysFolder({ folder, dataFolderIsNew: true }) }
}

describe('the keys folder', () => {
  it('is made on the first start: folders 0700, files 0600, nothing left over', async () => {
    const { folder } = await started()
    expect(readdirSync(folder).sort()).toEqual(['cursor.key', 'master', 'signing.pem'])
    expect(readdirSync(join(folder, 'master'))).toHaveLength(2)
    expect([folder, join(folder, 'master')].map(mode)).toEqual(['700', '700'])
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const file of files) expect(mode(join(file.parentPath, file.name)), file.name).toBe('600')
  })

  it('gives the same keys on the next start, whether there is data or not', async () => {
    const { folder, keys } = await started()
    const context = { workspace: 'w_1', purpose: 'credential' }
    const sealed = await createVault({ provider: keys.provider, clock: () => 0 }).seal(context, 'token')
    const signature = sign(null, Buffer.from('head'), keys.signingKey)
    for (const dataFolderIsNew of [false, true]) {
      const again = await openKeysFolder({ folder, dataFolderIsNew })
      const opened = await createVault({ provider: again.provider, clock: () => 0 }).open(context, sealed)
      expect(opened.reveal().toString()).toBe('token')
      expect(
        verify(null, Buffer.from('head'), again.signingKey.export({ type: 'pkcs8', format: 'pem' }), signature),
      ).toBe(true)
      expect(again.cursorKey.reveal()).toEqual(keys.cursorKey.reveal())
    }
  })

  it('is completed when the first start was interrupted, without touching what is there', async () => {
    const { folder, keys } = await started()
    rmSync(join(folder, 'cursor.key'))
    const again = await openKeysFolder({ folder, dataFolderIsNew: true })
    expect(again.signingKey.equals(keys.signingKey)).toBe(true)
  })

  it('serves two first starts at once with the same keys', async () => {
    const folder = newFolder()
    const [a, b] = await Promise.all([1, 2].map(() => openKeysFolder({ folder, dataFolderIsNew: true })))
    expect(a?.signingKey.equals(b?.signingKey ?? a.signingKey)).toBe(true)
    expect(a?.cursorKey.reveal()).toEqual(b?.cursorKey.reveal())
  })

  it.each(['', 'master/active', 'signing.pem', 'cursor.key'])(
    'missing %s beside existing data is refused and not made anew',
    async (name) => {
      const { folder } = await started()
      rmSync(join(folder, name), { recursive: true })
      const opening = openKeysFolder({ folder, dataFolderIsNew: false })
      await expect(opening).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' })
      await expect(opening).rejects.toThrow(
        /keys are missing: .* should exist\. Restore the keys folder to .*, or start with an empty data folder/,
      )
      await expect(openKeysFolder({ folder, dataFolderIsNew: false })).rejects.toThrow('keys are missing')
    },
  )

  it('without the master key that wraps is refused with its id', async () => {
    const { folder, keys } = await started()
    const id = await keys.provider.rotate()
    rmSync(join(folder, 'master', `${id}.key`))
    await expect(openKeysFolder({ folder, dataFolderIsNew: false })).rejects.toThrow(`Master key ${id} is not at`)
  })

  it.each([
    ['', 0o750],
    ['master', 0o701],
    ['signing.pem', 0o640],
    ['cursor.key', 0o604],
    ['master/active', 0o620],
  ])(
    'with %s open to others (mode %o) is refused, and the sentence has the command that closes it',
    async (name, open) => {
      const { folder } = await started()
      chmodSync(join(folder, name), open)
      const command = `chmod -R go= '${folder.replace("'", "'\\''")}'`
      await expect(openKeysFolder({ folder, dataFolderIsNew: false })).rejects.toThrow(command)
      await expect(openKeysFolder({ folder, dataFolderIsNew: true })).rejects.toThrow(command)
    },
  )

  it.each(['signing.pem', 'cursor.key', 'master/active'])('with a damaged %s is refused', async (name) => {
    const { folder } = await started()
    writeFileSync(join(folder, name), 'x')
    await expect(openKeysFolder({ folder, dataFolderIsNew: false })).rejects.toThrow(
      /is damaged: restore the keys folder/,
    )
  })

  it('that cannot be made is refused with a sentence', async () => {
    const file = join(mkdtempSync(join(root, 'at-')), 'file')
    writeFileSync(file, '')
    const opening = openKeysFolder({ folder: join(file, 'keys'), dataFolderIsNew: true })
    await expect(opening).rejects.toThrow(/cannot be read or written \(ENOTDIR\)/)
  })

  it('made beforehand by the operator and closed is used', async () => {
    const folder = newFolder()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await expect(openKeysFolder({ folder, dataFolderIsNew: true })).resolves.toHaveProperty('provider')
  })
})
