import { useState } from 'react'
import { api, read } from '../data/api.ts'
import type { Connect, Credential, Self } from '../data/queries.ts'
import { useAct } from '../data/use-act.ts'
import { Card } from '../ui/card.tsx'
import { MachineForm, type MachineWanted } from './connect-machine-form.tsx'
import { MachineMade } from './connect-machine-made.tsx'

type Props = { readonly facts: Connect; readonly self: Self; readonly credential: 'secret' | 'key' }

/** A machine agent: who may make one fills in a form, and sees its credential once. */
export function MachineAgent({ facts, self, credential }: Props) {
  const [made, setMade] = useState<Credential>()
  const act = useAct(async (wanted: MachineWanted) => {
    const json = { ...wanted, credential }
    setMade(await read(api.agents.$post({ param: { workspace: self.workspace.slug }, json })))
  }, 'The agent is made. Its credential is shown only now.')
  if (made !== undefined) return <MachineMade made={made} facts={facts} />
  return (
    <Card title={credential === 'key' ? 'An agent key' : 'A machine agent'}>
      {credential === 'key' ? <AboutKeys facts={facts} /> : <AboutSecrets />}
      {self.may.manageAgents ? (
        <MachineForm facts={facts} credential={credential} act={act} />
      ) : (
        <p className="text-muted">Owners and admins make machine agents: ask one of them.</p>
      )}
    </Card>
  )
}

function AboutSecrets() {
  return (
    <p className="mb-4 max-w-prose text-muted">
      A program that runs without a person. It fetches tokens of ten minutes with its own secret (OAuth client
      credentials), and no person's consent stands behind it: what it may do is chosen here.
    </p>
  )
}

function AboutKeys({ facts }: { readonly facts: Connect }) {
  return (
    <div className="mb-4 max-w-prose space-y-2">
      <p className="rounded-md border border-amber-line bg-amber-ground p-3 text-amber">
        Use OAuth where the client can: its tokens live ten minutes, and this key lives until you end it. A key is for
        clients that can only send a header.
      </p>
      <p className="text-muted">
        It opens {facts.address} alone, for at most {facts.keyDaysMax} days. Whoever has it, is the agent.
      </p>
    </div>
  )
}
