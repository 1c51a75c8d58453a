import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { eachWithinTime, withinTime } from '../../src/grammar/within-time.ts'

test('an expression that nothing else stops is stopped, and one that runs out of room', () => {
  expect(withinTime(60_000, () => void /^(?:a|b)*$/.test('a'.repeat(40 << 20)))).toBe(false)
  expect(withinTime(20, () => void /^(?:(?=a)a+)+$/.test(`${'a'.repeat(60)}b`))).toBe(false)
  expect(withinTime(60_000, () => void /a/.test('a'))).toBe(true)
  expect(() =>
    withinTime(60_000, () => {
      throw new Error('its own')
    }),
  ).toThrow('its own')
})

class Stopped extends Error {}

// A clock that stops the work at moments of chance, or when all of it is done.
test.prop([
  fc.nat(10_000),
  fc.array(fc.nat(20_000), { maxLength: 40 }),
  fc.array(fc.boolean(), { maxLength: 40 }),
  fc.uniqueArray(fc.nat(9999)),
])('wherever it is stopped, each record is done or late, once, in order', (count, after, atEnd, slow) => {
  const done: number[] = []
  let steps = 0
  let limit = Number.POSITIVE_INFINITY
  let runs = 0
  const never = new Set(slow)
  const step = (): void => {
    if (++steps > limit) throw new Stopped()
  }
  eachWithinTime(
    count,
    (record) => {
      step()
      if (never.has(record)) throw new Stopped()
      done.push(record)
      step()
    },
    (record) => done.push(record),
    (record) => {
      if (done.at(-1) === record) done.pop()
    },
    (_, work) => {
      const run = runs++
      limit = steps + (after[run] ?? Number.POSITIVE_INFINITY)
      try {
        work()
      } catch (error) {
        if (!(error instanceof Stopped)) throw error
        return false
      }
      return atEnd[run] !== true
    },
  )
  expect(done).toEqual(Array.from({ length: count }, (_, record) => record))
})
