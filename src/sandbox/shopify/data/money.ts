import type { MoneyBagRecord, MoneyRecord } from './records.ts'

/** The currency of the shop; every amount is kept in its cents. */
export const SHOP_CURRENCY = 'EUR'

/** What one euro buys, and how many decimals the currency has. Fixed, so that the data never moves. */
const RATES: Record<string, { rate: number; decimals: number }> = {
  EUR: { rate: 1, decimals: 2 },
  USD: { rate: 1.08, decimals: 2 },
  GBP: { rate: 0.86, decimals: 2 },
  JPY: { rate: 162, decimals: 0 },
  CHF: { rate: 0.95, decimals: 2 },
}

export const CURRENCIES = Object.keys(RATES)

/** Cents of the shop's currency as the two sums that the platform shows. */
export function moneyBag(cents: number, currency: string): MoneyBagRecord {
  return { shopMoney: shopMoney(cents), presentmentMoney: inCurrency(cents, currency) }
}

/** Cents as the platform's Decimal: no more decimals than needed, but always one, e.g. `12.5` and `12.0`. */
export function shopMoney(cents: number): MoneyRecord {
  return { amount: decimal(cents, 2), currencyCode: SHOP_CURRENCY }
}

/** Cents as the platform's Money scalar, always with two decimals, e.g. `12.50`. */
export function priceText(cents: number): string {
  return (cents / 100).toFixed(2)
}

function inCurrency(cents: number, currency: string): MoneyRecord {
  const { rate, decimals } = RATES[currency] ?? { rate: 1, decimals: 2 }
  return { amount: decimal(Math.round((cents / 100) * rate * 10 ** decimals), decimals), currencyCode: currency }
}

function decimal(minor: number, decimals: number): string {
  const text = (minor / 10 ** decimals).toFixed(decimals)
  const [whole = '0', fraction = ''] = text.split('.')
  return `${whole}.${fraction.replace(/0+$/, '') || '0'}`
}
