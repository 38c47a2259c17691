import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { callEveryReadTool, schemaMistake } from '../support/every-tool.ts'
import { foreign, foreignRuns } from '../support/foreign.ts'
import { sdkClients } from '../support/mcp-client.ts'
import { type Product, startProduct, tokenFor } from '../support/product.ts'

const nodes = [
  { name: "this machine's Node", path: process.execPath, version: process.version, runs: true },
  { name: 'Node 24', path: foreign.node, version: 'v24.', runs: foreignRuns },
]

let product: Product | undefined
afterEach(() => product?.stop())

for (const { name, path, version, runs } of nodes) {
  describe.skipIf(!runs)(`the built package on ${name}`, () => {
    it('starts, answers every tool in both eras, and stops when told to', async () => {
      expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toContain(version)
      product = await startProduct({ node: path })
      const token = await tokenFor(product.ready, 'operator')
      for (const { connect } of sdkClients) {
        const client = await connect(product.ready.mcp, { token })
        const called = await callEveryReadTool(client)
        expect(called.filter((each) => each.answer.isError || schemaMistake(each))).toEqual([])
        expect(called).toHaveLength(9)
        await client.close()
      }
      expect(product.stdout().trimEnd().split('\n')).toHaveLength(1)
      expect(await product.stop()).toBe(0)
    })
  })
}
