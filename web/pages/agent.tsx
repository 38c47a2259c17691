import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { agentQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { AgentState } from '../ui/agent-state.tsx'
import { useKeys } from '../ui/keys.tsx'
import { Panel } from '../ui/panel.tsx'
import { Quote } from '../ui/quote.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { AgentDetail } from './agent-detail.tsx'

/** One agent, beside the list. */
export function AgentPanel() {
  const slug = useSlug()
  const { agent } = useParams({ from: '/console/w/$workspace/agents/$agent' })
  const navigate = useNavigate()
  const close = () =>
    void navigate({ to: '/console/w/$workspace/agents', params: { workspace: slug }, search: (search) => search })
  useKeys({ Escape: close })
  const { data, error, refetch } = useQuery(agentQuery(slug, agent))
  const title = data ? (
    <>
      <Quote text={data.name} /> <AgentState state={data.state} />
    </>
  ) : (
    'Agent'
  )
  return (
    <Panel title={title} label="One agent" onClose={close}>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <AgentDetail agent={data} /> : error ? null : <Waiting what="the agent" />}
    </Panel>
  )
}
