import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '#kernel'
import { type Browser, browserRuns, type Screen, startBrowser } from '../../support/browser.ts'
import { openPage, signInOn } from '../../support/on-screen.ts'
import { ownerOf } from '../../support/people.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { callTool } from '../../support/rpc.ts'

/** Where programs find the packages that they import. */
const FOLDER = join(packageRoot(), '.tmp')

describe.skipIf(!browserRuns)('who connects a program of their own', () => {
  let product: Product
  let browser: Browser
  let screen: Screen
  let folder: string
  beforeAll(async () => {
    product = await startProduct()
    browser = await startBrowser()
    screen = await browser.person({ width: 1360 })
    mkdirSync(FOLDER, { recursive: true })
    folder = mkdtempSync(join(FOLDER, 'connect-'))
    await screen.page.goto(product.ready.console)
    await signInOn(screen.page, ownerOf(product.ready))
  })
  afterAll(async () => {
    await browser.stop()
    await product.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const make = async (page: Page, { client, name, button }: { client: string; name: string; button: string }) => {
    await openPage(page, `${product.ready.console}/w/demo/connect?client=${client}`)
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByRole('button', { name: button }).click()
    await page.getByRole('heading', { name: 'Keep this now' }).waitFor()
  }
  const shown = async (page: Page, after: string) =>
    (await page.locator(`p:has-text("${after}") + div pre`).first().textContent()) ?? ''

  /** The program of a tab. */
  async function codeOf(page: Page, language: string): Promise<string> {
    await page.getByRole('tab', { name: language }).click()
    return (await page.getByRole('tabpanel').locator('pre').textContent()) ?? ''
  }

  it('makes an agent, whose programs run as they are shown, and sees its first call come in', async () => {
    const { page } = screen
    await make(page, { client: 'machine', name: 'My program', button: 'Make the agent' })
    const env = {
      ...process.env,
      TILLGATE_CLIENT_ID: await shown(page, 'client_id'),
      TILLGATE_CLIENT_SECRET: await shown(page, 'client_secret'),
    }
    const run = (program: string, file: string, code: string) => {
      const path = join(folder, file)
      writeFileSync(path, code)
      return execFileSync(program, program.endsWith('node') ? ['--import', 'tsx', path] : [path], {
        env,
        encoding: 'utf8',
      })
    }
    expect(run(process.execPath, 'agent.mts', await codeOf(page, 'TypeScript'))).toContain('"handle":"harbour"')
    await page.getByText('There it is').waitFor()
    expect(await page.textContent('main')).toContain('list_stores')
    expect(run('python3', 'agent.py', await codeOf(page, 'Python'))).toContain('harbour')
    expect(run('bash', 'agent.sh', await codeOf(page, 'curl'))).toContain('harbour')
    expect(await screen.mistakes('connected')).toEqual([])
  })

  it('makes a key, which opens the address that is shown', async () => {
    const { page } = screen
    await make(page, { client: 'key', name: 'Only a header', button: 'Make the key' })
    const key = await shown(page, 'The key')
    expect(key).toMatch(/^tg_key_/)
    const here = `${product.ready.url}/mcp/w/demo`
    expect((await callTool(here, key, { name: 'list_stores', arguments: {} })).status).toBe(200)
    expect((await callTool(product.ready.mcp, key, { name: 'list_stores', arguments: {} })).status).toBe(401)
    await page.reload()
    await page.getByRole('heading', { name: 'An agent key' }).waitFor()
    expect(await page.textContent('main')).not.toContain(key)
  })
})
