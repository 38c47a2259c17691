import { Hono } from 'hono'
import { z } from 'zod'
import { freezeWorkspace, unfreezeWorkspace } from '#identity'
import { recordAct } from '../record.ts'
import { byOf } from './agent-acts.ts'
import { seat } from './seat.ts'
import { rename, settingsOf } from './settings.ts'
import { body } from './valid.ts'
import type { ApiEnv } from './visit.ts'

/** The workspace itself: its name, and stopping every agent of it at once. Stopping asks for no fresh second factor. */
export const workspaceApi = new Hono<ApiEnv>()
  .get('/', seat('member'), async (c) => c.json(await settingsOf(c.var.visit)))
  .post('/rename', seat('fresh_member', 'manage_workspace'), body({ name: z.string().trim() }), async (c) => {
    return c.json(await rename(c.var.visit, c.req.valid('json').name))
  })
  .post('/freeze', seat('member', 'freeze'), body({ sure: z.literal(true) }), async (c) => {
    const { visit } = c.var
    await freezeWorkspace(visit.tx, { by: byOf(visit) })
    visit.afterCommit(() => recordAct(visit, { action: 'workspace.freeze', subject: visit.person.workspaceId }))
    return c.json({ done: true })
  })
  .post('/unfreeze', seat('fresh_member', 'freeze'), async (c) => {
    const { visit } = c.var
    await recordAct(visit, { action: 'workspace.unfreeze', subject: visit.person.workspaceId })
    await unfreezeWorkspace(visit.tx)
    return c.json({ done: true })
  })
