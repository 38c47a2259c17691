import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, Refused, read } from '../data/api.ts'
import {
  type Role,
  type RoleChanged,
  type RoleChoices,
  type RolePreview,
  roleChoicesQuery,
  roleQuery,
} from '../data/manage.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Card, PageHead } from '../ui/card.tsx'
import { Differences } from '../ui/differences.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { isFormField, RoleForm } from './role-form.tsx'

/** Changes a role: first what the change means, then, once confirmed, the change; another's change in between is shown. */
export function EditRole() {
  const workspace = useSlug()
  const { role } = useParams({ from: '/console/w/$workspace/roles/$role/edit' })
  const choices = useQuery(roleChoicesQuery(workspace))
  const found = useQuery({ ...roleQuery(workspace, role), staleTime: Number.POSITIVE_INFINITY })
  const error = choices.error ?? found.error
  return (
    <>
      <PageHead title={`Edit ${role}`} />
      {error ? <Trouble error={error} /> : null}
      {choices.data && found.data ? (
        <Editor key={found.data.name} choices={choices.data} role={found.data} />
      ) : error ? null : (
        <Waiting what="the role" />
      )}
    </>
  )
}

type Props = { readonly choices: RoleChoices; readonly role: Role }
type Conflict = Extract<RoleChanged, { kind: 'conflict' }>

function Editor({ choices, role }: Props) {
  const param = { workspace: useSlug(), role: encodeURIComponent(role.name) }
  const [definition, setDefinition] = useState(role.definition)
  const [version, setVersion] = useState(role.version)
  const [preview, setPreview] = useState<RolePreview>()
  const [conflict, setConflict] = useState<Conflict>()
  const done = useDone(role.name)
  const look = useAct(
    async () => setPreview(await read(api.roles[':role'].preview.$post({ param, json: { definition } }))),
    '',
  )
  const change = useAct(async () => {
    const changed = await read(api.roles[':role'].$post({ param, json: { definition, version } }))
    setPreview(undefined)
    if (changed.kind !== 'conflict') return done(changed.kind)
    setConflict(changed)
    setVersion(changed.version)
  }, '')
  const field = look.error instanceof Refused ? look.error.field : undefined
  return (
    <div className="max-w-4xl space-y-5">
      {conflict === undefined ? null : <Theirs conflict={conflict} />}
      {preview === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            look.run(undefined)
          }}
          className="space-y-5"
        >
          <RoleForm
            choices={choices}
            definition={definition}
            onChange={setDefinition}
            wrong={{ field, message: look.error?.message }}
          />
          {look.error && !isFormField(field) ? <Trouble error={look.error} /> : null}
          <Button type="submit" look="act" isRunning={look.isRunning}>
            Look at the change
          </Button>
        </form>
      ) : (
        <Review role={role.name} preview={preview} change={change} back={() => setPreview(undefined)} />
      )}
    </div>
  )
}

/** Back to the role, with a word for what was done. */
function useDone(role: string) {
  const workspace = useSlug()
  const navigate = useNavigate()
  const { tell } = useNotice()
  return async (kind: 'changed' | 'same') => {
    tell(
      kind === 'same'
        ? 'Nothing was changed.'
        : 'The role is changed. What narrows acts on the next call; what widens waits for a yes.',
    )
    await navigate({ to: '/console/w/$workspace/roles/$role', params: { workspace, role } })
  }
}

/** Somebody was quicker. */
function Theirs({ conflict: { theirs } }: { readonly conflict: Conflict }) {
  return (
    <section role="alert" className="rounded-card border border-amber-line bg-amber-ground p-4">
      <h2 className="mb-1 text-amber">Somebody changed this role meanwhile</h2>
      <p className="mb-2 text-amber">
        Your change was not made. This is what was changed since you opened the form; below is what you chose, to look
        over and send again.
      </p>
      <div className="rounded bg-surface px-1">
        <Differences differences={theirs} />
      </div>
    </section>
  )
}

type ReviewProps = {
  readonly role: string
  readonly preview: RolePreview
  readonly change: {
    readonly run: (input: undefined) => void
    readonly isRunning: boolean
    readonly error: Error | undefined
  }
  readonly back: () => void
}

function Review({ role, preview: { differences, agents }, change, back }: ReviewProps) {
  return (
    <Card title={`Change the role ${role}?`}>
      {differences.length === 0 ? (
        <p className="mb-3">Nothing would change.</p>
      ) : (
        <Differences differences={differences} />
      )}
      <p className="my-3">
        {agents === 0
          ? 'No agent has this role now.'
          : `${agents === 1 ? 'One agent has' : `${agents} agents have`} this role now.`}{' '}
        What narrows acts on the next call. What widens reaches an agent only when its owner or an admin accepts it.
      </p>
      {change.error ? <Trouble error={change.error} /> : null}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={back}>Back to the form</Button>
        <Button
          look="act"
          isRunning={change.isRunning}
          disabled={differences.length === 0}
          onClick={() => change.run(undefined)}
        >
          Change the role
        </Button>
      </div>
    </Card>
  )
}
