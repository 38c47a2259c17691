import { describe, expect, it } from 'vitest'
import { AMOUNT, moneyOf } from './money.ts'

describe('money', () => {
  it.each([
    ['1878.7', 'EUR', '1878.70'],
    ['1878', 'EUR', '1878.00'],
    ['1878.70', 'EUR', '1878.70'],
    ['1878.7000', 'EUR', '1878.70'],
    ['-0.5', 'USD', '-0.50'],
    ['0.0', 'USD', '0.00'],
    ['162.0', 'JPY', '162'],
    ['162', 'KRW', '162'],
    ['1.5', 'KWD', '1.500'],
    ['1.5', 'CLF', '1.5000'],
    ['990.5', 'HUF', '990.50'],
    ['15000.0', 'COP', '15000.00'],
  ])('of %s %s has the decimals of the currency: %s', (amount, currency, shown) => {
    expect(moneyOf(amount, currency)).toEqual({ amount: shown, currency })
    expect(shown).toMatch(AMOUNT)
  })

  it.each([
    ['0.125', 'EUR'],
    ['0.1250', 'EUR'],
    ['162.5', 'JPY'],
    ['0.0001', 'KWD'],
  ])('of %s %s is not rounded', (amount, currency) => {
    expect(moneyOf(amount, currency).amount).toBe(amount)
  })

  it.each([
    ['1.5', 'ZZZ'],
    ['1.5', 'eur'],
    ['1.5', 'constructor'],
    ['', 'EUR'],
    ['.5', 'EUR'],
    ['1.', 'EUR'],
    ['1e3', 'EUR'],
    ['1,5', 'EUR'],
    ['1.5\n', 'EUR'],
  ])('of %j %s stays as it is', (amount, currency) => {
    expect(moneyOf(amount, currency)).toEqual({ amount, currency })
  })

  it('takes a few microseconds at most', () => {
    const started = performance.now()
    for (let turn = 0; turn < 100_000; turn++) moneyOf('1878.7', 'EUR')
    expect((performance.now() - started) / 100_000).toBeLessThan(0.01)
  })
})
