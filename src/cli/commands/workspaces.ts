import { createWorkspace } from '#identity'
import { type Command, textOption } from '../command.ts'
import { asOperator } from '../with-instance.ts'

export const workspaceCreate: Command = {
  name: 'workspace create',
  about: 'makes a workspace with the preset roles',
  usage: 'SLUG [--name NAME]',
  words: { min: 1, max: 1 },
  options: { name: { type: 'string', value: 'NAME', about: 'name for people (the slug)' } },
  run: ({ config, words: [slug = ''], values }) =>
    asOperator(config, async (instance) => {
      const workspace = await createWorkspace(instance, { slug, name: textOption({ values }, 'name') ?? slug })
      await instance.record({ action: 'workspace.create', subject: workspace.workspaceId }, workspace.workspaceId)
      return {
        text: `Made the workspace ${slug}. Connect a store next: tillgate store add HANDLE --workspace ${slug} --sandbox URL`,
        json: { workspace: { id: workspace.workspaceId, slug: workspace.slug } },
      }
    }),
}
