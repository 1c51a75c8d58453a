/**
 * Faults that users of other shippers reported of followed files, each as a test of what must happen instead. Numbers are
 * those of issues at GitHub: logstash-input-file is logstash-plugins/logstash-input-file, contrib is
 * open-telemetry/opentelemetry-collector-contrib, the others are owner and name as usual.
 */
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byLine } from '../../src/event/framing.ts'
import { type FollowOptions, follow } from '../../src/source/follow.ts'
import { openGenerations } from '../../src/source/generation.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { collectRecords, indented, type SeenRecord, type SourceBench, sourceBench } from '../support/records.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-bugs-'))
  bench = await sourceBench(join(directory, 'data'))
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})

const at = (...names: string[]) => join(directory, ...names)
const write = (name: string, text: string | Uint8Array) => writeFileSync(at(name), text)
const append = (name: string, text: string) => appendFileSync(at(name), text)
const source = (changes: Partial<FollowOptions> = {}) =>
  follow({
    name: 'app',
    paths: [at('*.log')],
    verifyEvery: 10,
    discoverEvery: 20,
    settle: 60,
    watch: false,
    ...changes,
  })
const texts = (records: readonly SeenRecord[]) => records.map(({ text }) => text)
const some = (count: number) => (records: readonly SeenRecord[]) => records.length >= count
const once = async (changes: Partial<FollowOptions> = {}) => {
  const open = await bench.open(source(changes), { once: true })
  const records = await collectRecords(open)
  await open.close()
  return texts(records)
}
const nothingMore = async (open: OpenSource) =>
  expect(texts(await collectRecords(open, some(1), { within: 120 }))).toEqual([])
const lost = () => bench.notices.filter(({ kind }) => kind === 'lost')
/** Birth times are those of the kernel's clock, which ticks every few milliseconds. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 20))
/** As if `to` got the inode that `from` gave up when it was deleted. */
const reuseInode = (from: string, to: string, text: string): void => {
  linkSync(at(from), at('kept'))
  unlinkSync(at(from))
  writeFileSync(at('kept'), text)
  renameSync(at('kept'), at(to))
}

test('fluent-bit#1330, contrib#45788: lines written before a rename that happened while stopped are read, under the name that left the pattern', async () => {
  write('a.log', 'one\n')
  expect(await once()).toEqual(['one'])
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.1'))
  write('a.log', 'three\n')
  expect(await once()).toEqual(['two', 'three'])
  expect(await once()).toEqual([])
})

test('vector#23076: a file that got the inode of a rotated one within the minute is not skipped until it outgrows it', async () => {
  write('a.log', 'one\ntwo\nthree\n')
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(3)))).toEqual(['one', 'two', 'three'])
  reuseInode('a.log', 'a.log', 'new\n')
  expect(texts(await collectRecords(open, some(1)))).toEqual(['new'])
  await nothingMore(open)
  await open.close()
})

test('fluent-bit#8025, vector#6761: a file deleted while stopped, its inode used by a longer one: all of that is read', async () => {
  write('a.log', 'one\n')
  expect(await once()).toEqual(['one'])
  reuseInode('a.log', 'b.log', 'another file\nthat is longer\n')
  expect(await once()).toEqual(['another file', 'that is longer'])
  expect(await once()).toEqual([])
})

test('logstash-input-file#109, #251: a chain of rotations in which the oldest gives its inode to the newest loses and repeats nothing', async () => {
  write('a.log', '0\n')
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(1)))).toEqual(['0'])
  for (let i = 1; i <= 6; i++) {
    renameSync(at('a.log'), at('a.log.1'))
    // What was rotated two times ago goes, and its inode comes back as the live file.
    if (i > 1) reuseInode('a.log.2', 'a.log', `${i}\n`)
    else write('a.log', `${i}\n`)
    renameSync(at('a.log.1'), at('a.log.2'))
    expect(texts(await collectRecords(open, some(1)))).toEqual([String(i)])
  }
  await nothingMore(open)
  await open.close()
  expect(await once()).toEqual([])
})

test('vector#25079, contrib#19765: files with one first line and one first kilobyte are each read', async () => {
  const header = `${'# version 1, fields: time, level, text'.padEnd(99)}\n`.repeat(20)
  for (const name of ['a', 'b', 'c']) write(`${name}.log`, `${header}of ${name}\n`)
  const records = await once()
  expect(records.filter((text) => text.startsWith('of')).toSorted()).toEqual(['of a', 'of b', 'of c'])
  expect(records).toHaveLength(63)
  expect(await once()).toEqual([])
})

test('beats#44749: a file that stays below a kilobyte for ever is read at once', async () => {
  write('a.log', 'x\n')
  write('b.log', 'y\n')
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(2))).toSorted()).toEqual(['x', 'y'])
  await open.close()
  expect(await once()).toEqual([])
})

