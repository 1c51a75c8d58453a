import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { eachWithinTime, withinTime } from '../../src/grammar/within-time.ts'

test('an expression that nothing else stops is stopped, and one that runs out of room', () => {
  expect(withinTime(60_000, () => void /^(?:a|b)*$/.test('a'.repeat(40 << 20)))).toBe('no room')
  expect(withinTime(20, () => void /^(?:(?=a)a+)+$/.test(`${'a'.repeat(60)}b`))).toBe('late')
  expect(withinTime(60_000, () => void /a/.test('a'))).toBe('done')
  expect(() =>
    withinTime(60_000, () => {
      throw new Error('its own')
    }),
  ).toThrow('its own')
})

class Stopped extends Error {}

// A clock that stops the work at moments of chance, or when all of it is done; the processor works for the record or elsewhere.
test.prop([
  fc.nat(10_000),
  fc.array(fc.nat(20_000), { maxLength: 40 }),
  fc.array(fc.boolean(), { maxLength: 40 }),
  fc.uniqueArray(fc.nat(9999)),
  fc.array(fc.boolean(), { maxLength: 40 }),
])(
  'wherever it is stopped, each record is done or late, once, in order; late are those the processor worked too long for',
  (count, after, atEnd, slow, elsewhere) => {
    const done: number[] = []
    const late: number[] = []
    let steps = 0
    let limit = Number.POSITIVE_INFINITY
    let runs = 0
    let spent = 0
    const never = new Set(slow)
    const step = (): void => {
      if (++steps > limit) throw new Stopped()
    }
    eachWithinTime({
      count,
      most: () => 100,
      work(record) {
        step()
        if (never.has(record)) throw new Stopped()
        done.push(record)
        step()
      },
      late: (record) => void late.push(done.push(record) - 1),
      undo(record) {
        if (done.at(-1) === record) done.pop()
      },
      within(most, work) {
        const run = runs++
        limit = steps + (after[run] ?? Number.POSITIVE_INFINITY)
        try {
          work()
        } catch (error) {
          if (!(error instanceof Stopped)) throw error
          spent += elsewhere[run] === true ? 0 : most
          return 'late'
        }
        return atEnd[run] === true ? 'late' : 'done'
      },
      spent: () => spent,
    })
    expect(done).toEqual(Array.from({ length: count }, (_, record) => record))
    expect(late).toEqual(expect.arrayContaining(slow.filter((record) => record < count)))
  },
)

test('a machine that is busy elsewhere makes no record late', () => {
  const times: number[] = []
  const late: number[] = []
  eachWithinTime({
    count: 1,
    most: () => 100,
    work: () => undefined,
    late: (record) => late.push(record),
    within(most, work) {
      times.push(most)
      if (times.length < 6) return 'late'
      work()
      return 'done'
    },
    spent: () => 0,
  })
  expect({ times, late }).toEqual({ times: [50, 100, 200, 400, 800, 1600], late: [] })
})

test('one that no clock explains is given up at last', () => {
  const late: number[] = []
  eachWithinTime({
    count: 1,
    most: () => 100,
    work: () => undefined,
    late: (record) => late.push(record),
    within: () => 'late',
    spent: () => 0,
  })
  expect(late).toEqual([0])
})
