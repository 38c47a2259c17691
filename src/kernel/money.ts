/** An amount as a decimal string with its currency (ISO 4217): never a float, never a bare number. */
export type Money = { amount: string; currency: string }

export const AMOUNT = /^-?\d{1,15}(\.\d{1,4})?$/
export const CURRENCY = /^[A-Z]{3}$/
