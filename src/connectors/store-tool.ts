import type { StoreToolName } from '#commerce'
import type { Connector, OpenStore } from './connector.ts'

/** A store tool as the pipeline calls it: arguments were checked against the schema of the tool of that name. */
export type AnyStoreTool = (call: {
  readonly store: OpenStore
  readonly input: Readonly<Record<string, unknown>>
  readonly deadline: number
}) => Promise<{ readonly value: unknown; readonly nextCursor?: string; readonly unknownFields: number }>

/** The connector's tool of that name, or undefined where the platform cannot do it. */
export function storeTool(connector: Connector, name: string): AnyStoreTool | undefined {
  // The schema of `name` was applied to the arguments; which one that is, the types cannot follow.
  return connector.tools[name as StoreToolName] as AnyStoreTool | undefined
}
