import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { explainProblem, headOf } from '#audit'
import type { GuardedEnv } from './visit.ts'

/**
 * Checks every record of the workspace against its chain and the signed heads, and tells how far it is: events `progress`
 * `{records, of}`, then one `report`, or `busy` where somebody else is at it, or `failed`.
 */
export async function verifyLive(c: Context<GuardedEnv>): Promise<Response> {
  const { world, person, tx } = c.var.visit
  const of = await headOf(tx)
  c.header('x-accel-buffering', 'no')
  const answer = streamSSE(c, async (stream) => {
    const say = (event: string, data: object) => stream.writeSSE({ event, data: JSON.stringify(data) })
    if (world.verifying.has(person.workspaceId)) return void (await say('busy', {}))
    world.verifying.add(person.workspaceId)
    try {
      const onProgress = (records: number) => void say('progress', { records, of }).catch(world.onMistake)
      const report = await world.verify(person.workspaceId, onProgress)
      const problems = report.problems.map(explainProblem)
      await say('report', { ...report, problems, at: world.clock() })
    } catch (error) {
      world.onMistake(error)
      await say('failed', { message: 'The records could not be read to the end; try again in a moment.' })
    } finally {
      world.verifying.delete(person.workspaceId)
    }
  })
  // Hono says `no-cache` here, which lets caches keep it.
  answer.headers.set('cache-control', 'no-store')
  return answer
}
