import { expect, it } from 'vitest'
import { outcome } from '../../src/event/batch.ts'
import { createDelivery } from '../../src/pipeline/delivery.ts'
import { createProgress } from '../../src/pipeline/progress.ts'
import { applyProgress, createProgressState } from '../../src/store/ledger.ts'
import { type LedgerRow, ledgerRows } from '../../src/store/ledger-rows.ts'
import type { Sink } from '../../src/store/sink.ts'
import { batchOf } from '../support/batch.ts'
import { minute, noon, openShop } from './shop.ts'

/** A stand-in for the fault no store should have: it returns although a row has no outcome. */
const sinkThatForgetsARow: Sink = {
  name: 'sink that forgets a row',
  transactional: false,
  trouble: undefined,
  write: async (batches) => {
    for (const batch of batches) batch.outcome.fill(outcome.stored, 1)
  },
  close: async () => undefined,
}

/** Delivers three records of `source` to that sink and gives the account of it. */
const damagedAccount = async (source: string): Promise<LedgerRow[]> => {
  const state = createProgressState()
  const progress = createProgress(state.checkpoints)
  const signal = new AbortController().signal
  const delivery = createDelivery({
    sink: sinkThatForgetsARow,
    progress,
    keepLetters: async () => undefined,
    commit: async (record) => applyProgress(state, record),
    committed: () => undefined,
    ended: () => undefined,
    failed: (error) => {
      throw error
    },
    maxBytes: 1 << 20,
    flushBytes: 1 << 20,
    flushAfter: 10,
    concurrency: 1,
    signal,
  })
  const batch = batchOf([{ message: 'a' }, { message: 'b' }, { message: 'c' }], undefined, {
    source,
    path: '/var/log/a\u001b[31m.log',
    readAt: noon,
  })
  progress.begin([batch])
  delivery.offer([batch])
  await delivery.flush()
  return ledgerRows(state, 'stand-in', [])
}

it('an hour that does not balance fires once for its source, over a restart, and ends when it balances', async () => {
  await using shop = await openShop()
  let rows = await damagedAccount('app')
  expect(rows).toMatchObject([{ read: 3, stored: 2, closed: true, balanced: false }])
  const account = () => rows
  shop.now = noon + minute
  const first = await shop.schedule([], { account })
  await first.evaluateOnce()
  await first.evaluateOnce()
  expect(shop.told).toMatchObject([
    {
      kind: 'fired',
      alert: {
        id: 'tailrace.ledger:app',
        severity: 'P1',
        value: 1,
        limit: 0,
        since: noon,
        explanation: {
          en: "In the hour from 2026-11-23T12:00:00Z 3 records of /var/log/a\\x1b[31m.log were read, and 2 have an outcome. 'tailrace ledger --verify' shows the account",
        },
      },
    },
  ])
  const second = await shop.schedule([], { account })
  await second.start()
  rows = [...rows, ...(await damagedAccount('web'))]
  await second.evaluateOnce()
  expect(shop.told.slice(1)).toMatchObject([{ kind: 'fired', alert: { id: 'tailrace.ledger:web' } }])
  rows = rows.filter(({ source }) => source === 'web')
  await second.evaluateOnce()
  expect(shop.told.slice(2)).toMatchObject([
    { kind: 'resolved', alert: { id: 'tailrace.ledger:app', state: 'resolved', until: shop.now } },
  ])
  expect(second.alerts()).toMatchObject([{ id: 'tailrace.ledger:web', state: 'firing' }, { id: 'tailrace.ledger:app' }])
})

it('an hour that is not closed yet does not fire', async () => {
  await using shop = await openShop()
  const [row] = await damagedAccount('app')
  const scheduler = await shop.schedule([], { account: () => [{ ...row!, closed: false }] })
  await scheduler.evaluateOnce()
  expect(shop.told).toEqual([])
})

it('bytes that nothing accounts for fire as records without an outcome do', async () => {
  await using shop = await openShop()
  const [row] = await damagedAccount('app')
  const sound = { ...row!, read: 2, closed: true, balanced: true }
  const account = () => [{ ...sound, balanced: false, unaccounted_bytes: 1234 }]
  const scheduler = await shop.schedule([], { account })
  await scheduler.evaluateOnce()
  expect(shop.told).toMatchObject([
    {
      alert: {
        value: 1234,
        explanation: { en: expect.stringContaining('and 1,234 bytes are in no record') as string },
      },
    },
  ])
})
