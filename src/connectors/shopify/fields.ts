import { z } from 'zod'
import type { AnswerOf } from '#commerce'
import { type Money, moneyOf } from '#kernel'

/** A null of the platform as an absent field of the vocabulary. */
export function present<Value>(value: Value | null | undefined): Value | undefined {
  return value ?? undefined
}

/** `MoneyV2`. */
export const moneyShape = z.object({ amount: z.string(), currencyCode: z.string() })

/** `MoneyBag`, of which the shop's own currency is asked. */
export const shopMoneyShape = z.object({ shopMoney: moneyShape })

/** Money in whole currency units with the decimals of the currency, of which the platform trims zeros. */
export function money(value: z.output<typeof moneyShape>): Money {
  return moneyOf(value.amount, value.currencyCode)
}

/** `Attribute`, which storefronts fill with what customers enter. */
export const attributesShape = z.array(z.object({ key: z.string(), value: z.string().nullable() }))

/** The custom attributes of an order or an order line. */
export function attributes(values: z.output<typeof attributesShape>) {
  return values.map((attribute) => ({ name: attribute.key, value: present(attribute.value) }))
}

/** The fields of `MailingAddress` that Tillgate asks for. */
export const ADDRESS_FIELDS = 'name company address1 address2 city zip province countryCodeV2 phone'

export const addressShape = z.object({
  name: z.string().nullable(),
  company: z.string().nullable(),
  address1: z.string().nullable(),
  address2: z.string().nullable(),
  city: z.string().nullable(),
  zip: z.string().nullable(),
  province: z.string().nullable(),
  countryCodeV2: z.string().nullable(),
  phone: z.string().nullable(),
})

/** An address in the vocabulary; the company joins the second line. */
export function address(value: z.output<typeof addressShape>): NonNullable<AnswerOf<'get_customer'>['address']> {
  const line2 = [value.address2, value.company].filter((part) => part !== null && part !== '').join(', ')
  return {
    name: present(value.name),
    line1: present(value.address1),
    line2: line2 === '' ? undefined : line2,
    city: present(value.city),
    postal_code: present(value.zip),
    region: present(value.province),
    country: present(value.countryCodeV2),
    phone: present(value.phone),
  }
}

export const pageInfoShape = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })

/** A list of which only the first page is asked. */
export const hasNextPageShape = z.object({ hasNextPage: z.boolean() })
