import { useState } from 'react'
import type { Connect, Credential } from '../data/queries.ts'
import { Card } from '../ui/card.tsx'
import { CopyBlock } from '../ui/copy.tsx'
import { curlWithKey, curlWithSecret, pythonWithSecret, settingsWithKey, typescriptWithSecret } from './connect-code.ts'

type Code = readonly [name: string, code: string]

/** The credential, once, and how a program uses it. */
export function MachineMade({ made, facts }: { readonly made: Credential; readonly facts: Connect }) {
  return (
    <Card title="Keep this now: it is shown once">
      <div className="space-y-3">
        {made.key === null ? (
          <>
            <Named name="client_id" text={made.client_id} />
            <Named name="client_secret" text={made.secret ?? ''} />
          </>
        ) : (
          <Named name="The key" text={made.key} />
        )}
        <p className="text-muted text-sm">
          Only its hash is kept. Put it where programs keep secrets, for example into an environment variable; never
          into a chat or a repository.
        </p>
        <CodeChoice codes={made.key === null ? withSecret(facts) : withKey(facts)} />
      </div>
    </Card>
  )
}

function Named({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <p className="mb-1 font-medium text-sm">{name}</p>
      <CopyBlock text={text} label={name} />
    </div>
  )
}

const withSecret = (facts: Connect): Code[] => [
  ['TypeScript', typescriptWithSecret(facts)],
  ['Python', pythonWithSecret(facts)],
  ['curl', curlWithSecret(facts)],
]

const withKey = (facts: Connect): Code[] => [
  ['Settings of a client', settingsWithKey(facts)],
  ['curl', curlWithKey(facts)],
]

function CodeChoice({ codes }: { readonly codes: readonly Code[] }) {
  const [chosen, choose] = useState(codes[0]?.[0])
  return (
    <div>
      <div role="tablist" aria-label="In which language" className="mb-2 flex gap-1.5">
        {codes.map(([name]) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === chosen}
            onClick={() => choose(name)}
            className={`rounded-md border px-2.5 py-1 text-sm ${name === chosen ? 'border-act bg-tint font-semibold text-act' : 'border-edge'}`}
          >
            {name}
          </button>
        ))}
      </div>
      {codes
        .filter(([name]) => name === chosen)
        .map(([name, code]) => (
          <div key={name} role="tabpanel" aria-label={name}>
            <CopyBlock text={code} label={`the ${name} code`} />
          </div>
        ))}
    </div>
  )
}
