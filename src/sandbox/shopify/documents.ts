import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql'
import { type Cost, costOf } from './cost.ts'

/** A request text that was read and checked once: either its document, or what is wrong with it. */
export type Prepared =
  | { kind: 'good'; document: DocumentNode; operations: ReadonlyMap<string, Cost> }
  | { kind: 'bad'; operations: ReadonlyMap<string, null>; errors: readonly GraphQLError[] }

const DOCUMENTS_MAX = 200

/** Reads and validates texts, keeping the 200 used last, because clients send the same few over and over. */
export function documents(schema: GraphQLSchema): (text: string) => Prepared {
  const kept = new Map<string, Prepared>()
  return (text) => {
    const prepared = kept.get(text) ?? prepare(schema, text)
    kept.delete(text)
    kept.set(text, prepared)
    const oldest = kept.keys().next().value
    if (kept.size > DOCUMENTS_MAX && oldest !== undefined) kept.delete(oldest)
    return prepared
  }
}

function prepare(schema: GraphQLSchema, text: string): Prepared {
  const document = parsed(text)
  if (document instanceof GraphQLError) return { kind: 'bad', operations: new Map(), errors: [document] }
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const errors = validate(schema, document)
  if (errors.length > 0)
    return { kind: 'bad', operations: new Map(operations.map((each) => [nameOf(each), null])), errors }
  return {
    kind: 'good',
    document,
    operations: new Map(operations.map((each) => [nameOf(each), costOf(schema, document, each)])),
  }
}

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text, { maxTokens: 5_000 })
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

/** The name of an operation; one without a name is `(unnamed)`. */
function nameOf({ name }: OperationDefinitionNode): string {
  return name?.value ?? '(unnamed)'
}
