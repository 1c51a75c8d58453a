import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { editLetter, purgeLetters, replayLetters } from '../../src/service/operations/change-letters.ts'
import { listLetters } from '../../src/service/operations/dead-letters.ts'
import type { DeadLetter } from '../../src/store/dead-letter/letter.ts'
import { openDeadLetters } from '../../src/store/dead-letter.ts'
import { standIn } from '../store/elasticsearch/stand-in.ts'
import {
  type Bench,
  deadBatch,
  die,
  embedded,
  type Fault,
  goodLine,
  key,
  openBench,
  type Place,
  remote,
} from '../support/letters-bench.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const never = new AbortController().signal
const timeout = 300_000
const rowsOf = async (answer: AsyncIterable<unknown>): Promise<Record<string, unknown>[]> =>
  (await Array.fromAsync(answer)) as Record<string, unknown>[]
const replayed = ({ context }: Bench, asked = {}) => rowsOf(replayLetters(context, asked, never))
const diskOf = (path: string): number =>
  readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
const left = async ({ letters }: Bench): Promise<DeadLetter[]> => Array.fromAsync(letters.list())

class Crash extends Error {}

/** Ends everything at the n-th moment: before or after each step that changes or asks something. */
const crashAt = (moment: number): { readonly fault: Fault; arm(): void; readonly reached: () => boolean } => {
  let moments = 0
  let armed = false
  const passing = (): void => {
    if (armed && ++moments >= moment) throw new Crash()
  }
  const around = <T extends object>(real: T, names: readonly (keyof T)[]): T =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown
        if (typeof value !== 'function') return value
        const method = value.bind(target) as (...given: unknown[]) => unknown
        if (!names.includes(name as keyof T)) return method
        return async (...given: unknown[]) => {
          passing()
          const result = await method(...given)
          passing()
          return result
        }
      },
    })
  return {
    fault: ({ store, letters, log }) => ({
      store: around(store, ['holds', 'write']),
      letters: around(letters, ['replace', 'drop']),
      log: around(log, ['commit']),
    }),
    arm: () => void (armed = true),
    reached: () => moments >= moment,
  }
}

const places: readonly [
  string,
  (directory: string) => Promise<{ place: Place; crashed(): void; end(): Promise<void> }>,
][] = [
  [
    'the embedded store',
    async (directory) => ({ place: embedded(directory), crashed: () => undefined, end: async () => undefined }),
  ],
  [
    'a store that began a new index meanwhile (elasticsearch#44794, logstash-output-elasticsearch#690)',
    async () => {
      const engine = await standIn()
      const stored = () => engine.stored.map((id) => engine.documents.get(id)!)
      return {
        place: remote(engine.url, stored),
        // From now on the same id would be taken again.
        crashed: () => void (engine.rolledOver = true),
        end: () => engine.close(),
      }
    },
  ],
]

