import type { Call } from '../call.ts'
import type { World } from '../world.ts'
import { admit } from './admit.ts'
import { authorise } from './authorise.ts'
import { limit } from './limit.ts'
import { record } from './record.ts'
import { run } from './run.ts'
import { screen } from './screen.ts'

export type Step = {
  readonly name: string
  readonly asks: string
  readonly check: (call: Call, world: World) => void | Promise<void>
}

/**
 * The way of a call, in this order. `edge` and `authenticate` come before it, at the HTTP door, because they
 * answer with a status. `limit` comes before `authorise`, so that refused calls are limited too.
 */
export const steps: readonly Step[] = [
  { name: 'limit', asks: 'within the rate and concurrency of agent and workspace?', check: limit },
  { name: 'authorise', asks: 'token ∩ grant ∩ role as they are now?', check: authorise },
  { name: 'admit', asks: 'arguments strict, harmless, cursor ours?', check: admit },
  { name: 'run', asks: 'the store, through its connector', check: run },
  { name: 'screen', asks: 'rebuilt from the labelled schema?', check: screen },
  { name: 'record', asks: 'written and committed?', check: record },
]
