import { parseArgs } from 'node:util'
import { buildAll } from './children.ts'
import { consoleAlone } from './console.ts'
import { consoleTable } from './console-report.ts'
import { doorAlone } from './door-alone.ts'
import { machineFacts } from './machine.ts'
import { measure } from './measure.ts'
import { pageLine, pageTimes } from './page.ts'
import { FULL, QUICK } from './plan.ts'
import { addedTimes, doorLine, type Report, tables } from './report.ts'
import { startWorld } from './world.ts'

/**
 * `npm run bench [-- --json] [-- --quick]`: Tillgate beside what it is made of, in one run. Linux only: it reads /proc.
 * `npm run bench -- --door` measures the door alone, `npm run bench -- --console [--records N] [--agents N]` the console's
 * server, `npm run bench -- --page` the web app in Chromium.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    door: { type: 'boolean' },
    console: { type: 'boolean' },
    page: { type: 'boolean' },
    records: { type: 'string', default: '10000000' },
    agents: { type: 'string', default: '10000' },
  },
})
if (values.console) {
  const size = { records: Number(values.records), agents: Number(values.agents) }
  const report = await consoleAlone(size, (line) => console.error(line))
  console.log(values.json ? JSON.stringify(report) : consoleTable(report))
} else if (values.page) {
  const times = await pageTimes()
  console.log(values.json ? JSON.stringify({ page: times }) : pageLine(times))
} else if (values.door) {
  const door = await doorAlone()
  console.log(values.json ? JSON.stringify({ door }) : doorLine(door))
} else {
  const report = await bench(values.quick === true)
  console.log(values.json ? JSON.stringify(report) : tables(report))
  process.exitCode = report.measured.some(({ failed }) => failed > 0) ? 1 : 0
}

async function bench(quick: boolean): Promise<Report> {
  const from = performance.now()
  const machine = machineFacts()
  await buildAll()
  const world = await startWorld()
  const stop = () => void world.stop().then(() => process.exit(1))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const measured = await measure(world, quick ? QUICK : FULL, (line) => console.error(line))
    return {
      machine: { ...machine, postgresql: world.postgres },
      seconds: Math.round((performance.now() - from) / 1000),
      answer_bytes: world.answerBytes,
      quick,
      measured,
      added: addedTimes(measured),
      door: world.door,
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await world.stop()
  }
}
