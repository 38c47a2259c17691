import type { ReactNode } from 'react'
import type { RoleChoices, RoleDefinition } from '../data/manage.ts'
import { Field } from '../ui/field.tsx'
import { ScopeGrid } from './role-scopes.tsx'

type Props = {
  readonly choices: RoleChoices
  readonly definition: RoleDefinition
  readonly onChange: (definition: RoleDefinition) => void
  readonly wrong: { readonly field: string | undefined; readonly message: string | undefined }
}

const FIELDS = ['scopes', 'personal', 'strangers_text', 'stores', 'per_second', 'burst', 'concurrency', 'expires_days']
/** Whether an error is about one of the fields of this form, which shows it itself. */
export const isFormField = (field: string | undefined) => field !== undefined && FIELDS.includes(field)

/** Everything that a role says. */
export function RoleForm(props: Props) {
  const { choices, definition, onChange, wrong } = props
  const at = (field: string) => (wrong.field === field ? wrong.message : undefined)
  return (
    <>
      <Group legend="What its agents may do" error={at('scopes')}>
        <ScopeGrid
          choices={choices}
          scopes={definition.scopes}
          onChange={(scopes) => onChange({ ...definition, scopes })}
        />
      </Group>
      <Group legend="Personal data of customers" error={at('personal')}>
        <Radios
          name="personal"
          words={PERSONAL}
          values={choices.personal}
          value={definition.personal}
          onChange={(personal) => onChange({ ...definition, personal })}
        />
      </Group>
      <Group legend="Text that customers and other strangers wrote" error={at('strangers_text')}>
        <Radios
          name="strangers_text"
          words={STRANGERS_TEXT}
          values={choices.strangersText}
          value={definition.strangers_text}
          onChange={(strangers_text) => onChange({ ...definition, strangers_text })}
        />
      </Group>
      <Group legend="Which stores it reaches" error={at('stores')}>
        <StoreChoice {...props} />
      </Group>
      <LimitFields {...props} />
    </>
  )
}

function Group({
  legend,
  error,
  children,
}: {
  readonly legend: string
  readonly error: string | undefined
  readonly children: ReactNode
}) {
  return (
    <fieldset className="min-w-0 rounded-card border border-line bg-surface p-4">
      <legend className="px-1 font-semibold">{legend}</legend>
      {error === undefined ? null : (
        <p role="alert" className="mb-2 text-red text-sm">
          {error}
        </p>
      )}
      {children}
    </fieldset>
  )
}

const PERSONAL: Readonly<Record<string, string>> = {
  drop: 'left out',
  mask: 'masked, for example [email]',
  pseudonym: 'pseudonyms; in this version they act as masked',
  clear: 'in clear; in this version it acts as masked',
}

const STRANGERS_TEXT: Readonly<Record<string, string>> = {
  drop: 'left out',
  handle: 'handles to open one by one; in this version they act as marked',
  mark: 'shown between marks that say whose words they are',
}

type RadioProps<T extends string> = {
  readonly name: string
  readonly words: Readonly<Record<string, string>>
  readonly values: readonly T[]
  readonly value: T
  readonly onChange: (value: T) => void
}

function Radios<T extends string>({ name, words, values, value, onChange }: RadioProps<T>) {
  return (
    <div className="space-y-1.5">
      {values.map((each) => (
        <label key={each} className="flex items-baseline gap-2">
          <input type="radio" name={name} value={each} checked={each === value} onChange={() => onChange(each)} />
          {words[each] ?? each}
        </label>
      ))}
    </div>
  )
}

function StoreChoice({ choices, definition, onChange }: Props) {
  const { stores } = definition
  // A handle that the role names stays on the form even where its store is gone.
  const handles = [...new Set([...choices.stores, ...(stores === 'all' ? [] : stores)])]
  const set = (handle: string, isIn: boolean) => {
    const before = stores === 'all' ? [] : stores
    onChange({ ...definition, stores: isIn ? [...before, handle] : before.filter((each) => each !== handle) })
  }
  return (
    <div className="space-y-1.5">
      <label className="flex items-baseline gap-2">
        <input
          type="radio"
          name="reach"
          value="all"
          checked={stores === 'all'}
          onChange={() => onChange({ ...definition, stores: 'all' })}
        />
        every store that a grant names
      </label>
      <label className="flex items-baseline gap-2">
        <input
          type="radio"
          name="reach"
          value="some"
          checked={stores !== 'all'}
          onChange={() => onChange({ ...definition, stores: [] })}
        />
        only these:
      </label>
      <div className="flex flex-wrap gap-x-4 gap-y-1 pl-6">
        {handles.map((handle) => (
          <label key={handle} className="flex items-center gap-2 font-mono text-sm">
            <input
              type="checkbox"
              name="store"
              value={handle}
              disabled={stores === 'all'}
              checked={stores !== 'all' && stores.includes(handle)}
              onChange={({ target }) => set(handle, target.checked)}
            />
            {handle}
          </label>
        ))}
      </div>
    </div>
  )
}

const LIMITS = [
  ['per_second', 'Calls a second'],
  ['burst', 'Calls at once on top'],
  ['concurrency', 'Calls under way at the same time'],
] as const

/** An empty field is not zero: it is sent as what it is, and refused with its sentence. */
const numeric = (text: string) => (text === '' ? Number.NaN : Number(text))

function LimitFields({ definition, onChange, wrong }: Props) {
  const { limits, expires_days: days } = definition
  const at = (field: string) => (wrong.field === field ? wrong.message : undefined)
  const setDays = (text: string) => {
    const { expires_days: _, ...rest } = definition
    onChange(text === '' ? rest : { ...rest, expires_days: Number(text) })
  }
  return (
    <fieldset className="rounded-card border border-line bg-surface p-4">
      <legend className="px-1 font-semibold">Limits</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        {LIMITS.map(([name, label]) => (
          <Field
            key={name}
            label={label}
            name={name}
            type="number"
            step="any"
            defaultValue={limits[name]}
            onChange={({ target }) => onChange({ ...definition, limits: { ...limits, [name]: numeric(target.value) } })}
            error={at(name)}
          />
        ))}
        <Field
          label="Longest life of a connection, in days"
          name="expires_days"
          type="number"
          defaultValue={days ?? ''}
          onChange={({ target }) => setDays(target.value)}
          hint="Empty: not limited by the role."
          error={at('expires_days')}
        />
      </div>
    </fieldset>
  )
}
