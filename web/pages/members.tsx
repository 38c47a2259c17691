import { useQuery } from '@tanstack/react-query'
import { type Members as Facts, membersQuery } from '../data/manage.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { Ago, count } from '../ui/ago.tsx'
import { Card, PageHead } from '../ui/card.tsx'
import { type Column, List } from '../ui/list.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { MemberActs, Withdraw } from './member-acts.tsx'
import { Invite } from './member-invite.tsx'

/** Who may do what here. */
export function Members() {
  const { data, error, refetch } = useQuery(membersQuery(useSlug()))
  return (
    <>
      <PageHead title="Members" />
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Parts facts={data} /> : error ? null : <Waiting what="the members" />}
    </>
  )
}

type Member = Facts['members'][number]
type Invitation = Facts['invitations'][number]

function Parts({ facts }: { readonly facts: Facts }) {
  const { may } = useSelf()
  return (
    <div className="space-y-4">
      <Card
        title="In this workspace"
        aside={
          <a href="/console/account" className="text-act text-sm">
            Your sessions and second factors
          </a>
        }
      >
        <List caption="Members" columns={columns(facts)} rows={facts.members} rowKey={({ id }) => id} />
      </Card>
      {may.manageMembers ? <Invite facts={facts} /> : null}
      {facts.invitations.length === 0 ? null : (
        <Card title="Open invitations">
          <List caption="Open invitations" columns={INVITATIONS} rows={facts.invitations} rowKey={({ id }) => id} />
        </Card>
      )}
    </div>
  )
}

function columns(facts: Facts): readonly Column<Member>[] {
  const words = (held: string) => facts.seats.find(({ seat }) => seat === held)
  return [
    {
      head: 'Name',
      cell: ({ name, isSelf }) => (
        <>
          <bdi>{name}</bdi>
          {isSelf ? ' (you)' : ''}
        </>
      ),
    },
    { head: 'E-mail', cell: ({ email }) => <bdi>{email}</bdi> },
    {
      head: 'Seat',
      cell: ({ seat }) => (
        <>
          {words(seat)?.name} <small className="block text-muted">{words(seat)?.may}</small>
        </>
      ),
    },
    { head: 'Agents', cell: ({ agents }) => count(agents), className: 'tabular-nums' },
    { head: 'Since', cell: ({ since }) => <Ago at={since} /> },
    { head: 'Change', cell: (member) => <MemberActs member={member} facts={facts} /> },
  ]
}

const INVITATIONS: readonly Column<Invitation>[] = [
  { head: 'E-mail', cell: ({ email }) => <bdi>{email}</bdi> },
  { head: 'Seat', cell: ({ seat }) => seat },
  { head: 'Ends', cell: ({ expiresAt }) => <Ago at={expiresAt} /> },
  { head: 'Stop', cell: (invitation) => <Withdraw invitation={invitation} /> },
]
