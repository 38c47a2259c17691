export { acceptRole } from './accept-role.ts'
export { insertKeyAgent, KEY_DAYS_MAX, storeAgentKey } from './agent-keys.ts'
export { agentIdsOf, agentNames } from './agent-names.ts'
export { createMachineAgent, insertMachineAgent, type MachineAgent } from './agents.ts'
export { countGrants, countOtherGrants } from './count-grants.ts'
export { type AgentParts, endAgent, revokeAgent, rotateAgentSecret } from './existing-agents.ts'
export { findAgent } from './find-agent.ts'
export { addStoreToGrant, removeStoreFromGrant } from './grants.ts'
export {
  acceptInvitation,
  type InvitationSummary,
  inviteMember,
  listInvitations,
  withdrawInvitation,
} from './invitations.ts'
export { type AgentSummary, listAgents } from './list-agents.ts'
export { createLogin } from './login/create-login.ts'
export type {
  Account,
  Caller,
  CodeResult,
  Factors,
  LinkPurpose,
  Login,
  LoginSession,
  PasskeySummary,
  SessionSummary,
  SignInResult,
} from './login/login.ts'
export { createMailer, type Mailer } from './login/mailer.ts'
export { totpCode } from './login/totp.ts'
export { clearAgentMarks, clearOwnMarks, type Marks, memberMarks } from './marks.ts'
export { consentGrant, type GrantSummary, liveGrantsOfClient } from './member-grants.ts'
export { addMember, changeSeat, listMembers, type Member, memberByEmail, removeMember } from './members.ts'
export { moveGrant } from './move-grant.ts'
export { type AuthorizationServer, createAuthorizationServer } from './oauth/authorization-server.ts'
export { listClients, type OperatorClient, registerClient, removeClient } from './oauth/clients.ts'
export { endCredentials, endTokensOfGrants, storeSecret } from './oauth/credentials.ts'
export type { FetchDocument } from './oauth/documents.ts'
export type { OauthEvent } from './oauth/events.ts'
export type { AskingClient, Interaction, Interactions } from './oauth/interaction.ts'
export {
  type ChallengeError,
  challenge,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
  resourceOfMetadataPath,
} from './oauth/metadata.ts'
export { type Sweep, startSweep } from './oauth/sweep.ts'
export { type AgentFilter, type AgentPage, pageAgents } from './page-agents.ts'
export {
  type ResourceName,
  resourceName,
  resourceOfPath,
  resourcePath,
  resourceUrl,
  WORKSPACE_SLUG,
} from './resources.ts'
export { roleOf } from './role-of.ts'
export {
  changeRole,
  createRole,
  createRoleIn,
  listRoles,
  type Role,
  type RoleVersion,
  readRole,
  roleAsOf,
  roleByName,
  roleHistory,
  updateRole,
} from './roles.ts'
export { freezeWorkspace, quarantineAgent, releaseAgent, unfreezeWorkspace } from './stops.ts'
export {
  addStore,
  type ConnectedStore,
  disconnectStore,
  listStores,
  listStoresIn,
  moveStore,
  storeCredentialContext,
} from './stores.ts'
export {
  createWorkspace,
  hasMembers,
  listWorkspaces,
  renameWorkspace,
  type Workspace,
  workspaceBySlug,
} from './workspaces.ts'
