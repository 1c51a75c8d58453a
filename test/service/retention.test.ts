import { expect, test } from 'vitest'
import { rulesInForce } from '../../src/service/retention.ts'
import { createProgressState, hourOf } from '../../src/store/ledger.ts'

const day = 86_400_000
const now = 1000 * day
const month = { maxAge: 30 * day }
const week = { dataset: 'json', maxAge: 7 * day }

/** What is known of a data directory in which files were first read so many days ago. */
const kept = (days: number, forgotten = 0) => {
  const state = createProgressState()
  const zero = { read: 1, stored: 1, duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, lost: 0, bytes: 0 }
  state.ledger.set('one', { ...zero, source: 'app', path: '/a.log', hour: hourOf(now - days * day) })
  return { ledger: state.ledger, forgotten }
}

test('nothing is removed for its age before the data directory is as old', () => {
  expect(rulesInForce([month], createProgressState(), now)).toEqual([])
  expect(rulesInForce([month], kept(29), now)).toEqual([])
  expect(rulesInForce([month], kept(31), now)).toEqual([month])
  expect(rulesInForce([{ maxAge: 400 * day }], kept(89, 5), now)).toEqual([{ maxAge: 400 * day }])
})

test('a dataset with a rule of its own, not yet in force, does not fall under the rule for all others', () => {
  expect(rulesInForce([week, { maxAge: 90 * day }], kept(8), now)).toEqual([week, {}])
  expect(rulesInForce([{ dataset: 'json', maxAge: 90 * day }, month], kept(31), now)).toEqual([
    { dataset: 'json' },
    month,
  ])
})

test('what is too much goes at any time', () => {
  expect(rulesInForce([{ ...month, maxBytes: 5 }], kept(0), now)).toEqual([{ maxBytes: 5 }])
})
