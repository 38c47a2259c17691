import { createWorkspace, freezeWorkspace, listWorkspaces, unfreezeWorkspace } from '#identity'
import { type Command, textOption } from '../command.ts'
import { asOperator, inChosenWorkspace, withInstance } from '../with-instance.ts'

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
        text: `Made the workspace ${slug}. Invite its owner next: tillgate member invite EMAIL --seat owner --workspace ${slug}\nand connect a store: tillgate store add HANDLE --workspace ${slug} --sandbox URL`,
        json: { workspace: { id: workspace.workspaceId, slug: workspace.slug } },
      }
    }),
}

export const workspaceList: Command = {
  name: 'workspace list',
  about: 'lists the workspaces',
  usage: '',
  words: { min: 0, max: 0 },
  options: {},
  run: ({ config }) =>
    withInstance(config, async (instance) => {
      const workspaces = await listWorkspaces(instance)
      const lines = workspaces.map(
        ({ slug, name, frozenAt }) =>
          `${slug.padEnd(20)} ${name}${frozenAt ? `  frozen ${frozenAt.toISOString()}` : ''}`,
      )
      return {
        text: lines.join('\n') || 'There is no workspace yet; make one with: tillgate workspace create SLUG',
        json: {
          workspaces: workspaces.map(({ workspaceId: id, slug, name, frozenAt }) => ({
            id,
            slug,
            name,
            frozen_at: frozenAt,
          })),
        },
      }
    }),
}

export const workspaceFreeze: Command = {
  name: 'workspace freeze',
  about: 'refuses the next call of every agent of a workspace',
  usage: '[SLUG]',
  words: { min: 0, max: 1 },
  options: {},
  run: ({ config, words: [wanted] }) =>
    withInstance(config, async (instance) => {
      const { already, workspace } = await inChosenWorkspace(instance, wanted, (tx) =>
        freezeWorkspace(tx, { by: instance.by }),
      )
      const { workspaceId, slug } = workspace
      if (!already) await instance.record({ action: 'workspace.freeze', subject: workspaceId }, workspaceId)
      return {
        text: already ? `${slug} was frozen already.` : `Froze ${slug}: the next call of every agent is refused.`,
        json: { frozen: { id: workspaceId, slug, already } },
      }
    }),
}

export const workspaceUnfreeze: Command = {
  name: 'workspace unfreeze',
  about: 'lets the agents of a workspace go on',
  usage: '[SLUG]',
  words: { min: 0, max: 1 },
  options: {},
  run: ({ config, words: [wanted] }) =>
    asOperator(config, async (instance) => {
      const { already, workspace } = await inChosenWorkspace(instance, wanted, unfreezeWorkspace)
      const { workspaceId, slug } = workspace
      if (!already) await instance.record({ action: 'workspace.unfreeze', subject: workspaceId }, workspaceId)
      return {
        text: already ? `${slug} is not frozen.` : `${slug} is served again.`,
        json: { unfrozen: { id: workspaceId, slug, already } },
      }
    }),
}
