import { useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, Refused, read } from '../data/api.ts'
import { type Settings as Facts, settingsQuery } from '../data/manage.ts'
import { useAct } from '../data/use-act.ts'
import { useSelf, useSlug } from '../data/use-workspace.ts'
import { Freeze } from '../frozen.tsx'
import { Ago, count } from '../ui/ago.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts as FactList, PageHead } from '../ui/card.tsx'
import { CopyBlock, CopyId } from '../ui/copy.tsx'
import { Field } from '../ui/field.tsx'
import { Trouble, Waiting } from '../ui/states.tsx'

/** The workspace itself. */
export function Settings() {
  const { data, error, refetch } = useQuery(settingsQuery(useSlug()))
  return (
    <>
      <PageHead title="Settings" />
      {error ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data ? <Parts facts={data} /> : error ? null : <Waiting what="the settings" />}
    </>
  )
}

function Parts({ facts }: { readonly facts: Facts }) {
  const self = useSelf()
  return (
    <div className="max-w-3xl space-y-4">
      <Card title="This workspace">
        {self.may.manageWorkspace ? <Rename facts={facts} /> : null}
        <FactList
          facts={[
            ['Slug', <code key="slug">{facts.slug}</code>],
            ['Id', <CopyId key="id" id={facts.id} label="workspace id" />],
            ['Made', <Ago key="made" at={facts.createdAt} />],
            ['Records', `${count(facts.records)} written`],
            ['Mail', facts.mails ? 'invitations go out by mail' : 'not set up: invitations are shown as links'],
          ]}
        />
        <p className="mt-2 mb-1 font-medium text-sm">Address for agents</p>
        <CopyBlock text={facts.address} label="the address" />
      </Card>
      {self.may.freeze ? (
        <Card title="Stop everything">
          <p className="mb-3">
            {facts.frozenAt === null
              ? 'Freezing refuses the next call of every agent in this workspace, until an owner or an admin unfreezes it. Nothing is lost.'
              : 'The workspace is frozen; the line at the top of the page ends it.'}
          </p>
          <Freeze self={self} />
        </Card>
      ) : null}
    </div>
  )
}

function Rename({ facts }: { readonly facts: Facts }) {
  const param = { workspace: useSlug() }
  const act = useAct(
    (name: string) => read(api.workspace.rename.$post({ param, json: { name } })),
    'The workspace has its new name.',
  )
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    act.run(String(new FormData(event.currentTarget).get('name') ?? ''))
  }
  const isAboutName = act.error instanceof Refused && act.error.field === 'name'
  return (
    <form onSubmit={send} className="mb-3 flex flex-wrap items-end gap-3">
      <Field
        label="Name"
        name="name"
        defaultValue={facts.name}
        required
        maxLength={200}
        autoComplete="off"
        className="min-w-64 flex-1"
        error={isAboutName ? act.error?.message : undefined}
      />
      <Button type="submit" isRunning={act.isRunning}>
        Rename
      </Button>
      {act.error && !isAboutName ? <Trouble error={act.error} /> : null}
    </form>
  )
}
