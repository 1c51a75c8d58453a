import { expect, test } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { createProgress } from '../../src/pipeline/progress.ts'
import { batchOf } from '../support/batch.ts'

const hour = Date.parse('2026-11-23T12:00:00Z')
const at = hour + 1000
const spans = [
  { from: 100, to: 150 },
  { from: 150, to: 200 },
]

test('records found in the store after a crash are in the account once the reader has passed them', () => {
  const progress = createProgress(new Map([['k', 100]]))
  progress.alreadyStored('k', 'app', '/a.log', spans, at)
  expect(progress.inFlight()).toEqual([{ source: 'app', path: '/a.log', hour, records: 2 }])
  expect(progress.seal()).toBeUndefined()
  progress.skipped('k', 200, at)
  expect(progress.seal()).toMatchObject({
    checkpoints: { k: 200 },
    ledger: [{ source: 'app', path: '/a.log', hour, read: 2, stored: 2, deadLettered: 0, bytes: 100 }],
  })
  expect(progress.inFlight()).toEqual([])
  expect(progress.seal()).toBeUndefined()
})

test('the store may be asked twice for the same records, which count once', () => {
  const progress = createProgress(new Map([['k', 100]]))
  progress.alreadyStored('k', 'app', '/a.log', spans, at)
  progress.alreadyStored('k', 'app', '/a.log', spans, at + 1)
  progress.skipped('k', 200, at)
  expect(progress.seal()!.ledger).toMatchObject([{ read: 2, stored: 2 }])
  progress.alreadyStored('k', 'app', '/a.log', spans, at + 2)
  progress.skipped('k', 200, at)
  const again = progress.seal()
  expect((again?.ledger ?? []).reduce((sum, { stored }) => sum + stored, 0)).toBe(0)
})

test('bytes stated lost are committed though nothing else is', () => {
  const progress = createProgress(new Map())
  const span = { key: 'k', source: 'app', path: '/a.log', from: 10, to: 30, at }
  progress.lost([span])
  expect(progress.seal()).toMatchObject({
    checkpoints: {},
    ledger: [{ lost: 20, read: 0, bytes: 0 }],
    lost: [span],
  })
  progress.regained([{ ...span, from: 20 }])
  expect(progress.seal()).toMatchObject({ ledger: [{ lost: -10 }], regained: [{ key: 'k', from: 20, to: 30 }] })
  expect(progress.seal()).toBeUndefined()
})

test('what the store holds of a generation that is read again is a duplicate, what lies behind is stored', () => {
  const progress = createProgress(new Map([['k', 100]]), new Map([['k', 150]]))
  progress.alreadyStored('k', 'app', '/a.log', spans, at)
  progress.skipped('k', 200, at)
  expect(progress.seal()!.ledger).toMatchObject([{ read: 2, stored: 1, duplicate: 1, bytes: 100 }])
})

test('a checkpoint that was set back is where it goes on', () => {
  const progress = createProgress(new Map([['k', 100]]))
  progress.alreadyStored('k', 'app', '/a.log', [{ from: 100 }], at)
  progress.skipped('k', 200, at)
  expect(progress.seal()!.checkpoints).toEqual({ k: 200 })
  progress.reset('k', 50)
  progress.skipped('k', 60, at)
  expect(progress.seal()).toMatchObject({ checkpoints: { k: 60 }, ledger: [{ bytes: 10 }] })
})

test('what is stored is told by the day of its event, what lies too far off or is found as of no known day', () => {
  const progress = createProgress(new Map([['k', 100]]))
  const day = 86_400_000
  const times = [at, at - day, at - day, at - 500 * day, at + 3 * day, at - 2 * day]
  const rows = times.map((time) => ({ '@timestamp': time, message: 'x' }))
  const batch = batchOf(rows, undefined, { key: 'k', from: 100, readAt: at, source: 'app' })
  progress.begin([batch])
  batch.outcome.fill(outcome.stored, 0, 5)
  batch.outcome[5] = outcome.filtered
  progress.end(batch)
  const today = Math.floor(at / day)
  expect(progress.seal()!.days).toEqual({ 'test.log': { [today]: 1, [today - 1]: 2, 0: 2 } })
  progress.alreadyStored('k', 'app', '/a.log', [{ from: 700 }], at)
  progress.skipped('k', 800, at)
  expect(progress.seal()!.days).toEqual({ '': { 0: 1 } })
  release(batch)
})
