import { join } from 'node:path'
import { expect, it } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { Context } from '../../src/service/context.ts'
import { loadConfig } from '../../src/service/load.ts'
import { ledger, mayRemove, verdict } from '../../src/service/operations/ledger.ts'
import { openDuckdb } from '../../src/store/duckdb/store.ts'
import {
  applyProgress,
  createProgressState,
  hourOf,
  type ProgressRecord,
  snapshotProgress,
} from '../../src/store/ledger.ts'
import type { Store } from '../../src/store/store.ts'
import { batchOf } from '../support/batch.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const never = new AbortController().signal
const day = 86_400_000
const now = Date.now()
const key = '00c0ffee00c0ffee'
const nothing = { read: 0, stored: 0, duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, lost: 0, bytes: 0 }
const row = (stored: number, at: number) => ({
  ...nothing,
  source: 'app',
  path: '/var/log/app.log',
  hour: hourOf(at),
  read: stored,
  stored,
})
const record = (stored: number, at = now): ProgressRecord => ({
  checkpoints: { [key]: 1_000_000 },
  ledger: [row(stored, at)],
  earliest: { 'test.log': at - 40 * day },
})

it('after retention the ledger still verifies, and a loss still shows', async () => {
  using directory = scratchDir('ledger')
  const path = join(directory.path, 'store', 'tailrace.duckdb')
  const { config } = await loadConfig({ pipelines: [], timezone: 'UTC' }, {}, directory.path)
  let store: Store = await openDuckdb({ path })
  const progress = createProgressState()
  const total = async (): Promise<unknown> => {
    const others = async () => []
    const context = { config, store, storeName: 'duckdb', progress, inFlight: () => [], others } as unknown as Context
    const rows: unknown[] = []
    for await (const one of ledger(context, { verify: true }, never)) rows.push(one)
    return (rows.at(-1) as { total: unknown }).total
  }
  const ages = [40, 35, 31, 20, 1]
  const batch = batchOf(
    ages.map((age) => ({ '@timestamp': now - age * day, message: `${age} days` })),
    undefined,
    { stored: true, key },
  )
  try {
    await store.write([batch], () => ({ ...record(5) }), never)
    applyProgress(progress, record(5))
    expect(await total()).toMatchObject({ held_by_store: 5, removed_by_retention: 0, verified: true })
    // Two rules, one after the other, and again after a restart: each event is counted where it goes.
    await store.retain([{ maxAge: 30 * day }, { maxAge: 33 * day }], now, never)
    expect(await total()).toMatchObject({ stored: 5, held_by_store: 2, removed_by_retention: 3, verified: true })
    await store.close()
    store = await openDuckdb({ path })
    await store.retain([{ maxAge: 10 * day }], now, never)
    expect(await total()).toMatchObject({ held_by_store: 1, removed_by_retention: 4, verified: true })
    applyProgress(progress, record(1))
    expect(await total()).toMatchObject({ held_by_store: 1, removed_by_retention: 4, verified: false })
  } finally {
    release(batch)
    await store.close()
  }
})

it('hours that the ledger drops are still counted as stored, over a restart too', () => {
  const state = createProgressState()
  applyProgress(state, record(7, now - 100 * day))
  applyProgress(state, record(5))
  const snapshot = snapshotProgress(state, now - 90 * day)
  expect([...state.ledger.values()].map(({ stored }) => stored)).toEqual([5])
  const again = createProgressState()
  applyProgress(again, snapshot)
  expect(again.forgotten).toBe(7)
  expect(again.oldest.get('test.log')).toBe(now - 140 * day)
  expect(snapshotProgress(again, now - 90 * day)).toEqual(snapshot)
})

it('what a store did not count is left open only where retention may have been at work', () => {
  const counted = { least: 10, most: 12, held: 10, removed: undefined, retains: true }
  expect(verdict(counted)).toBe(true)
  expect(verdict({ ...counted, held: 9 })).toBe(null)
  expect(verdict({ ...counted, held: 9, retains: false })).toBe(false)
  expect(verdict({ ...counted, held: 13 })).toBe(false)
  expect(verdict({ ...counted, held: 8, removed: [0, 2] })).toBe(true)
  expect(verdict({ ...counted, held: 8, removed: [1, 1] })).toBe(false)
  expect(verdict({ ...counted, held: 12, removed: [1, 1] })).toBe(false)
})

it.each([
  [[{ maxAge: 30 * day }], 29, false],
  [[{ maxAge: 30 * day }], 31, true],
  [[{ maxAge: 30 * day }, { dataset: 'test.log', maxAge: 90 * day }], 31, false],
  [[{ dataset: 'test.other', maxAge: day }], 31, false],
  [[{ maxBytes: 1 }], 0, true],
  [[], 1000, false],
])('retention %j reaches events of %i days: %s', (rules, age, reached) => {
  expect(mayRemove(rules, new Map([['test.log', now - age * day]]), now)).toBe(reached)
})
