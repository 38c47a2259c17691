import { type AnyStoreTool, type Connector, type OpenStore, storeTool } from '#connectors'
import { AppError } from '#kernel'
import type { StoreRow } from '#store'
import { type Call, found } from '../call.ts'
import type { World } from '../world.ts'

/** How long a store may take, waiting for its throttle included. */
const STORE_TIME_MS = 20_000

/** Runs the tool: a store tool through the connector of its platform, with the opened credential. */
export async function run(call: Call, world: World): Promise<void> {
  const tool = found(call.tool)
  call.answer = tool.onStore ? await runOnStore(call, world) : { value: listStores(call), unknownFields: 0 }
}

function listStores(call: Call): unknown {
  const items = call.visitor.stores.map(({ handle, platform, name, mode, currency }) => ({
    handle,
    platform,
    name,
    mode,
    currency,
  }))
  return { items }
}

async function runOnStore(call: Call, world: World): Promise<NonNullable<Call['answer']>> {
  const { store: handle, ...input } = found(call.input)
  const row = call.visitor.stores.find((store) => store.handle === handle)
  if (!row) {
    throw new AppError('not_found', 'This agent has no store with that handle; list_stores gives the handles.', {
      field: 'store',
    })
  }
  call.store = row
  const perform = toolOf(world, row, call.toolName)
  const withCursor = call.platformCursor === undefined ? input : { ...input, cursor: call.platformCursor }
  const store = await openStore(world, call.visitor.entry.workspace_id, row)
  return perform({ store, input: withCursor, deadline: world.clock() + STORE_TIME_MS })
}

function toolOf(world: World, row: StoreRow, name: string): AnyStoreTool {
  const connector = world.connectors.get(row.platform)
  const perform = connector && storeTool(connector, name)
  if (!perform) throw unsupported(world.connectors, name)
  return perform
}

function unsupported(connectors: ReadonlyMap<string, Connector>, name: string): AppError {
  const able = [...connectors.values()].filter((connector) => name in connector.tools).map(({ platform }) => platform)
  const which = able.length === 0 ? 'No store can.' : `Stores of these platforms can: ${able.join(', ')}.`
  return new AppError('unsupported_by_store', `This store cannot do ${name}. ${which}`)
}

async function openStore(world: World, workspace: string, row: StoreRow): Promise<OpenStore> {
  return {
    id: row.store_id,
    handle: row.handle,
    name: row.name,
    mode: row.mode,
    currency: row.currency,
    origin: row.origin,
    credential: await world.credentials.open(workspace, row),
    credentialVersion: row.credential_version,
  }
}