describe.each(places)('replay into %s', (_, prepare) => {
  it('keeps id and hour, leaves the queue, and what fails again stays with the new reason', { timeout }, async () => {
    using directory = scratchDir('replay')
    const { place, end } = await prepare(directory.path)
    const bench = await openBench(directory.path, place)
    try {
      await die(bench, [goodLine(1), 'nonsense', goodLine(3)])
      expect(await replayed(bench, { dryRun: true })).toMatchObject([
        { result: 'parsed', attempts: 1 },
        { result: 'failed', code: 'bad_value', field: '@timestamp' },
        { result: 'parsed', attempts: 1 },
        { total: { selected: 3, parsed: 2, failed: 1, left: 3 } },
      ])
      expect(await left(bench)).toMatchObject([{ attempts: 1 }, { attempts: 1 }, { attempts: 1 }])
      expect(await place.doors(bench.store)).toEqual([])
      const rows = await replayed(bench)
      expect(rows.at(-1)).toEqual({ total: { selected: 3, stored: 2, failed: 1, left: 1 } })
      expect(await place.doors(bench.store)).toEqual([1, 3])
      expect(bench.account()).toMatchObject([
        { hour: '2026-11-27T08:00:00Z', read: 3, stored: 2, dead_lettered: 1, balanced: true },
      ])
      expect(await left(bench)).toMatchObject([
        { id: `${key}-100`, attempts: 2, code: 'bad_value', field: '@timestamp' },
      ])
      expect((await replayed(bench)).at(-1)).toEqual({ total: { selected: 1, failed: 1, left: 1 } })
      expect(await left(bench)).toMatchObject([{ attempts: 3 }])
    } finally {
      await bench.close()
      await end()
    }
  })

  it('is still of whom it was sent by', { timeout }, async () => {
    using directory = scratchDir('replay-senders')
    const { place, end } = await prepare(directory.path)
    const bench = await openBench(directory.path, place)
    try {
      await die(bench, [goodLine(1), goodLine(2), goodLine(3)], 0, ['192.0.2.7:514', undefined, '192.0.2.8:514'])
      expect((await left(bench)).map(({ sender }) => sender)).toEqual(['192.0.2.7:514', undefined, '192.0.2.8:514'])
      await replayed(bench)
      const found = (await place.documents(bench.store)).map((document) => [
        (document['app'] as { door: number }).door,
        (document['log'] as { source?: { address: string } }).source?.address,
      ])
      expect(found.sort()).toEqual([
        [1, '192.0.2.7:514'],
        [2, undefined],
        [3, '192.0.2.8:514'],
      ])
    } finally {
      await bench.close()
      await end()
    }
  })

  it('stores each once, wherever it is cut off and begun again', { timeout }, async () => {
    for (let moment = 1, reached = true; reached; moment++) {
      using directory = scratchDir('replay')
      const { place, crashed, end } = await prepare(directory.path)
      try {
        const crash = crashAt(moment)
        const first = await openBench(directory.path, place, crash.fault)
        await die(first, [goodLine(1), 'nonsense', goodLine(3)])
        crash.arm()
        const outcome = await replayed(first).catch((error: unknown) => error)
        reached = crash.reached()
        expect(outcome instanceof Crash).toBe(reached)
        await first.close()
        crashed()
        const second = await openBench(directory.path, place)
        try {
          await replayed(second)
          const told = `cut off at moment ${moment}`
          expect(await place.doors(second.store), told).toEqual([1, 3])
          expect(second.account(), told).toMatchObject([{ read: 3, stored: 2, dead_lettered: 1, balanced: true }])
          const ids = (await left(second)).map(({ id }) => id)
          expect(ids, told).toEqual([`${key}-100`])
          expect([...second.log.state.departing], told).toEqual([])
        } finally {
          await second.close()
        }
      } finally {
        await end()
      }
      if (!reached) expect(moment).toBeGreaterThan(8)
    }
  })

  it('two at once store each once', { timeout }, async () => {
    using directory = scratchDir('replay')
    const { place, end } = await prepare(directory.path)
    const bench = await openBench(directory.path, place)
    try {
      const doors = Array.from({ length: 1200 }, (_, door) => door)
      await die(bench, doors.map(goodLine))
      const both = await Promise.all([replayed(bench), replayed(bench)])
      expect(both.map((rows) => rows.length)).toEqual([1201, 1])
      expect(await place.doors(bench.store)).toHaveLength(1200)
      expect(bench.account()).toMatchObject([{ read: 1200, stored: 1200, dead_lettered: 0, balanced: true }])
      expect(bench.letters.count).toBe(0)
    } finally {
      await bench.close()
      await end()
    }
  })
})

