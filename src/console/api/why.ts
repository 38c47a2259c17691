import { isScope, scopeWords } from '#commerce'

/** Why a call was not answered, in words of ours, and where that would be changed, where it should be. */
export type Why = { readonly sentence: string; readonly link?: { readonly to: string; readonly text: string } }

export type NoFacts = {
  readonly step: string
  /** The code of the error, or the reason of a refusal that was counted. */
  readonly code: string
  readonly reason?: string | undefined
  readonly tool?: string | undefined
  readonly agentId?: string | undefined
  readonly store?: string | undefined
  readonly role?:
    | { readonly name: string; readonly limits: { per_second: number; burst: number; concurrency: number } }
    | undefined
}

/** Explains one refusal or failure. Links are below the workspace. */
export function why(facts: NoFacts): Why {
  return (
    forScope(facts) ?? BY_CODE[facts.code]?.(facts) ?? { sentence: `The step ${facts.step} said no (${facts.code}).` }
  )
}

const NOT_GRANTED = /^(\S+) was not granted$/

function forScope({ reason = '', agentId }: NoFacts): Why | undefined {
  const scope = NOT_GRANTED.exec(reason)?.[1]
  if (scope === undefined || !isScope(scope)) return undefined
  const sentence = `Its role has ${scope}, but the agent was not granted it: to ${scopeWords[scope]}.`
  return { sentence, ...toAgent(agentId, 'What this agent was granted') }
}

const BY_CODE: Readonly<Record<string, (facts: NoFacts) => Why>> = {
  rate_limited: ({ role, agentId }) => ({
    sentence: role
      ? `More than ${role.limits.per_second} calls a second (${role.limits.burst} at once on top, ${role.limits.concurrency} at the same time), which is the limit of the role ${role.name}.`
      : 'More calls than the limits of its role allow.',
    ...(role ? toRole(role.name) : toAgent(agentId, 'This agent')),
  }),
  not_allowed: ({ reason, agentId }) =>
    reason === 'the agent is in quarantine'
      ? { sentence: 'The agent is in quarantine, where it may only read.', ...toAgent(agentId, 'Release it') }
      : { sentence: 'The agent was not granted what this call needs.', ...toAgent(agentId, 'What it was granted') },
  unlisted: ({ reason, role, tool }) =>
    reason === 'there is no such tool'
      ? { sentence: 'There is no tool of that name; the agent made it up, or an older version had it.' }
      : {
          sentence: `The role${role ? ` ${role.name}` : ''} does not have ${tool ?? 'this tool'}.`,
          ...(role && toRole(role.name)),
        },
  invalid_arguments: () => ({ sentence: 'An argument did not fit the tool; nothing was asked of the store.' }),
  not_found: ({ store }) => ({
    sentence:
      store === undefined
        ? 'It named a store that is not there, or not for this agent.'
        : 'The store has no such thing.',
  }),
  store_auth_failed: ({ store }) => ({ sentence: "The store did not take Tillgate's credential.", ...toStore(store) }),
  store_refused: ({ store }) => ({ sentence: 'The store refused the request.', ...toStore(store) }),
  store_throttled: ({ store }) => ({
    sentence: 'The store asked for fewer requests; the agent was told to wait.',
    ...toStore(store),
  }),
  store_unavailable: ({ store }) => ({ sentence: 'The store could not be reached.', ...toStore(store) }),
  store_timeout: ({ store }) => ({ sentence: 'The store took too long to answer.', ...toStore(store) }),
  store_bad_answer: ({ store }) => ({
    sentence: 'The answer of the store was not what it should be, so nothing of it was passed on.',
    ...toStore(store),
  }),
  answer_too_large: () => ({ sentence: 'The answer was too large to pass on; the agent was told to ask for less.' }),
  unavailable: () => ({ sentence: 'Tillgate could not do it at that moment: its database was away.' }),
  internal: () => ({ sentence: 'Something went wrong inside Tillgate; its log says what.' }),
  token_expired: () => ({ sentence: 'Its access token was over; clients fetch a new one by themselves.' }),
  wrong_resource: () => ({ sentence: 'The token was made for another address of Tillgate.' }),
  grant_ended: ({ agentId }) => ({
    sentence: 'Its grant has ended or was revoked.',
    ...toAgent(agentId, 'This agent'),
  }),
  agent_revoked: ({ agentId }) => ({ sentence: 'The agent was revoked.', ...toAgent(agentId, 'This agent') }),
  member_removed: () => ({
    sentence: 'The member behind it is no member any more.',
    link: { to: '/members', text: 'Members' },
  }),
  workspace_frozen: () => ({
    sentence: 'The workspace was frozen: no agent could do anything.',
    link: { to: '/settings', text: 'Settings' },
  }),
  other: () => ({ sentence: 'Too many different refusals at once; they were counted together.' }),
}

function toAgent(agentId: string | undefined, text: string): Pick<Why, 'link'> {
  return agentId === undefined || agentId === '' ? {} : { link: { to: `/agents/${agentId}`, text } }
}

function toRole(name: string): Pick<Why, 'link'> {
  return { link: { to: `/roles/${encodeURIComponent(name)}`, text: 'This role' } }
}

function toStore(handle: string | undefined): Pick<Why, 'link'> {
  return handle === undefined ? {} : { link: { to: '/stores', text: `The store ${handle}` } }
}
