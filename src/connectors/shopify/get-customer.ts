import { z } from 'zod'
import type { StoreTool } from '../connector.ts'
import type { ShopifyClient } from './client.ts'
import { CUSTOMER_FIELDS, customerShape, customerSummary } from './customer-summary.ts'
import { ADDRESS_FIELDS, address, addressShape, present } from './fields.ts'
import { gid, notFound } from './ids.ts'
import { defineOperation } from './operation.ts'

const customerNode = customerShape.extend({
  note: z.string().nullable(),
  tags: z.array(z.string()),
  defaultPhoneNumber: z.object({ phoneNumber: z.string() }).nullable(),
  defaultAddress: addressShape.nullable(),
})

export const getCustomerOperation = defineOperation({
  tool: 'get_customer',
  scopes: ['read_customers'],
  document: `query GetCustomer($id: ID!) {
    customer(id: $id) {
      ${CUSTOMER_FIELDS}
      note tags
      defaultPhoneNumber { phoneNumber }
      defaultAddress { ${ADDRESS_FIELDS} }
    }
  }`,
  answer: z.object({ customer: customerNode.nullable() }),
})

/** One customer with the default address. */
export function getCustomer(client: ShopifyClient): StoreTool<'get_customer'> {
  return async (call) => {
    const { answer, tally } = await client.run(getCustomerOperation, call, { id: gid('Customer', call.input.id) })
    const node = answer.customer
    if (node === null) throw notFound('Customer')
    const value = {
      ...customerSummary(node, tally),
      phone: present(node.defaultPhoneNumber?.phoneNumber),
      note: present(node.note),
      tags: node.tags,
      address: node.defaultAddress === null ? undefined : address(node.defaultAddress),
    }
    return { value, unknownFields: tally.unknown }
  }
}