describe('the dead letter queue', () => {
  it('purges what is asked for, which stays dead-lettered in the account and is counted as purged', {
    timeout,
  }, async () => {
    using directory = scratchDir('purge')
    const bench = await openBench(directory.path, embedded(directory.path))
    try {
      await die(bench, [goodLine(1), 'nonsense', 'more nonsense'])
      const ask = (asked: object) => rowsOf(purgeLetters(bench.context, asked, never))
      expect(await ask({ kql: 'raw: nonsense' })).toEqual([{ would_purge: 2, left: 3 }])
      expect(await ask({ kql: 'raw: nonsense', yes: true })).toEqual([{ purged: 2, left: 1 }])
      expect(bench.account()).toMatchObject([{ read: 3, stored: 0, dead_lettered: 3, purged: 2, balanced: true }])
      expect((await replayed(bench)).at(-1)).toEqual({ total: { selected: 1, stored: 1, left: 0 } })
      expect(bench.account()).toMatchObject([{ read: 3, stored: 1, dead_lettered: 2, purged: 2, balanced: true }])
    } finally {
      await bench.close()
    }
  })

  it('edits one, keeps what it was, and marks the document that comes of it', { timeout }, async () => {
    using directory = scratchDir('edit')
    const place = embedded(directory.path)
    const bench = await openBench(directory.path, place)
    try {
      await die(bench, ['nonsense'])
      const id = `${key}-0`
      const raw = Buffer.from(goodLine(9)).toString('base64')
      expect(await rowsOf(editLetter(bench.context, { id, raw }))).toEqual([{ id, edited: true }])
      expect(await left(bench)).toMatchObject([{ raw, original: Buffer.from('nonsense').toString('base64') }])
      expect(await rowsOf(listLetters(bench.context, { kql: 'edited >= "2026-01-01"' }))).toMatchObject([
        { id, raw: goodLine(9) },
      ])
      expect((await replayed(bench, { kql: id })).at(-1)).toMatchObject({ total: { stored: 1, left: 0 } })
      expect(await place.documents(bench.store)).toMatchObject([{ log: { flags: ['edited'], offset: 0, length: 100 } }])
      await expect(rowsOf(editLetter(bench.context, { id, raw }))).rejects.toThrow('no dead letter has the id')
    } finally {
      await bench.close()
    }
  })

  it('leaves alone what no pipeline has a source for, and what is not committed yet', { timeout }, async () => {
    using directory = scratchDir('replay')
    const bench = await openBench(directory.path, embedded(directory.path))
    try {
      await die(bench, [goodLine(1)])
      await die(bench, [goodLine(2)], 100)
      bench.log.state.checkpoints.set(key, 100)
      const context = { ...bench.context, config: { ...bench.context.config, pipelines: [] } }
      expect(await rowsOf(replayLetters(context, {}, never))).toMatchObject([
        { result: 'unmatched' },
        { result: 'unmatched' },
        { total: { selected: 2, unmatched: 2, left: 2 } },
      ])
      expect(await replayed(bench)).toMatchObject([
        { result: 'unsettled', offset: 100 },
        { result: 'stored', offset: 0 },
        { total: { selected: 2, left: 1 } },
      ])
      expect(await rowsOf(purgeLetters(bench.context, { yes: true }, never))).toEqual([
        { purged: 0, unsettled: 1, left: 1 },
      ])
    } finally {
      await bench.close()
    }
  })

  it('gives back the disk of what left it', { timeout }, async () => {
    using directory = scratchDir('letters')
    const open = () => openDeadLetters(directory.path, () => undefined)
    const letters = await open()
    const texts = Array.from({ length: 400 }, (_, i) => `${i} ${'x'.repeat(4000)}`)
    await letters.add([deadBatch(texts)])
    const before = diskOf(directory.path)
    expect(letters.bytes).toBeGreaterThan(before * 0.9)
    const ids = (await Array.fromAsync(letters.list())).map(({ id }) => id)
    await letters.drop(ids.slice(0, 300))
    expect(diskOf(directory.path)).toBeLessThan(before / 3)
    expect((await Array.fromAsync(letters.list())).map(({ id }) => id)).toEqual(ids.slice(300))
    await letters.close()
    const again = await open()
    expect((await Array.fromAsync(again.list())).map(({ id }) => id)).toEqual(ids.slice(300))
    await again.drop(ids)
    expect(diskOf(directory.path)).toBe(0)
    await again.close()
  })
})
