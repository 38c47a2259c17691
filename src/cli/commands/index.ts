import type { Command } from '../command.ts'
import { agentQuarantine, agentRelease, agentRotate } from './agent-stops.ts'
import { agentCreate, agentList, agentRevoke } from './agents.ts'
import { auditVerify } from './audit.ts'
import { clientCreate, clientList, clientRemove } from './clients.ts'
import { demo } from './demo.ts'
import { demoCode } from './demo-code.ts'
import { doctor } from './doctor.ts'
import { memberInvite, memberReset } from './member-links.ts'
import { memberList, memberRemove, memberSeat } from './members.ts'
import { migrateCommand } from './migrate.ts'
import { sandboxCommand } from './sandbox.ts'
import { serve } from './serve.ts'
import { storeAdd } from './stores.ts'
import { workspaceCreate, workspaceFreeze, workspaceList, workspaceUnfreeze } from './workspaces.ts'

/** Every command, in the order of the overview. */
export const commands: readonly Command[] = [
  // Before `demo`, which is the beginning of its name.
  demoCode,
  demo,
  serve,
  migrateCommand,
  doctor,
  workspaceCreate,
  workspaceList,
  workspaceFreeze,
  workspaceUnfreeze,
  memberInvite,
  memberList,
  memberSeat,
  memberRemove,
  memberReset,
  agentCreate,
  agentList,
  agentQuarantine,
  agentRelease,
  agentRotate,
  agentRevoke,
  clientCreate,
  clientList,
  clientRemove,
  storeAdd,
  sandboxCommand,
  auditVerify,
]
