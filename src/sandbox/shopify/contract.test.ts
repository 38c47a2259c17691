import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '#kernel'
import { TYPE_SCOPES } from './access.ts'
import { SAMPLE_OPERATIONS } from './sample-operations.ts'
import { SDL } from './sdl.ts'

const folder = join(packageRoot(), '..', 'shared', 'schemas', 'shopify')
const present = existsSync(folder)
if (!present)
  process.stderr.write('SKIPPED: the platform schemas are absent, so the simulated schema is not compared\n')

describe('the simulated schema on its own', () => {
  it('is a valid schema', () => {
    expect(ours().getQueryType()?.name).toBe('QueryRoot')
  })

  it('accepts the sample operations', () => {
    for (const operation of Object.values(SAMPLE_OPERATIONS)) expect(validate(ours(), parse(operation))).toEqual([])
  })
})

describe.skipIf(!present)('the simulated schema beside the platform’s own', () => {
  it('has no type, field, argument, enum value or default that the platform does not have', () => {
    expect(differences(ours(), theirs())).toEqual([])
  }, 20_000)

  it('would notice a field, an argument, an enum value and a wrapping that the platform does not have', () => {
    const wrong = SDL.replace('type Shop {', 'type Shop {\n  ours: String')
      .replace('customer(id: ID!)', 'customer(id: ID!, fresh: Boolean)')
      .replace('enum ProductStatus {', 'enum ProductStatus { SOLD')
      .replace('totalInventory: Int!', 'totalInventory: Int')
    expect(differences(buildSchema(wrong), theirs())).toEqual(
      [
        'ProductStatus has no value SOLD',
        'QueryRoot.customer has no argument fresh',
        'Shop.ours does not exist',
        'Product.totalInventory is Int! and not Int',
      ].sort(),
    )
  }, 20_000)

  it('lets the sample operations pass at the platform too', () => {
    const schema = theirs()
    for (const operation of Object.values(SAMPLE_OPERATIONS)) expect(validate(schema, parse(operation))).toEqual([])
  }, 20_000)

  it('asks for scopes that the platform names for the type', () => {
    const access: Record<string, string> = JSON.parse(readFileSync(join(folder, 'admin_2026-10.access.json'), 'utf8'))
    for (const [type, scopes] of Object.entries(TYPE_SCOPES))
      for (const scope of scopes) expect(access[`T:${type}`]).toContain(`\`${scope}\``)
  })
})

function ours(): GraphQLSchema {
  return buildSchema(SDL)
}

let loaded: GraphQLSchema | undefined

function theirs(): GraphQLSchema {
  loaded ??= buildSchema(gunzipSync(readFileSync(join(folder, 'admin_2026-10.graphql.gz'))).toString(), {
    assumeValid: true,
  })
  return loaded
}

function differences(own: GraphQLSchema, platform: GraphQLSchema): string[] {
  return Object.values(own.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type))
    .flatMap((type) => typeDifferences(type, platform.getType(type.name)))
    .sort()
}

function typeDifferences(own: GraphQLNamedType, platform: GraphQLNamedType | undefined): string[] {
  if (platform === undefined) return [`${own.name} does not exist`]
  if (own.constructor !== platform.constructor) return [`${own.name} is another kind of type`]
  if (isEnumType(own) && isEnumType(platform))
    return own
      .getValues()
      .filter(({ name }) => platform.getValue(name) === undefined)
      .map(({ name }) => `${own.name} has no value ${name}`)
  if (isInputObjectType(own)) return [`${own.name}: input objects are not compared yet`]
  return isObjectType(own) && isObjectType(platform) ? fieldDifferences(own, platform) : []
}

function fieldDifferences(
  own: Extract<GraphQLNamedType, { getInterfaces: unknown }>,
  platform: Extract<GraphQLNamedType, { getInterfaces: unknown }>,
): string[] {
  return Object.values(own.getFields()).flatMap((field) => {
    const name = `${own.name}.${field.name}`
    const found = platform.getFields()[field.name]
    if (found === undefined) return [`${name} does not exist`]
    const output = String(found.type) === String(field.type) ? [] : [`${name} is ${found.type} and not ${field.type}`]
    const args = field.args.flatMap((arg) => {
      const theirArg = found.args.find((each) => each.name === arg.name)
      if (theirArg === undefined) return [`${name} has no argument ${arg.name}`]
      const same = String(theirArg.type) === String(arg.type) && theirArg.defaultValue === arg.defaultValue
      return same ? [] : [`${name}(${arg.name}) differs`]
    })
    const missing = found.args.filter(
      (arg) => arg.type.toString().endsWith('!') && !field.args.some(({ name: ownName }) => ownName === arg.name),
    )
    return [...output, ...args, ...missing.map((arg) => `${name} lacks the required argument ${arg.name}`)]
  })
}
