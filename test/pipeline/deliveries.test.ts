import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Batch, outcome } from '../../src/event/batch.ts'
import { createDelivery, type Delivery, type DeliveryOptions } from '../../src/pipeline/delivery.ts'
import { createProgress } from '../../src/pipeline/progress.ts'
import { batchOf } from '../support/batch.ts'

/** A sink that takes what it is given when it is told to: only sizes are looked at. */
const bench = (limits: Partial<DeliveryOptions>) => {
  const sent: number[] = []
  const ends: (() => void)[] = []
  const progress = createProgress(new Map())
  const delivery = createDelivery({
    sink: {
      name: 'stand-in',
      transactional: false,
      async write(batches: readonly Batch[]) {
        sent.push(batches.reduce((sum, { count }) => sum + count, 0))
        await new Promise<void>((resolve) => ends.push(resolve))
        for (const batch of batches) batch.outcome.fill(outcome.stored)
      },
    } as unknown as DeliveryOptions['sink'],
    progress,
    keepLetters: async () => undefined,
    commit: async () => undefined,
    committed: () => undefined,
    ended: () => undefined,
    failed: (error) => {
      throw error
    },
    maxBytes: 1 << 30,
    flushBytes: 1 << 30,
    flushAfter: 200,
    concurrency: 1,
    signal: new AbortController().signal,
    ...limits,
  })
  return { delivery, sent, progress, end: () => ends.shift()?.() }
}
let from = 0
const offer = (delivery: Delivery, progress: ReturnType<typeof createProgress>, rows: number, width = 10): void => {
  const text = Array.from({ length: rows }, () => 'x'.repeat(width))
  const batch = batchOf(
    text.map((message) => ({ message })),
    undefined,
    { stored: true, from, text },
  )
  from += rows * 100
  progress.begin([batch])
  delivery.offer([batch])
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('so many records are sent at once, and no more than the batch that makes them enough', async () => {
  const { delivery, sent, progress, end } = bench({ flushRecords: 25 })
  offer(delivery, progress, 10)
  offer(delivery, progress, 10)
  expect(sent).toEqual([])
  offer(delivery, progress, 10)
  expect(sent).toEqual([30])
  for (let i = 0; i < 5; i++) offer(delivery, progress, 10)
  end()
  await settle()
  expect(sent).toEqual([30, 30])
  end()
  await settle()
  vi.advanceTimersByTime(200)
  expect(sent).toEqual([30, 30, 20])
  end()
})

test('the first of a backlog is sent as soon as news is, what follows waits to be more', async () => {
  const { delivery, sent, progress, end } = bench({ flushRecords: 100_000, flushBacklogAfter: 2000 })
  const megabytes = 5
  offer(delivery, progress, 10, (megabytes << 20) / 10)
  vi.advanceTimersByTime(200)
  expect(sent).toEqual([10])
  end()
  await settle()
  offer(delivery, progress, 10, (megabytes << 20) / 10)
  vi.advanceTimersByTime(1999)
  expect(sent).toEqual([10])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual([10, 10])
  end()
  await settle()
  offer(delivery, progress, 3)
  vi.advanceTimersByTime(200)
  expect(sent).toEqual([10, 10, 3])
  end()
})

test('progress without a batch is committed by itself, after a moment and before a flush ends', async () => {
  const records: unknown[] = []
  const { delivery, sent, progress, end } = bench({ commit: async (record) => void records.push(record) })
  progress.lost([{ key: 'k', source: 'app', path: '/a.log', from: 10, to: 30, at: 0 }])
  delivery.settle()
  expect(sent).toEqual([])
  vi.advanceTimersByTime(200)
  expect(sent).toEqual([0])
  end()
  await settle()
  expect(records).toMatchObject([{ ledger: [{ lost: 20 }] }])
  progress.lost([{ key: 'k', source: 'app', path: '/a.log', from: 30, to: 31, at: 0 }])
  delivery.settle()
  const flushed = delivery.flush()
  end()
  await flushed
  expect(records).toHaveLength(2)
})
