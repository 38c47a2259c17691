import { expect, it } from 'vitest'
import { groupCommit } from './group-commit.ts'

const bounds = { batchMax: 100, queueMax: 100, isBadRow: () => false }

it('writes the rows of one turn in one batch, and gathers the next while it is on its way', async () => {
  const batches: number[][] = []
  const commit = groupCommit<number, number>({
    ...bounds,
    insert: async (rows) => {
      batches.push(rows)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return rows.map((row) => row * 2)
    },
  })
  const first = [commit.add(1), commit.add(2)]
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  const second = [commit.add(3), commit.add(4)]
  expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8])
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ])
})

it('writes a row that comes right after the queue ran empty', async () => {
  const commit = groupCommit<number, number>({ ...bounds, insert: async (rows) => rows })
  expect(await commit.add(1)).toBe(1)
  expect(await commit.add(2)).toBe(2)
})

it('keeps batches within their bound', async () => {
  const sizes: number[] = []
  const insert = async (rows: number[]) => {
    sizes.push(rows.length)
    return rows
  }
  const commit = groupCommit<number, number>({ ...bounds, batchMax: 2, insert })
  await Promise.all([1, 2, 3, 4, 5].map(commit.add))
  expect(sizes).toEqual([2, 2, 1])
})

it('lets a bad row fail alone', async () => {
  const insert = async (rows: number[]) => {
    if (rows.includes(13)) throw new Error('bad row')
    return rows
  }
  const commit = groupCommit<number, number>({ ...bounds, insert, isBadRow: () => true })
  const settled = await Promise.allSettled([12, 13, 14].map(commit.add))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

it('rejects all rows and repeats none when nobody knows what was written', async () => {
  let inserts = 0
  const insert = async () => {
    inserts += 1
    throw new Error('connection lost')
  }
  const commit = groupCommit<number, number>({ ...bounds, insert })
  const settled = await Promise.allSettled([1, 2, 3].map(commit.add))
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(inserts).toBe(1)
})

it('refuses what exceeds the queue at once, and takes rows again when there is room', async () => {
  const commit = groupCommit<number, number>({ ...bounds, queueMax: 2, insert: async (rows) => rows })
  const settled = await Promise.allSettled([1, 2, 3].map(commit.add))
  expect(settled[2]).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
  expect(await commit.add(4)).toBe(4)
})

it('settles what waits before it closes, and takes nothing after', async () => {
  const commit = groupCommit<number, number>({ ...bounds, insert: async (rows) => rows })
  const waiting = commit.add(1)
  await commit.close()
  expect(await waiting).toBe(1)
  await expect(commit.add(2)).rejects.toMatchObject({ code: 'unavailable' })
})
