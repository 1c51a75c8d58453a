import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { release } from '../../../src/event/batch.ts'
import { everything } from '../../../src/query/tree.ts'
import { openDatabase } from '../../../src/store/duckdb/database.ts'
import { createMemoryLimit } from '../../../src/store/duckdb/memory-limit.ts'
import { openDuckdb } from '../../../src/store/duckdb/store.ts'
import type { Search, Store, StoredDocument } from '../../../src/store/store.ts'
import { batchOf } from '../../support/batch.ts'

const never = new AbortController().signal
const noon = Date.parse('2026-11-23T12:00:00Z')

describe('the limit', () => {
  const bench = (set: (megabytes: number) => Promise<void> = async () => undefined) => {
    const wishes: number[] = []
    const limit = createMemoryLimit(80, 512, async (megabytes) => {
      wishes.push(megabytes)
      await set(megabytes)
    })
    return { limit, wishes }
  }

  it('is raised by the first question and lowered after the last', async () => {
    vi.useFakeTimers()
    const { limit, wishes } = bench()
    const [first, second] = await Promise.all([limit.enlarge(), limit.enlarge()])
    expect(wishes).toEqual([512])
    first()
    first()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(wishes).toEqual([512])
    second()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(wishes).toEqual([512, 80])
    vi.useRealTimers()
  })

  it('is lowered later where it cannot be now, but not while another question is under way', async () => {
    vi.useFakeTimers()
    let full = true
    const { limit, wishes } = bench(async (megabytes) => {
      if (megabytes === 80 && full) throw new Error('Out of Memory Error: more is in use')
    })
    const first = await limit.enlarge()
    first()
    await vi.advanceTimersByTimeAsync(600)
    expect(wishes).toEqual([512, 80])
    const second = await limit.enlarge()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(wishes).toEqual([512, 80])
    full = false
    second()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(wishes).toEqual([512, 80, 80])
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })

  it('is what the database has: raised while a question is under way, no longer locked than that', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tailrace-limit-'))
    const database = await openDatabase({ path: join(directory, 'tailrace.duckdb'), memory: 400 })
    try {
      const connection = await database.connect()
      const megabytes = async (): Promise<string> =>
        String((await connection.runAndReadAll("SELECT current_setting('memory_limit')")).getRows()[0]![0])
      const before = await megabytes()
      let during = ''
      await database.connected(never, async () => {
        during = await megabytes()
      })
      await vi.waitFor(async () => expect(await megabytes()).toBe(before), { timeout: 30_000 })
      expect([before, during]).toEqual(['76.2 MiB', '381.4 MiB'])
      connection.closeSync()
    } finally {
      await database.close()
      await rm(directory, { recursive: true, force: true })
    }
  })
})

describe('300,000 events that share little', () => {
  const rows = 300_000
  const perBatch = 20_000
  const pathOf = (n: number): string => `/orders/${(n * 7919) % rows}/of/${n.toString(36)}`
  let directory: string
  let path: string
  let store: Store

  const write = async (at: number, count: number): Promise<void> => {
    const batch = batchOf(
      Array.from({ length: count }, (_, i) => {
        const n = at + i
        return {
          '@timestamp': noon + n,
          'source.ip': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
          'url.path': pathOf(n),
          // Of these each value stands in a table of its own, as sixteen rows have it.
          'user_agent.original': `agent ${n >> 4} ${'x'.repeat(300)}`,
          'http.request.referrer': `https://shop.example/${n >> 4}/${'y'.repeat(300)}`,
          'url.domain': `${n >> 4}.${'z'.repeat(300)}.example`,
          'event.duration': n,
          message: `order ${n} of customer ${(n * 104729) % rows} went out`,
        }
      }),
      undefined,
      { stored: true, from: at * 100 },
    )
    try {
      await store.write([batch], () => ({ upTo: at + count }), never)
    } finally {
      release(batch)
    }
  }
  const within = async (memory: number): Promise<void> => {
    await store.close()
    store = await openDuckdb({ path, memory })
  }
  const find = async (question: Partial<Search> = {}): Promise<StoredDocument[]> => {
    const found: StoredDocument[] = []
    for await (const document of store.search({ where: everything, limit: 100, ...question }, never))
      found.push(document)
    return found
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tailrace-memory-'))
    path = join(directory, 'store', 'tailrace.duckdb')
    store = await openDuckdb({ path })
    for (let at = 0; at < rows; at += perBatch) await write(at, perBatch)
  }, 120_000)
  afterAll(async () => {
    await store.close()
    await rm(directory, { recursive: true, force: true })
  })

  it('are searched within little memory, in any order', async () => {
    await within(16)
    const latest = await find()
    expect(latest.map((document) => (document as { event: { duration: number } }).event.duration)).toEqual(
      Array.from({ length: 100 }, (_, i) => rows - 1 - i),
    )
    const [first] = await find({ sort: [{ field: 'url.path', descending: true }], limit: 1 })
    const last = Array.from({ length: rows }, (_, n) => pathOf(n))
      .sort()
      .at(-1)
    expect(first).toMatchObject({ url: { path: last } })
  })

  it('are counted by a field that each has another value of, within little memory', async () => {
    await within(32)
    const top = await store.aggregate({ where: everything, by: ['source.ip'], metrics: [], top: 3 }, never)
    expect(top.map(({ by, count }) => [by!['source.ip'], count])).toEqual([
      ['10.0.0.0', 1],
      ['10.0.0.1', 1],
      ['10.0.0.2', 1],
    ])
  })

  it('a question that does not fit says what to do, and rows still come in', async () => {
    await within(16)
    const unique = { kind: 'unique', field: 'message' } as const
    const percentile = { kind: 'percentile', field: 'event.duration', of: 95 } as const
    const asking = store.aggregate({ where: everything, by: ['url.path'], metrics: [unique, percentile] }, never)
    const writing = write(rows, 500)
    await expect(asking).rejects.toMatchObject({
      code: 'question_too_large',
      message: expect.stringMatching(/--since.*duckdb\(\{ memory: 32 \}\)/),
    })
    await writing
    await write(rows + 500, 500)
    expect(store.trouble).toBeUndefined()
    expect(await store.countOf('00c0ffee00c0ffee', never)).toBe(rows + 1000)
    const records: unknown[] = []
    for await (const record of store.commits!(never)) records.push(record)
    expect(records.slice(-2)).toEqual([{ upTo: rows + 500 }, { upTo: rows + 1000 }])
  })
})
