import { type FormEvent, useState } from 'react'
import { Refused } from '../data/api.ts'
import type { Connect } from '../data/queries.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Trouble } from '../ui/states.tsx'

export type MachineWanted = {
  readonly name: string
  readonly purpose: string
  readonly role: string
  readonly stores: 'all' | string[]
  readonly days?: number
}

type Act = {
  readonly run: (wanted: MachineWanted) => void
  readonly isRunning: boolean
  readonly error: Error | undefined
}
type Props = { readonly facts: Connect; readonly credential: 'secret' | 'key'; readonly act: Act }

/** What a machine agent is called, may do, reaches, and for how long. */
export function MachineForm({ facts, credential, act }: Props) {
  const [role, setRole] = useState(readOnly(facts))
  const field = act.error instanceof Refused ? act.error.field : undefined
  const wrong = (name: string) => (field === name ? act.error?.message : undefined)
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    act.run(wantedIn(new FormData(event.currentTarget), { role, facts }))
  }
  const chosen = facts.roles.find(({ name }) => name === role)
  return (
    <form onSubmit={send} className="max-w-xl space-y-4">
      <Field label="Name" name="name" required maxLength={100} autoComplete="off" error={wrong('name')} />
      <Field
        label="What it is for"
        name="purpose"
        maxLength={1000}
        autoComplete="off"
        hint="Shown to everybody who looks at it later."
        error={wrong('purpose')}
      />
      <fieldset>
        <legend className="mb-1 font-medium text-sm">Role</legend>
        <div className="flex flex-wrap gap-2">
          {facts.roles.map(({ name }) => (
            <label key={name} className="flex items-center gap-2 rounded-md border border-edge px-2.5 py-1.5">
              <input type="radio" name="role" value={name} checked={name === role} onChange={() => setRole(name)} />
              <bdi>{name}</bdi>
            </label>
          ))}
        </div>
        {chosen === undefined ? null : (
          <p className="mt-2 text-muted text-sm">
            {chosen.sees} {chosen.changes}
          </p>
        )}
      </fieldset>
      <Stores facts={facts} error={wrong('stores')} />
      <Field
        label="Ends after so many days"
        name="days"
        type="number"
        min={1}
        max={credential === 'key' ? facts.keyDaysMax : 365}
        defaultValue={credential === 'key' ? 30 : ''}
        required={credential === 'key'}
        className="max-w-56"
        error={wrong('days')}
      />
      {act.error !== undefined && (field === undefined || !FIELDS.has(field)) ? <Trouble error={act.error} /> : null}
      <Button type="submit" look="act" isRunning={act.isRunning}>
        {credential === 'key' ? 'Make the key' : 'Make the agent'}
      </Button>
    </form>
  )
}

const FIELDS = new Set(['name', 'purpose', 'stores', 'days'])

/** The first role that changes nothing: reading is the default. */
function readOnly({ roles }: Connect): string {
  const found = roles.find(({ scopes }) => scopes.every((scope) => scope.endsWith(':read')))
  return (found ?? roles[0])?.name ?? ''
}

function Stores({ facts, error }: { readonly facts: Connect; readonly error: string | undefined }) {
  if (facts.stores.length === 0)
    return (
      <p className="text-muted text-sm">No store is connected yet; the agent gets those that are given to it later.</p>
    )
  return (
    <fieldset>
      <legend className="mb-1 font-medium text-sm">Stores</legend>
      <div className="flex flex-wrap gap-2">
        {facts.stores.map((handle) => (
          <label
            key={handle}
            className="flex items-center gap-2 rounded-md border border-edge px-2.5 py-1.5 font-mono text-sm"
          >
            <input type="checkbox" name="store" value={handle} defaultChecked={facts.stores.length === 1} />
            {handle}
          </label>
        ))}
      </div>
      {error === undefined ? null : (
        <p role="alert" className="mt-1 text-red text-sm">
          {error}
        </p>
      )}
    </fieldset>
  )
}

function wantedIn(form: FormData, { role, facts }: { role: string; facts: Connect }): MachineWanted {
  const days = String(form.get('days') ?? '')
  return {
    name: String(form.get('name') ?? ''),
    purpose: String(form.get('purpose') ?? ''),
    role,
    stores: facts.stores.length === 0 ? 'all' : form.getAll('store').map(String),
    ...(days !== '' && { days: Number(days) }),
  }
}
