import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  buildSchema,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '#kernel'
import { SHOPIFY_OPERATIONS } from './operations.ts'

const folder = join(packageRoot(), '..', 'shared', 'schemas', 'shopify')
const isThere = existsSync(join(folder, 'admin_2026-10.graphql.gz'))
const title = isThere ? "the platform's own schema" : "SKIPPED, the platform's schema is not on this machine:"

/** Every field that a document selects, as `Type.field`, and every type that it enters, as `T:Type`. */
function touched(schema: GraphQLSchema, document: string): { fields: string[]; types: string[] } {
  const info = new TypeInfo(schema)
  const fields: string[] = []
  const types: string[] = []
  visit(
    parse(document),
    visitWithTypeInfo(info, {
      Field(node) {
        fields.push(`${info.getParentType()?.name}.${node.name.value}`)
        types.push(`T:${getNamedType(info.getType())?.name}`)
      },
    }),
  )
  return { fields, types }
}

function isDeprecated(schema: GraphQLSchema, key: string): boolean {
  const [type = '', field = ''] = key.split('.')
  const parent = schema.getType(type)
  return isObjectType(parent) && parent.getFields()[field]?.deprecationReason != null
}

describe.skipIf(!isThere)(title, () => {
  const sdl = isThere
    ? gunzipSync(readFileSync(join(folder, 'admin_2026-10.graphql.gz'))).toString()
    : 'type Query { a: Int }'
  const schema = buildSchema(sdl, { assumeValid: true })
  const access: Record<string, string> = isThere
    ? JSON.parse(readFileSync(join(folder, 'admin_2026-10.access.json'), 'utf8'))
    : {}

  it.each(SHOPIFY_OPERATIONS)('accepts the document of $name', ({ document }) => {
    expect(validate(schema, parse(document)).map((error) => error.message)).toEqual([])
  })

  it.each(SHOPIFY_OPERATIONS)(
    'needs no scope for $name beyond those that the hand map gives',
    ({ document, scopes }) => {
      const { fields, types } = touched(schema, document)
      const uncovered = [...fields, ...types].filter((key) => {
        const alternatives = access[key]?.match(/(?<=`)(?:read|write)_[a-z_]+(?=`)/g) ?? []
        return alternatives.length > 0 && !alternatives.some((scope) => scopes.some((ours) => ours === scope))
      })
      expect(uncovered).toEqual([])
    },
  )

  it.each(SHOPIFY_OPERATIONS)(
    'is asked by $name for no deprecated field and no field that may hold a secret',
    ({ document }) => {
      const { fields } = touched(schema, document)
      const deprecated = fields.filter((key) => isDeprecated(schema, key))
      expect(deprecated).toEqual([])
      expect(fields.filter((key) => /password|secret|token|iban|card|tax_?number|bank/i.test(key))).toEqual([])
    },
  )
})
