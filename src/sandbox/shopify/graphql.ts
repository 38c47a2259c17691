import {
  buildSchema,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isObjectType,
} from 'graphql'
import { type Granted, guardTypes } from './access.ts'
import { pointsIn, type Variables } from './cost.ts'
import type { World } from './data/world.ts'
import { documents, type Prepared } from './documents.ts'
import { attachResolvers } from './resolvers.ts'
import { SDL } from './sdl.ts'
import type { Throttle, ThrottleStatus } from './throttle.ts'

export type GraphqlRequest = { query: string; variables: Variables; operationName: string | null }

type CostReport = { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: ThrottleStatus }

/** The body of an answer. The platform sends it with status 200, whatever went wrong inside. */
type GraphqlAnswer = {
  data?: unknown
  errors?: readonly unknown[]
  extensions?: { cost: CostReport }
}

export type Graphql = {
  /** The operation that a request asks for; `(invalid)` when its text cannot be read. */
  operationOf: (request: GraphqlRequest) => string
  answer: (request: GraphqlRequest, granted: Granted) => Promise<GraphqlAnswer>
  throttled: (request: GraphqlRequest) => GraphqlAnswer
  /** Names of the fields that hold an enum value. */
  enumMembers: ReadonlySet<string>
}

/** No single query may cost more than this, whatever the plan. */
const QUERY_POINTS_MAX = 1000

/** Executes requests for real against the simulated shop. */
export function graphqlOver(world: World, bucket: Throttle): Graphql {
  const schema = schemaOver(world)
  const prepare = documents(schema)
  return {
    operationOf: (request) => operationName(prepare(request.query), request),
    enumMembers: enumMembers(schema),
    throttled: (request) => throttled(requestedCost(prepare(request.query), request), bucket),
    answer: async (request, granted) => {
      const prepared = prepare(request.query)
      if (prepared.kind === 'bad') return { errors: prepared.errors }
      const requested = requestedCost(prepared, request)
      if (requested > Math.min(QUERY_POINTS_MAX, bucket.status().maximumAvailable)) return tooDear(requested, bucket)
      if (!bucket.has(requested)) return throttled(requested, bucket)
      const result = await execute({
        schema,
        document: prepared.document,
        variableValues: request.variables,
        operationName: request.operationName,
        contextValue: granted,
      })
      return withCost(result, requested, bucket)
    },
  }
}

/** The schema with its data and its access rules. */
function schemaOver(world: World): GraphQLSchema {
  const schema = buildSchema(SDL)
  attachResolvers(schema, world)
  guardTypes(schema)
  return schema
}

function enumMembers(schema: GraphQLSchema): Set<string> {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
  return new Set(fields.filter(({ type }) => isEnumType(getNamedType(type))).map(({ name }) => name))
}

function operationName(prepared: Prepared, { operationName: asked }: GraphqlRequest): string {
  return asked ?? prepared.operations.keys().next().value ?? '(invalid)'
}

function requestedCost(prepared: Prepared, request: GraphqlRequest): number {
  return prepared.operations.get(operationName(prepared, request))?.(request.variables) ?? 1
}

function withCost(result: ExecutionResult, requested: number, bucket: Throttle): GraphqlAnswer {
  const actualQueryCost = Math.min(requested, Math.max(1, pointsIn(result.data) - 1))
  bucket.spend(actualQueryCost)
  const cost = { requestedQueryCost: requested, actualQueryCost, throttleStatus: bucket.status() }
  return { ...result, extensions: { cost } }
}

function throttled(requested: number, bucket: Throttle): GraphqlAnswer {
  return refused({ message: 'Throttled', extensions: { code: 'THROTTLED' } }, requested, bucket)
}

function tooDear(requested: number, bucket: Throttle): GraphqlAnswer {
  const limit = Math.min(QUERY_POINTS_MAX, bucket.status().maximumAvailable)
  const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${limit}).`
  return refused(
    { message, extensions: { code: 'MAX_COST_EXCEEDED', cost: requested, maxCost: limit } },
    requested,
    bucket,
  )
}

type Refusal = Pick<GraphQLError, 'message' | 'extensions'>

function refused(error: Refusal, requestedQueryCost: number, bucket: Throttle): GraphqlAnswer {
  return {
    errors: [error],
    extensions: { cost: { requestedQueryCost, actualQueryCost: null, throttleStatus: bucket.status() } },
  }
}
