import { rfc3339 } from '#kernel'
import { gid } from './ids.ts'
import { shopMoney } from './money.ts'
import { COUNTRIES, type Country } from './people-words.ts'
import { digits, type Random } from './random.ts'
import type { AddressRecord, CustomerRecord } from './records.ts'
import { CUSTOMER_SPECIALS, type CustomerSpecial } from './specials.ts'
import { CUSTOMER_NOTES, CUSTOMER_TAGS } from './words.ts'

export const CUSTOMER_COUNT = 500
const DAY_MS = 86_400_000
const ADDRESSES_MAX = 2

/** The customers, oldest first; what they bought is added when the orders are made. */
export function makeCustomers(random: Random, until: number): CustomerRecord[] {
  return Array.from({ length: CUSTOMER_COUNT }, (_, index) => customer(random, until, index + 1))
}

function customer(random: Random, until: number, n: number): CustomerRecord {
  const special = CUSTOMER_SPECIALS.get(n) ?? {}
  const home = homeOf(random, special)
  const firstName = special.firstName ?? random.pick(home.firstNames)
  const lastName = special.lastName ?? random.pick(home.lastNames)
  const created = until - Math.floor((1 - n / (CUSTOMER_COUNT + 1)) * 1200 * DAY_MS) - random.int(0, 43_199) * 1000
  const phone = special.phone === null || random.chance(0.25) ? null : digits(random, home.phone)
  return {
    id: gid('Customer', n),
    firstName,
    lastName,
    displayName: `${firstName} ${lastName}`,
    defaultEmailAddress: { emailAddress: emailOf(firstName, lastName, n) },
    defaultPhoneNumber: phone === null ? null : { phoneNumber: phone },
    addresses: addressesOf(random, home, { firstName, lastName, n, phone }),
    locale: home.locale,
    state: random.pick(['ENABLED', 'ENABLED', 'ENABLED', 'DISABLED', 'INVITED']),
    tags: CUSTOMER_TAGS.filter(() => random.chance(0.12)),
    note: special.note ?? (random.chance(0.12) ? random.pick(CUSTOMER_NOTES) : null),
    numberOfOrders: '0',
    amountSpent: shopMoney(0),
    createdAt: rfc3339(created),
    updatedAt: rfc3339(created + Math.floor(random.next() * (until - created))),
    currency: home.currency,
  }
}

/** Half of the customers live in the three countries nearest to the shop. */
function homeOf(random: Random, special: CustomerSpecial): Country {
  const near = random.pick(COUNTRIES.filter(({ code }) => ['DE', 'FR', 'GB'].includes(code)))
  const anywhere = random.pick(COUNTRIES)
  return COUNTRIES.find(({ code }) => code === special.country) ?? (random.chance(0.5) ? near : anywhere)
}

/** Only under domains that RFC 2606 keeps for examples; the number makes it unique. */
function emailOf(firstName: string, lastName: string, n: number): string {
  const local = [firstName.split(' ')[0] ?? '', lastName].map(ascii).filter((part) => part !== '')
  return `${[...(local.length === 0 ? ['customer'] : local), String(n)].join('.')}@example.${['com', 'org', 'net'][n % 3]}`
}

function ascii(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9-]/g, '')
    .toLowerCase()
}

type Person = { firstName: string; lastName: string; n: number; phone: string | null }

function addressesOf(random: Random, home: Country, person: Person): AddressRecord[] {
  return Array.from({ length: random.chance(0.15) ? ADDRESSES_MAX : 1 }, (_, index) => {
    const street = random.pick(home.streets)
    const house = random.int(1, 180)
    const [city, zip] = random.pick(home.cities)
    return {
      id: gid('MailingAddress', person.n * ADDRESSES_MAX + index),
      firstName: person.firstName,
      lastName: person.lastName,
      name: `${person.firstName} ${person.lastName}`,
      company: random.chance(0.06) ? `${person.lastName} & Co` : null,
      address1: home.numberFirst ? `${house} ${street}` : `${street} ${house}`,
      address2: random.chance(0.1) ? `Apt ${random.int(1, 60)}` : null,
      city,
      zip: digits(random, zip),
      province: null,
      country: home.name,
      countryCodeV2: home.code,
      phone: person.phone,
    }
  })
}
