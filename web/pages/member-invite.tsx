import { type FormEvent, useState } from 'react'
import { api, Refused, read } from '../data/api.ts'
import type { Members } from '../data/manage.ts'
import { useAct } from '../data/use-act.ts'
import { useSlug } from '../data/use-workspace.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyBlock } from '../ui/copy.tsx'
import { Field, Select } from '../ui/field.tsx'
import { Trouble } from '../ui/states.tsx'

type Seat = Members['seats'][number]['seat']

/** Invites somebody to a seat; without mail the link is shown once. */
export function Invite({ facts }: { readonly facts: Members }) {
  const workspace = useSlug()
  const [seat, setSeat] = useState<Seat>('viewer')
  const [given, setGiven] = useState<{ email: string; link: string }>()
  const act = useAct(
    async (email: string) => {
      const invited = await read(api.members.invite.$post({ param: { workspace }, json: { email, seat } }))
      setGiven(invited.kind === 'link' ? { email, link: invited.link } : undefined)
      return invited.kind
    },
    (kind) => (kind === 'mailed' ? 'The invitation is on its way by mail.' : 'Give the link to whom you invite.'),
  )
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    act.run(String(new FormData(event.currentTarget).get('email') ?? ''))
  }
  const isAboutEmail = act.error instanceof Refused && act.error.field === 'email'
  const options = facts.seats.filter(({ mayGive }) => mayGive).map((each) => [each.seat, each.name] as const)
  return (
    <Card title="Invite somebody">
      <form onSubmit={send} className="flex flex-wrap items-end gap-3">
        <Field
          label="E-mail"
          name="email"
          type="email"
          required
          maxLength={254}
          autoComplete="off"
          className="min-w-64 flex-1"
          error={isAboutEmail ? act.error?.message : undefined}
        />
        <Select
          label="Seat"
          value={seat}
          onChange={(value) => setSeat(options.find(([each]) => each === value)?.[0] ?? 'viewer')}
          options={options}
          any="choose"
        />
        <Button type="submit" look="act" isRunning={act.isRunning}>
          Invite
        </Button>
      </form>
      <p className="mt-2 text-muted text-sm">{facts.seats.find((each) => each.seat === seat)?.may}</p>
      {act.error && !isAboutEmail ? <Trouble error={act.error} /> : null}
      {given === undefined ? null : <Given given={given} />}
    </Card>
  )
}

function Given({ given: { email, link } }: { readonly given: { email: string; link: string } }) {
  return (
    <div className="mt-4 rounded-md border border-amber-line bg-amber-ground p-3">
      <p className="mb-2 text-amber">
        Give this link to <strong>{email}</strong>. It makes an account and a seat here, works once, for 7 days, and is
        shown only now. Whoever opens it first becomes that member: send it on a way that only they can read.
      </p>
      <CopyBlock text={link} label="the link" />
    </div>
  )
}