test('logstash-input-file#222, contrib#43693: what was unread when copytruncate came is read from the copy, and reading goes on', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source())
  await collectRecords(open, some(1))
  for (let i = 0; i < 3; i++) {
    append('a.log', `before ${i}\n`)
    copyFileSync(at('a.log'), at(`a.log.${i}`))
    truncateSync(at('a.log'))
    append('a.log', `after ${i}\n`)
    expect(texts(await collectRecords(open, some(2))).toSorted()).toEqual([`after ${i}`, `before ${i}`])
  }
  await nothingMore(open)
  expect(lost()).toEqual([])
  await open.close()
})

test('vector#23619: a file truncated and written longer than before, before anyone looked, is read from its start and nothing twice', async () => {
  write('a.log', 'one\ntwo\n')
  const open = await bench.open(source({ verifyEvery: 200 }))
  await collectRecords(open, some(2))
  write('a.log', 'three, which is longer\nfour, which is longer\nfive\n')
  expect(texts(await collectRecords(open, some(3)))).toEqual([
    'three, which is longer',
    'four, which is longer',
    'five',
  ])
  await nothingMore(open)
  await open.close()
})

test.each([512, 1])(
  'a file that is written anew with as many bytes as before is read again each time (%i handles)',
  async (maxOpen) => {
    write('a.log', 'value 1\n')
    write('b.log', 'other\n')
    const open = await bench.open(source({ maxOpen }))
    await collectRecords(open, some(2))
    for (const value of [2, 3]) {
      await tick()
      write('a.log', `value ${value}\n`)
      expect(texts(await collectRecords(open, some(1)))).toEqual([`value ${value}`])
    }
    await nothingMore(open)
    await open.close()
  },
)

test('beats#36541: an offset beyond the end of a file is none of that file', async () => {
  write('a.log', 'one\ntwo\nthree\n')
  expect(await once()).toHaveLength(3)
  truncateSync(at('a.log'))
  append('a.log', 'a\n')
  expect(await once()).toEqual(['a'])
  append('a.log', 'b\n')
  expect(await once()).toEqual(['b'])
})

test('contrib#31074, elastic/logstash#1675: 60,000 numbered lines, killed again and again: each line from the checkpoint on, none left out', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(1000) })
  write('a.log', Array.from({ length: 60_000 }, (_, i) => `${i}\n`).join(''))
  const seen = new Map<string, number>()
  const resume = new Map<string, number>()
  for (let life = 0; life < 8; life++) {
    const killed = await sourceBench(at('data2'), { resume: new Map(resume), framing: () => byLine(1000) })
    const open = await killed.open(source({ blockBytes: 20_000 }), { once: true })
    // Half of what is handed out is committed when the end comes.
    for (let block = 0; ; block++) {
      const records = await collectRecords(open, some(1), { commit: false })
      if (records.length === 0) break
      const { key, to } = records.at(-1)!
      const doubtful = life < 7 && block >= life * 2
      if (!doubtful) {
        open.committed(key, to)
        resume.set(key, to)
      }
      for (const { text } of doubtful ? [] : records) seen.set(text, (seen.get(text) ?? 0) + 1)
      if (doubtful && block > life * 2 + 2) break
    }
    await open.close()
    await killed.generations.close()
  }
  expect(seen.size).toBe(60_000)
  expect([...seen.values()].every((count) => count === 1)).toBe(true)
})

test('fluent-bit#11265, #5382: a line that is half written at the stop is read whole by the next start, also after a rotation', async () => {
  write('a.log', 'one\nhalf ')
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(1)))).toEqual(['one'])
  await nothingMore(open)
  await open.close()
  renameSync(at('a.log'), at('a.log.1'))
  append('a.log.1', 'a line\n')
  write('a.log', 'next\n')
  expect(await once()).toEqual(['half a line', 'next'])
})

test('fluent-bit (Skip_Long_Lines), vector (max_line_bytes): a line over the limit is kept cut, and what is behind it is read', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(1000) })
  write('a.log', `before\n${'x'.repeat(40_000)}\nbehind\n`)
  const open = await bench.open(source(), { once: true })
  const records = await collectRecords(open)
  expect(records.map(({ text, flags }) => [text.length, flags])).toEqual([
    [6, []],
    [1000, ['truncated']],
    [6, []],
  ])
  await open.close()
})

test('fluent-bit#11416: while it cannot be written down what a file is, nothing of it is handed out, which is said; then all is', async () => {
  const real = await openGenerations(at('data3'))
  let broken = true
  // The disk refuses, as a full or a read-only one does.
  const generations = {
    ...real,
    register: (fresh: Parameters<typeof real.register>[0]) =>
      broken ? Promise.reject(new Error('EROFS: read-only file system')) : real.register(fresh),
  }
  write('a.log', 'one\n')
  const open = await bench.open(source(), { generations })
  await nothingMore(open)
  expect(open.caughtUp).toBeUndefined()
  expect(bench.notices).toHaveLength(1)
  expect(bench.notices[0]).toMatchObject({ kind: 'unreadable', path: at('a.log') })
  expect(bench.notices[0]!.text).toContain('EROFS')
  broken = false
  expect(texts(await collectRecords(open, some(1)))).toEqual(['one'])
  await open.close()
  await real.close()
})

