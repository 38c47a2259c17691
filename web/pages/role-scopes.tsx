import type { RoleChoices, RoleDefinition } from '../data/manage.ts'

type Scopes = RoleDefinition['scopes']
type Choice = RoleChoices['scopes'][number]
type Props = { readonly choices: RoleChoices; readonly scopes: Scopes; readonly onChange: (scopes: Scopes) => void }

const COLUMNS = [
  ['See', ({ changes, scope }: Choice) => !changes && !isGrave(scope)],
  ['Change', ({ changes, scope }: Choice) => changes && !isGrave(scope)],
  ['Delete, reveal', ({ scope }: Choice) => isGrave(scope)],
] as const

const isGrave = (scope: string) => scope.endsWith(':delete') || scope.endsWith(':reveal')
const resourceOf = (scope: string) => scope.split(':')[0] ?? scope

/** Resource by effect: what looks, what changes, and what deletes or reveals. */
export function ScopeGrid({ choices, scopes, onChange }: Props) {
  const resources = [...new Set(choices.scopes.map(({ scope }) => resourceOf(scope)))]
  const set = (scope: Choice['scope'], isIn: boolean) =>
    onChange(isIn ? [...scopes, scope] : scopes.filter((each) => each !== scope))
  return (
    <table className="stacks w-full text-left text-sm">
      <caption className="sr-only">Scopes by resource and effect</caption>
      <thead>
        <tr className="border-line border-b text-muted text-xs">
          <th scope="col" className="px-2 py-1 font-medium">
            Resource
          </th>
          {COLUMNS.map(([head]) => (
            <th key={head} scope="col" className="px-2 py-1 font-medium">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <tr key={resource} className="border-line border-b last:border-0">
            <th scope="row" className="px-2 py-2 align-top font-medium">
              {resource}
            </th>
            {COLUMNS.map(([head, isHere]) => (
              <td key={head} data-head={head} className="px-2 py-2 align-top">
                <Boxes
                  choices={choices.scopes.filter((each) => resourceOf(each.scope) === resource && isHere(each))}
                  scopes={scopes}
                  set={set}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type BoxesProps = {
  readonly choices: readonly Choice[]
  readonly scopes: Scopes
  readonly set: (scope: Choice['scope'], isIn: boolean) => void
}

function Boxes({ choices, scopes, set }: BoxesProps) {
  return (
    <div className="space-y-1">
      {choices.map(({ scope, words }) => (
        <label key={scope} className="flex items-baseline gap-2">
          <input
            type="checkbox"
            name="scope"
            value={scope}
            checked={scopes.includes(scope)}
            onChange={({ target }) => set(scope, target.checked)}
          />
          <span>
            {words} <code className="text-muted text-xs">{scope}</code>
          </span>
        </label>
      ))}
    </div>
  )
}
