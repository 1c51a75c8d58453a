import { expect, it } from 'vitest'
import { kill, outcome, release } from '../../src/event/batch.ts'
import { createDelivery, type DeliveryOptions } from '../../src/pipeline/delivery.ts'
import { createProgress } from '../../src/pipeline/progress.ts'
import { createLettersRoom } from '../../src/service/letters-room.ts'
import { purgeLetters, replayLetters } from '../../src/service/operations/change-letters.ts'
import { createTroubles } from '../../src/service/troubles.ts'
import { applyProgress, createProgressState, type ProgressRecord } from '../../src/store/ledger.ts'
import { ledgerRows } from '../../src/store/ledger-rows.ts'
import type { Sink } from '../../src/store/sink.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { batchOf } from '../support/batch.ts'
import { type Bench, deadBatch, die, embedded, goodLine, openBench } from '../support/letters-bench.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { waitUntil } from '../support/wait-until.ts'

/** What went wrong elsewhere, by the issue that tells of it. */
const never = new AbortController().signal
const timeout = 180_000
const rowsOf = (answer: AsyncIterable<unknown>): Promise<unknown[]> => Array.fromAsync(answer)
const replayed = ({ context }: Bench): Promise<unknown[]> => rowsOf(replayLetters(context, {}, never))

/** A stand-in that stores all but the rows whose text it is told to refuse, as an engine does with single items. */
const sinkThatRefuses = (refused: number): Sink => ({
  name: 'sink that refuses a row',
  transactional: false,
  trouble: undefined,
  async write(batches) {
    for (const batch of batches) {
      kill(batch, refused, { stage: 'store', code: 'rejected_by_store' })
      for (let row = 0; row < batch.count; row++)
        if (batch.outcome[row] === outcome.live) batch.outcome[row] = outcome.stored
    }
  },
  close: async () => undefined,
})

/** Delivers five records of which the store refuses the third. */
const deliverFive = (keepLetters: DeliveryOptions['keepLetters']) => {
  const state = createProgressState()
  const progress = createProgress(state.checkpoints)
  const records: ProgressRecord[] = []
  const delivery = createDelivery({
    sink: sinkThatRefuses(2),
    progress,
    keepLetters,
    async commit(record) {
      records.push(record)
      applyProgress(state, record)
    },
    committed: () => undefined,
    ended: () => undefined,
    failed: (error) => {
      throw error
    },
    maxBytes: 1 << 20,
    flushBytes: 1 << 20,
    flushAfter: 10,
    concurrency: 1,
    signal: never,
  })
  const batch = batchOf(
    Array.from({ length: 5 }, (_, i) => ({ message: `record ${i}` })),
    undefined,
    { stored: true },
  )
  progress.begin([batch])
  delivery.offer([batch])
  return { delivery, records, rows: () => ledgerRows(state, 'stand-in', progress.inFlight()) }
}

it('logstash#8904, #12325: what was replayed leaves the queue, and its disk comes back', { timeout }, async () => {
  using directory = scratchDir('cited')
  const bench = await openBench(directory.path, embedded(directory.path))
  try {
    await die(bench, [1, 2, 3].map(goodLine))
    expect(bench.letters.bytes).toBeGreaterThan(0)
    await replayed(bench)
    expect({ count: bench.letters.count, bytes: bench.letters.bytes }).toEqual({ count: 0, bytes: 0 })
    expect((await replayed(bench)).at(-1)).toEqual({ total: { selected: 0, left: 0 } })
  } finally {
    await bench.close()
  }
})

it('logstash#8794: a full queue drops nothing, and takes letters again without a restart', { timeout }, async () => {
  using directory = scratchDir('cited')
  const bench = await openBench(directory.path, embedded(directory.path))
  const { letters } = bench
  const log = { error: () => undefined, info: () => undefined } as never
  const [troubles, metrics] = [createTroubles(), createMetrics()]
  const limits = () => ({ maxBytes: 1000 })
  const room = createLettersRoom({
    store: 'duckdb',
    letters,
    limits,
    troubles,
    metrics,
    log,
    once: false,
    clock: Date.now,
  })
  const batch = deadBatch(['one more'], 1000)
  try {
    await die(bench, ['a', 'b', 'c', 'd'])
    let kept = false
    const keeping = room.wait([batch], never).then(async () => {
      await letters.add([batch])
      kept = true
    })
    await waitUntil('it waits', () => troubles.now().length === 1)
    expect({ kept, count: letters.count }).toEqual({ kept: false, count: 4 })
    await rowsOf(purgeLetters(bench.context, { kql: 'raw: (a or b or c)', yes: true }, never))
    await keeping
    expect({ kept, count: letters.count, troubles: troubles.now() }).toEqual({ kept: true, count: 2, troubles: [] })
  } finally {
    release(batch)
    await bench.close()
  }
})

it('fluent-bit#4905, #11425: one bad record is a letter with its own bytes, its neighbours are stored', {
  timeout,
}, async () => {
  using directory = scratchDir('cited')
  const bench = await openBench(directory.path, embedded(directory.path))
  try {
    const { delivery, rows } = deliverFive((batches) => bench.letters.add(batches))
    await delivery.flush()
    const letters = await rowsOf(bench.letters.list())
    expect(letters).toMatchObject([{ stage: 'store', code: 'rejected_by_store', offset: 200, attempts: 1 }])
    expect(rows()).toMatchObject([{ read: 5, stored: 4, dead_lettered: 1 }])
  } finally {
    await bench.close()
  }
})

it('vector#19320, #26293; beats#27763: of a batch with one bad record one is counted, not the batch', {
  timeout,
}, async () => {
  const { delivery, rows } = deliverFive(async () => undefined)
  await delivery.flush()
  expect(rows()).toMatchObject([{ read: 5, stored: 4, dead_lettered: 1, in_flight: 0, closed: true, balanced: true }])
})

it('vector#1107: what the store refused is acknowledged when its letter is on disk, not before', {
  timeout,
}, async () => {
  const disk = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const { delivery, records, rows } = deliverFive(() => {
    asked.resolve()
    return disk.promise
  })
  const flushed = delivery.flush()
  await asked.promise
  expect(records).toEqual([])
  expect(rows()).toMatchObject([{ read: 5, in_flight: 5, bytes: 0, closed: false, balanced: true }])
  disk.resolve()
  await flushed
  expect(records).toMatchObject([{ checkpoints: { '00c0ffee00c0ffee': 500 } }])
  expect(rows()).toMatchObject([{ read: 5, stored: 4, dead_lettered: 1, bytes: 500, closed: true, balanced: true }])
})