test('vector#11742: while nothing is taken, rotation opens no more files; what was followed is read to its end afterwards', async () => {
  mkdirSync(at('logs'))
  const names = Array.from({ length: 10 }, (_, i) => `logs/${i}.log`)
  for (const name of names) write(name, `one ${name}\n`)
  const open = await bench.open(source({ paths: [at('logs/*.log')] }))
  await collectRecords(open, some(10))
  const held = (): number => {
    try {
      return readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(at('logs'))
        } catch {
          return false
        }
      }).length
    } catch {
      return 0
    }
  }
  const before = held()
  for (const name of names) {
    append(name, `rest ${name}\n`)
    for (let i = 0; i < 5; i++) {
      renameSync(at(name), at(`${name}.1`))
      write(name, `${i} ${name}\n`)
    }
    unlinkSync(at(`${name}.1`))
  }
  expect(held()).toBe(before)
  const rest = texts(await collectRecords(open, some(20)))
  expect(rest.toSorted()).toEqual(names.flatMap((name) => [`rest ${name}`, `4 ${name}`]).toSorted())
  await waitUntil('what is deleted and read is given back', async () => {
    await collectRecords(open, some(1), { within: 50 })
    return held() === before
  })
  await open.close()
})

test('numbat#57, beats (inode_marker): a device that is numbered otherwise after a restart makes no file a new one', async () => {
  write('a.log', 'one\n')
  expect(await once()).toEqual(['one'])
  const [known] = bench.generations.of('app')
  bench.generations.update(known!.key, { device: '999999' })
  append('a.log', 'two\n')
  expect(await once()).toEqual(['two'])
  expect(bench.generations.of('app')).toHaveLength(1)
})

test('elastic/logstash#1482, logstash-input-file#90: the last of several joined lines is not kept back for ever', async () => {
  bench = await sourceBench(at('data2'), { framing: () => indented() })
  write('a.log', 'one\n of several\ntwo\n of several\n')
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(2)))).toEqual(['one\n of several', 'two\n of several'])
  await open.close()
})

test('logstash-input-file#207, rsyslog#4186: what is known of files that are gone goes after a while', async () => {
  let skew = 0
  const clock = () => Date.now() + skew
  const generations = await openGenerations(at('data3'), { clock })
  for (let i = 0; i < 5; i++) {
    write(`${i}.log`, `${i}\n`)
    const open = await bench.open(source(), { generations, once: true, clock })
    await collectRecords(open)
    await open.close()
    unlinkSync(at(`${i}.log`))
  }
  const last = await bench.open(source(), { generations, once: true, clock })
  await collectRecords(last)
  await last.close()
  expect(generations.of('app')).toHaveLength(5)
  skew += 31 * 86_400_000
  const expired = generations.expired()
  expect(expired).toHaveLength(5)
  await generations.forget(expired.map(({ key }) => key))
  expect(generations.all()).toEqual([])
  await generations.close()
})

test('a file that grows while it is read to its end after a rotation is read to its end', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(1000) })
  write('a.log', 'x\n'.repeat(2000))
  const open = await bench.open(source({ blockBytes: 1100, settle: 300 }))
  let count = (await collectRecords(open, some(1))).length
  renameSync(at('a.log'), at('a.log.1'))
  for (let i = 0; i < 20; i++) {
    append('a.log.1', 'y\n'.repeat(50))
    count += (await collectRecords(open, some(1))).length
  }
  count += (await collectRecords(open, (records) => count + records.length >= 3000)).length
  expect(count).toBe(3000)
  await nothingMore(open)
  await open.close()
})

test('a copy whose original was forgotten long ago stays known while it is there', async () => {
  let skew = 0
  const clock = () => Date.now() + skew
  const { gzipSync } = await import('node:zlib')
  const generations = await openGenerations(at('data3'), { clock })
  const life = async () => {
    const open = await bench.open(source({ paths: [at('a.log')] }), { generations, once: true, clock })
    const records = texts(await collectRecords(open))
    await open.close()
    return records
  }
  write('a.log', 'one\n')
  expect(await life()).toEqual(['one'])
  await tick()
  append('a.log', 'two\n')
  write('a.log.1.gz', gzipSync('one\ntwo\n'))
  write('a.log', 'three\n')
  expect((await life()).toSorted()).toEqual(['three', 'two'])
  // Also for a service that runs all the time.
  const runs = await bench.open(source({ paths: [at('a.log')] }), { generations, clock })
  for (let month = 0; month < 3; month++) {
    skew += 25 * 86_400_000
    await waitUntil('it is seen that the copy is there', async () => {
      expect(texts(await collectRecords(runs, some(1), { within: 50 }))).toEqual([])
      return generations
        .of('app')
        .some(({ packed, gone }) => packed !== undefined && gone !== undefined && gone > clock() - 86_400_000)
    })
    await generations.forget(generations.expired().map(({ key }) => key))
  }
  await runs.close()
  expect(await life()).toEqual([])
  await generations.close()
})
