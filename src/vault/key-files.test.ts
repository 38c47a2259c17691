import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createFile, replaceFile } from './key-files.ts'

const root = mkdtempSync(join(tmpdir(), 'tillgate-files-'))
afterAll(() => rmSync(root, { recursive: true }))

it('never overwrites a key, and leaves no file of its own behind', async () => {
  const folder = mkdtempSync(join(root, 'at-'))
  await createFile(join(folder, 'a.key'), 'first')
  await createFile(join(folder, 'a.key'), 'second')
  expect(readFileSync(join(folder, 'a.key'), 'utf8')).toBe('first')
  expect(readdirSync(folder)).toEqual(['a.key'])
})

it('replaces a pointer whole', async () => {
  const folder = mkdtempSync(join(root, 'at-'))
  await replaceFile(join(folder, 'active'), 'first')
  await replaceFile(join(folder, 'active'), 'second')
  expect(readFileSync(join(folder, 'active'), 'utf8')).toBe('second')
  expect(readdirSync(folder)).toEqual(['active'])
})
