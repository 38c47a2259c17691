import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { PAGE_MAX } from './paging.ts'

export type Variables = Readonly<Record<string, unknown>>
/** What an operation may cost at most, in points, given its variables. */
export type Cost = (variables: Variables) => number

/** Opening a connection costs this, whatever it holds. */
const CONNECTION_POINTS = 2

/** The platform's published rule: a leaf costs nothing, an object 1, a connection 2 and its page size times one node. */
export function costOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each)
  const cost = selectionCost({ schema, fragments }, operation.selectionSet, schema.getQueryType())
  return (variables) => Math.max(1, cost(variables))
}

/** What an answer did cost: the objects that it holds, each one point. */
export function pointsIn(data: unknown): number {
  if (Array.isArray(data)) return data.reduce((sum: number, each) => sum + pointsIn(each), 0)
  if (data === null || typeof data !== 'object') return 0
  let points = 1
  for (const member of Object.values(data)) points += pointsIn(member)
  return points
}

type Known = { schema: GraphQLSchema; fragments: ReadonlyMap<string, FragmentDefinitionNode> }
type Parent = GraphQLNamedType | null | undefined

function selectionCost(known: Known, selections: SelectionSetNode | undefined, parent: Parent): Cost {
  const parts = (selections?.selections ?? []).map((selection) => partCost(known, selection, parent))
  return (variables) => parts.reduce((sum, part) => sum + part(variables), 0)
}

function partCost(known: Known, selection: SelectionNode, parent: Parent): Cost {
  switch (selection.kind) {
    case Kind.FIELD:
      return fieldCost(known, selection, parent)
    case Kind.INLINE_FRAGMENT:
      return selectionCost(known, selection.selectionSet, parent)
    case Kind.FRAGMENT_SPREAD:
      return selectionCost(known, known.fragments.get(selection.name.value)?.selectionSet, parent)
  }
}

function fieldCost(known: Known, field: FieldNode, parent: Parent): Cost {
  const found = isObjectType(parent) ? parent.getFields()[field.name.value] : undefined
  const type = found === undefined ? undefined : getNamedType(found.type)
  if (type === undefined || !isCompositeType(type) || type.name === 'PageInfo') return () => 0
  const inside = selectionCost(known, field.selectionSet, type)
  // Edges are part of their connection: only the node behind one is counted.
  if (type.name.endsWith('Edge')) return inside
  if (!type.name.endsWith('Connection')) return (variables) => 1 + inside(variables)
  const size = pageSize(field)
  return (variables) => CONNECTION_POINTS + size(variables) * inside(variables)
}

function pageSize(field: FieldNode): Cost {
  const value = field.arguments?.find(({ name }) => name.value === 'first')?.value
  const bounded = (first: unknown) => Math.min(PAGE_MAX, Math.max(0, Number(first) || 0))
  if (value?.kind === Kind.VARIABLE) return (variables) => bounded(variables[value.name.value])
  const literal = value?.kind === Kind.INT ? bounded(value.value) : 0
  return () => literal
}
