import { existsSync } from 'node:fs'
import { AppError, packageVersion } from '#kernel'
import { StartError } from '#store'
import type { Command } from '../command.ts'
import { withInstance } from '../with-instance.ts'

type Finding = { readonly name: string; readonly ok: boolean; readonly says: string }

export const doctor: Command = {
  name: 'doctor',
  about: 'says what works here and what does not, and what to do about it',
  usage: '',
  words: { min: 0, max: 0 },
  options: {},
  async run({ config }) {
    const findings: Finding[] = [
      { name: 'node', ok: true, says: `Node ${process.versions.node}` },
      { name: 'tillgate', ok: true, says: packageVersion() },
      {
        name: 'trust',
        ok: true,
        says: 'a program that runs as the same OS user as Tillgate owns its keys and its database: give Tillgate a user of its own',
      },
    ]
    if (existsSync(config.dataFolder)) findings.push(await database(config))
    else
      findings.push({
        name: 'data',
        ok: true,
        says: `${config.dataFolder} does not exist yet; the first start makes it`,
      })
    const failed = findings.some(({ ok }) => !ok)
    return {
      text: findings.map(({ name, ok, says }) => `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(10)} ${says}`).join('\n'),
      json: { ok: !failed, findings },
      failed,
    }
  },
}

/** Opening it checks roles, row security, schema and keys. */
async function database(config: Parameters<Command['run']>[0]['config']): Promise<Finding> {
  try {
    return await withInstance(config, async ({ jobs }) => {
      const workspaces = await jobs.listWorkspaces()
      return { name: 'database', ok: true, says: `reachable, schema up to date, ${workspaces.length} workspaces` }
    })
  } catch (error) {
    if (error instanceof StartError || error instanceof AppError)
      return { name: 'database', ok: false, says: error.message }
    throw error
  }
}
