// Everything that can be known without running Tillgate: lock file, types, lint, boundaries, unused code.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

const checks = {
  types: ['tsc', '-p', '.'],
  'types of the web app': ['tsc', '-p', 'web'],
  lint: ['biome', 'check', '.'],
  boundaries: [
    'depcruise',
    'src',
    'web',
    'test',
    'bench',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err-long',
  ],
  unused: ['knip'],
}

checkLockFile('package-lock.json')
checkLockFile('test/clients/package-lock.json')
const results = []
const all = Object.entries(checks)
for (let at = 0; at < all.length; at += 2) {
  results.push(...(await Promise.all(all.slice(at, at + 2).map(([name, command]) => run(name, command)))))
}
process.exit(results.every(Boolean) ? 0 : 1)

/** npm silently writes a lock without the binaries of other platforms when the registry lacks them; then `npm ci` fails elsewhere. */
function checkLockFile(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )
  const hosts = Object.values(packages).filter((entry) => entry.resolved?.startsWith('http'))
  if (missing.length > 0 || hosts.length > 0) {
    console.error(`${file} lacks [${missing.join(', ')}] and names a registry host ${hosts.length} times`)
    process.exit(1)
  }
}

function run(name, [program, ...args]) {
  return new Promise((resolve) => {
    const from = Date.now()
    const child = spawn(`node_modules/.bin/${program}`, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} ${((Date.now() - from) / 1000).toFixed(1)} s`)
      if (code !== 0) console.log(output)
      resolve(code === 0)
    })
  })
}
