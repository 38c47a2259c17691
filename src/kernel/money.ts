/** An amount as a decimal string with its currency (ISO 4217): never a float, never a bare number. */
export type Money = { amount: string; currency: string }

export const AMOUNT = /^-?\d{1,15}(\.\d{1,4})?$/
export const CURRENCY = /^[A-Z]{3}$/

/**
 * Money with the decimals of its currency: `1878.7` EUR is `1878.70`, `162.0` JPY is `162`. Only zeros come and go, nothing
 * is rounded: an amount with more significant decimals, such as a unit price of `0.125`, stays as it is, and so does
 * what is no decimal number or has a currency that is not known.
 */
export function moneyOf(amount: string, currency: string): Money {
  return { amount: withDecimals(amount, DECIMALS.get(currency)), currency }
}

// Not those of Intl.NumberFormat: they follow custom, which leaves the fillér out of HUF and the cent out of COP.
const UNUSUAL: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

/** The decimals of each currency by ISO 4217. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...Intl.supportedValuesOf('currency').map((currency) => [currency, 2] as const),
  ...Object.entries(UNUSUAL).flatMap(([decimals, currencies]) =>
    currencies.split(' ').map((currency) => [currency, Number(decimals)] as const),
  ),
])

function withDecimals(amount: string, decimals: number | undefined): string {
  const [, whole, fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(amount) ?? []
  if (decimals === undefined || whole === undefined) return amount
  if (/[1-9]/.test(fraction.slice(decimals))) return amount
  return decimals === 0 ? whole : `${whole}.${fraction.slice(0, decimals).padEnd(decimals, '0')}`
}
