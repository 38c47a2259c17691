import type { ApiVisit } from './visit.ts'

/** Milliseconds that a page waits for the newest records to be counted. */
const PATIENCE_MS = 400

/**
 * Lets the newest records of the workspace be counted before they are shown. Whether they are: where very many came at once,
 * as after an upgrade, counting goes on behind the page, which shows what is counted so far.
 */
export async function counted({ world, person }: Pick<ApiVisit, 'world' | 'person'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  const counting = world.tally.catchUp(person.workspaceId).then(
    () => true,
    (error) => {
      world.onMistake(error)
      return false
    },
  )
  try {
    return await Promise.race([counting, patience])
  } finally {
    clearTimeout(timer)
  }
}
