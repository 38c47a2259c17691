import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { storyQuery } from '../data/queries.ts'
import { useSlug } from '../data/use-workspace.ts'
import { useKeys } from '../ui/keys.tsx'
import { Panel } from '../ui/panel.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { CallStory } from './call-story.tsx'

/** One call, beside the list. */
export function StoryPanel() {
  const slug = useSlug()
  const { record } = useParams({ from: '/console/w/$workspace/activity/$record' })
  const navigate = useNavigate()
  const close = () =>
    void navigate({ to: '/console/w/$workspace/activity', params: { workspace: slug }, search: (search) => search })
  useKeys({ Escape: close })
  const { data, error, refetch } = useQuery(storyQuery(slug, record))
  return (
    <Panel title={`Record ${record}`} label="The story of one call" onClose={close}>
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <CallStory story={data} /> : error ? null : <Waiting what="the call" />}
    </Panel>
  )
}
