import { useState } from 'react'
import { api, read } from '../data/api.ts'
import type { Members } from '../data/manage.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Select } from '../ui/field.tsx'
import { shared } from './stop-agent.tsx'

type Member = Members['members'][number]
type Props = { readonly member: Member; readonly facts: Members }

/** Nobody reaches above the own seat; leaving is everybody's. */
export function MemberActs({ member, facts }: Props) {
  if (member.isSelf) return <Remove member={member} />
  if (!member.isGoverned) return null
  return (
    <div className="flex flex-wrap gap-2">
      <ChangeSeat member={member} facts={facts} />
      <Remove member={member} />
    </div>
  )
}

function ChangeSeat({ member, facts }: Props) {
  const param = { workspace: useSlug(), account: member.id }
  const [isAsking, setAsking] = useState(false)
  const [seat, setSeat] = useState(member.seat)
  const act = useAct(
    () => read(api.members[':account'].seat.$post({ param, json: { seat } })),
    'The seat is changed, and what the agents of this member may do with it.',
  )
  const options = facts.seats.filter(({ mayGive }) => mayGive).map((each) => [each.seat, each.name] as const)
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        Seat<span className="sr-only"> of {member.email}</span>
      </Button>
      {isAsking ? (
        <Confirm
          title={`Another seat for ${member.email}?`}
          act="Give this seat"
          {...shared(act, () => setAsking(false))}
        >
          <Select
            label="Seat"
            value={seat}
            onChange={(value) => setSeat(options.find(([each]) => each === value)?.[0] ?? seat)}
            options={options}
            any="choose"
          />
          <p className="text-muted text-sm">{facts.seats.find((each) => each.seat === seat)?.may}</p>
        </Confirm>
      ) : null}
    </>
  )
}

function Remove({ member }: { readonly member: Member }) {
  const param = { workspace: useSlug(), account: member.id }
  const [isAsking, setAsking] = useState(false)
  const act = useAct(async () => {
    const { left } = await read(api.members[':account'].remove.$post({ param }))
    if (left) location.assign('/console')
  }, 'Removed, and the agents of this member are stopped.')
  const words = member.isSelf ? 'Leave' : 'Remove'
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        {words}
        <span className="sr-only"> {member.email}</span>
      </Button>
      {isAsking ? (
        <Confirm
          title={member.isSelf ? 'Leave this workspace?' : `Remove ${member.email}?`}
          act={words}
          look="danger"
          {...shared(act, () => setAsking(false))}
        >
          <p>{member.isSelf ? 'Your' : 'Their'} agents stop too, at their next call.</p>
        </Confirm>
      ) : null}
    </>
  )
}

/** An invitation that is withdrawn opens nothing any more. */
export function Withdraw({ invitation: { id, email } }: { readonly invitation: Members['invitations'][number] }) {
  const param = { workspace: useSlug(), invitation: id }
  const act = useAct(
    () => read(api.members.invitations[':invitation'].withdraw.$post({ param })),
    'The invitation opens nothing any more.',
  )
  return (
    <Button isRunning={act.isRunning} onClick={() => act.run(undefined)}>
      Withdraw<span className="sr-only"> the invitation of {email}</span>
    </Button>
  )
}
