import type { Command } from '../command.ts'
import { agentCreate, agentList, agentRevoke } from './agents.ts'
import { auditVerify } from './audit.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { migrateCommand } from './migrate.ts'
import { sandboxCommand } from './sandbox.ts'
import { serve } from './serve.ts'
import { storeAdd } from './stores.ts'
import { workspaceCreate } from './workspaces.ts'

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  demo,
  serve,
  migrateCommand,
  doctor,
  workspaceCreate,
  agentCreate,
  agentList,
  agentRevoke,
  storeAdd,
  sandboxCommand,
  auditVerify,
]
