import { expect, it } from 'vitest'
import { slugOf } from './setup-view.ts'

it.each([
  ['Köhler & Söhne', 'kohler-sohne'],
  ['  Harbour & Pine  ', 'harbour-pine'],
  ['A shop with a name that is longer than any slug', 'a-shop-with-a-name-that-is-longer-than'],
  ['北京', ''],
])('the short name of %s is %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
})
