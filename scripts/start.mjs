// Builds when dist/ is missing or older than its sources, then runs `tillgate demo` with the arguments given.
import { buildIfStale } from './build-if-stale.mjs'

const built = buildIfStale()
if (built !== 0) process.exit(built)
process.argv.splice(2, 0, 'demo')
await import('../dist/main.js')
