import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, Refused, read } from '../data/api.ts'
import { type RoleDefinition, roleChoicesQuery, roleQuery } from '../data/manage.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { PageHead } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'
import { isFormField, RoleForm } from './role-form.tsx'

/** A new role, as a copy of one that is there. */
export function NewRole() {
  const workspace = useSlug()
  const { from = 'analyst' } = useSearch({ from: '/console/w/$workspace/roles/new' })
  const choices = useQuery(roleChoicesQuery(workspace))
  const origin = useQuery(roleQuery(workspace, from))
  const error = choices.error ?? origin.error
  return (
    <>
      <PageHead title="A new role" />
      {error ? <Trouble error={error} /> : null}
      {choices.data && origin.data ? (
        <Form choices={choices.data} start={origin.data.definition} />
      ) : error ? null : (
        <Waiting what="what a role can say" />
      )}
    </>
  )
}

type Props = { readonly choices: Parameters<typeof RoleForm>[0]['choices']; readonly start: RoleDefinition }

function Form({ choices, start }: Props) {
  const workspace = useSlug()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [definition, setDefinition] = useState(start)
  const act = useAct(async () => {
    await read(api.roles.$post({ param: { workspace }, json: { name, definition } }))
    await navigate({ to: '/console/w/$workspace/roles/$role', params: { workspace, role: name } })
  }, 'The role is there.')
  const field = act.error instanceof Refused ? act.error.field : undefined
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        act.run(undefined)
      }}
      className="max-w-4xl space-y-5"
    >
      <Field
        label="Name"
        value={name}
        onChange={({ target }) => setName(target.value)}
        required
        maxLength={100}
        autoComplete="off"
        className="max-w-sm"
        error={field === 'name' ? act.error?.message : undefined}
      />
      <RoleForm
        choices={choices}
        definition={definition}
        onChange={setDefinition}
        wrong={{ field, message: act.error?.message }}
      />
      {act.error && field !== 'name' && !isFormField(field) ? <Trouble error={act.error} /> : null}
      <Button type="submit" look="act" isRunning={act.isRunning}>
        Make this role
      </Button>
    </form>
  )
}
