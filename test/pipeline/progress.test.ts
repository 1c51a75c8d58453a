import { expect, test } from 'vitest'
import { type Batch, outcome, release } from '../../src/event/batch.ts'
import type { Ahead } from '../../src/event/block.ts'
import { createProgress } from '../../src/pipeline/progress.ts'
import { applyProgress, createProgressState } from '../../src/store/ledger.ts'
import { ledgerRows } from '../../src/store/ledger-rows.ts'
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

/** Three records of 100 bytes from 100 on, of which the reader tells this. */
const readAhead = (ahead: Ahead): Batch => {
  const rows = [1, 2, 3].map((message) => ({ message: String(message) }))
  const batch = batchOf(rows, undefined, { key: 'k', from: 100, readAt: at, source: 'app' })
  batch.outcome.fill(outcome.stored)
  return { ...batch, block: { ...batch.block, ahead } }
}

test.each([
  ['records and separators make up all of it', { begin: 90, between: 10 }, 90, 0],
  ['what lies in no record and no separator', { begin: 90, between: 3 }, 90, 7],
  ['what was counted as two things', { begin: 100, between: 5 }, 100, 5],
  ['what the reader jumped over', { begin: 100, between: 0 }, 60, 40],
  ['where it begins by being told to is no jump', { begin: 100, between: 0 }, undefined, 0],
  ['what is read again was accounted for', { begin: 100, between: 0 }, 150, 0],
  [
    'records that lie across each other are only held against where reading was',
    { begin: 100, between: undefined },
    90,
    10,
  ],
] as const)('bytes that the checkpoint passes: %s', (_, ahead, resume, adrift) => {
  const progress = createProgress(new Map(resume === undefined ? [] : [['k', resume]]))
  const batch = readAhead(ahead)
  progress.begin([batch])
  progress.end(batch)
  const record = progress.seal()!
  expect(record.ledger.reduce((sum, row) => sum + (row.adrift ?? 0), 0)).toBe(adrift)
  const state = createProgressState()
  applyProgress(state, record)
  expect(ledgerRows(state, 'duckdb', [])).toMatchObject([
    {
      read: 3,
      stored: 3,
      closed: true,
      balanced: adrift === 0,
      ...(adrift === 0 ? {} : { unaccounted_bytes: adrift }),
    },
  ])
  release(batch)
})

test('bytes that are passed over count as what they are: held by the store or stated lost, and separators before them', () => {
  const progress = createProgress(new Map([['k', 100]]))
  progress.alreadyStored('k', 'app', '/a.log', [{ from: 110 }], at)
  progress.skipped('k', 150, at, { begin: 100, between: 10 }, 40)
  expect(progress.seal()!.ledger.some(({ adrift }) => adrift !== undefined)).toBe(false)
  progress.skipped('k', 200, at, { begin: 150, between: 10 }, 30)
  expect(progress.seal()!.ledger).toMatchObject([{ bytes: 50, adrift: 10 }])
})

test('a record without an outcome leaves its bytes without an account', () => {
  const progress = createProgress(new Map([['k', 100]]))
  const batch = readAhead({ begin: 100, between: 0 })
  batch.outcome[1] = outcome.live
  progress.begin([batch])
  progress.end(batch)
  expect(progress.seal()!.ledger).toMatchObject([{ read: 3, stored: 2, adrift: 100 }])
  release(batch)
})
