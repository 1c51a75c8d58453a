import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { Context } from '../../src/service/context.ts'
import { loadConfig } from '../../src/service/load.ts'
import { ledger, mayRemove, verdict } from '../../src/service/operations/ledger.ts'
import { explains } from '../../src/service/operations/retained.ts'
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
const none: ProgressRecord = { checkpoints: {}, ledger: [], earliest: {} }
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
  const total = async (inForce = config): Promise<unknown> => {
    const others = async () => []
    const parts = { store, storeName: 'duckdb', progress, inFlight: () => [], others }
    const context = { config: inForce, ...parts } as unknown as Context
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
    // The same told by days of events, as of an engine, whose lifecycle counts nothing.
    store = Object.create(store, { removed: { value: undefined } }) as Store
    for (const age of ages)
      applyProgress(progress, { ...none, days: { 'test.log': { [Math.floor(now / day) - age]: 1 } } })
    const removing = { ...config, retention: [{ maxAge: 10 * day }] }
    expect(await total(removing)).toMatchObject({ held_by_store: 1, removed_by_retention: 4, verified: true })
    expect(await total({ ...config, retention: [{ maxAge: 33 * day }] })).toMatchObject({ verified: false })
    expect(await total({ ...config, retention: [] })).toMatchObject({ removed_by_retention: 0, verified: false })
    applyProgress(progress, { ...record(1), days: { 'test.log': { [Math.floor(now / day) - 1]: 1 } } })
    expect(await total(removing)).toMatchObject({ held_by_store: 1, removed_by_retention: 0, verified: false })
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

it('a store holds too little, too much, or what it should while it is written to', () => {
  const counted = { least: 10, most: 12, held: 10, removed: [0, 0] } as const
  expect(verdict(counted)).toBe(true)
  expect(verdict({ ...counted, held: 9 })).toBe(false)
  expect(verdict({ ...counted, held: 13 })).toBe(false)
  expect(verdict({ ...counted, held: 8, removed: [0, 2] })).toBe(true)
  expect(verdict({ ...counted, held: 8, removed: [1, 1] })).toBe(false)
  expect(verdict({ ...counted, held: 12, removed: [1, 1] })).toBe(false)
})

describe('what retention may have removed of a store that does not count it', () => {
  const today = Math.floor(now / day)
  const stored = new Map([
    [
      'test.log',
      new Map([
        [today - 40, 5],
        [today - 31, 5],
        [today - 2, 10],
      ]),
    ],
  ])
  const holding = (...days: [number, number][]) => new Map([['test.log', new Map(days)]])
  const byAge = [{ maxAge: 30 * day }]
  const bySize = [{ maxBytes: 1000 }]
  const kept: [number, number] = [today - 2, 10]

  it.each([
    ['days older than the age, wholly or in part', byAge, holding([today - 31, 2], kept), 8, true],
    ['nothing of a younger day', byAge, holding([today - 40, 5], [today - 31, 5], [today - 2, 9]), 1, false],
    ['no more than those days had', byAge, holding(kept), 11, false],
    ['by size the oldest, up to the oldest that is left', bySize, holding([today - 31, 1], kept), 9, true],
    [
      'by size nothing behind the oldest that is left',
      bySize,
      holding([today - 40, 1], [today - 31, 5], [today - 2, 1]),
      13,
      false,
    ],
    ['nothing of a dataset no rule is for', [{ dataset: 'test.other', maxAge: day }], holding(kept), 10, false],
  ] as const)('is %s', (_, rules, held, missing, explained) => {
    expect(explains(rules, stored, held, missing, now)).toBe(explained)
  })

  it('is also what came of days that nobody knows', () => {
    const days = new Map([...stored, ['', new Map([[0, 3]])]])
    expect(explains(byAge, days, holding([today - 40, 5], [today - 31, 5], kept), 3, now)).toBe(true)
    expect(explains(byAge, days, holding([today - 40, 5], [today - 31, 5], kept), 4, now)).toBe(false)
    expect(explains(byAge, new Map(), holding(kept), 1, now)).toBe(false)
  })

  it('does not count what is held of generations that are forgotten', () => {
    const held = holding([today - 31, 5], [today - 2, 8])
    expect(explains(byAge, stored, held, 5, now)).toBe(false)
    expect(explains(byAge, stored, held, 5, now, 2)).toBe(true)
  })
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
