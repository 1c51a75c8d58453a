import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createRate } from '../../src/access/rate.ts'

describe('a rate', () => {
  test('lets a burst through, then what the time allows, each key by itself', () => {
    let now = 1000
    const rate = createRate({ perSecond: 2, burst: 3, clock: () => now })
    expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([true, true, true, false])
    expect(rate.take('b')).toBe(true)
    expect(rate.wait('a')).toBe(500)
    now += 499
    expect(rate.take('a')).toBe(false)
    now += 1
    expect(rate.wait('a')).toBe(0)
    expect(rate.take('a')).toBe(true)
    expect(rate.take('a')).toBe(false)
    now += 3_600_000
    expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([true, true, true, false])
  })

  test('forgets the key used longest ago where there are too many', () => {
    const rate = createRate({ perSecond: 1, burst: 1, most: 2, clock: () => 0 })
    for (const key of ['a', 'b', 'a', 'c']) rate.take(key)
    expect(rate.size).toBe(2)
    expect(rate.take('a')).toBe(false)
    expect(rate.take('b')).toBe(true)
  })

  test('gives nothing for a clock that was set back, and goes on from there', () => {
    let now = 10_000
    const rate = createRate({ perSecond: 1, burst: 1, clock: () => now })
    expect(rate.take('a')).toBe(true)
    now = 0
    expect(rate.take('a')).toBe(false)
    now = 1000
    expect(rate.take('a')).toBe(true)
  })

  property.prop([fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 1, max: 4 })), { maxLength: 50 })])(
    'never gives more than its burst and what the time allows',
    (asked) => {
      let now = 0
      let given = 0
      const rate = createRate({ perSecond: 3, burst: 5, clock: () => now })
      for (const [pause, amount] of asked) {
        now += pause
        if (rate.take('a', amount)) given += amount
      }
      expect(given).toBeLessThanOrEqual(5 + (now * 3) / 1000 + 1e-6)
    },
  )
})
