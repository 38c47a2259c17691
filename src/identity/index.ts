export { type AgentSummary, createMachineAgent, listAgents, type MachineAgent } from './agents.ts'
export { type AgentParts, revokeAgent, rotateAgentSecret } from './existing-agents.ts'
export { addStoreToGrant, removeStoreFromGrant } from './grants.ts'
export type { OauthEvent } from './oauth/events.ts'
export { loadOauthKeys, type OauthKeys, type SigningKeys } from './oauth/keys.ts'
export {
  type ChallengeError,
  challenge,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  resourceOfMetadataPath,
} from './oauth/metadata.ts'
export { type AuthorizationServer, createAuthorizationServer } from './oauth/provider.ts'
export { type Sweep, startSweep } from './oauth/sweep.ts'
export { type ResourceName, resourceName, resourceOfPath, resourcePath, resourceUrl } from './resources.ts'
export { createRole, type Role, roleByName, roleOf, updateRole } from './roles.ts'
export {
  addStore,
  type ConnectedStore,
  disconnectStore,
  listStores,
  moveStore,
  storeCredentialContext,
} from './stores.ts'
export { createWorkspace, type Workspace, workspaceBySlug } from './workspaces.ts'
