import {
  appendFileSync,
  copyFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byLine } from '../../src/event/framing.ts'
import { type FollowOptions, follow } from '../../src/source/follow.ts'
import { collectRecords, type SeenRecord, type SourceBench, sourceBench } from '../support/records.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-packed-'))
  bench = await sourceBench(join(directory, 'data'))
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})
const at = (...names: string[]) => join(directory, ...names)
const write = (name: string, text: string | Uint8Array) => writeFileSync(at(name), text)
const append = (name: string, text: string) => appendFileSync(at(name), text)
/** As gzip does: the packed file has the time of the plain one, which goes. */
const pack = (name: string, how: 'gz' | 'zst' = 'gz') => {
  const text = readFileSync(at(name))
  write(`${name}.${how}`, how === 'gz' ? gzipSync(text) : zstdCompressSync(text))
  unlinkSync(at(name))
}
const source = (changes: Partial<FollowOptions> = {}) =>
  follow({
    name: 'app',
    paths: [at('a.log')],
    verifyEvery: 10,
    discoverEvery: 20,
    settle: 60,
    watch: false,
    ...changes,
  })
const texts = (records: readonly SeenRecord[]) => records.map(({ text }) => text)
const some = (count: number) => (records: readonly SeenRecord[]) => records.length >= count
const once = async (changes: Partial<FollowOptions> = {}, more: Parameters<SourceBench['open']>[1] = {}) => {
  const open = await bench.open(source(changes), { once: true, ...more })
  const records = await collectRecords(open)
  await open.close()
  return records
}
const tick = () => new Promise((resolve) => setTimeout(resolve, 20))
const lost = () => bench.notices.filter(({ kind }) => kind === 'lost')

for (const how of ['gz', 'zst'] as const) {
  test(`what was not read when rotation packed the file (${how}) is read from there, under its key`, async () => {
    write('a.log', 'one\ntwo\n')
    const before = await once()
    append('a.log', 'three\nfour\n')
    renameSync(at('a.log'), at('a.log.1'))
    pack('a.log.1', how)
    write('a.log', 'five\n')
    const after = await once()
    expect(texts(after)).toEqual(['five', 'three', 'four'])
    expect(after.slice(1).map(({ key, from, path }) => [key, from, path])).toEqual([
      [before[0]!.key, 8, at('a.log')],
      [before[0]!.key, 14, at('a.log')],
    ])
    expect(await once()).toEqual([])
    expect(lost()).toEqual([])
  })
}

test('a packed file whose original was read to its end is not read again, by this start nor the next', async () => {
  const paths = [at('a.log*')]
  write('a.log', 'one\ntwo\n')
  expect(texts(await once({ paths }))).toEqual(['one', 'two'])
  renameSync(at('a.log'), at('a.log.1'))
  pack('a.log.1')
  write('a.log', 'three\n')
  expect(texts(await once({ paths }))).toEqual(['three'])
  renameSync(at('a.log.1.gz'), at('a.log.2.gz'))
  expect(await once({ paths })).toEqual([])
  expect(await once({ paths })).toEqual([])
})

test('packed later (delaycompress), while it is followed: nothing twice, nothing lost', async () => {
  const open = await bench.open(source({ paths: [at('a.log*')] }))
  write('a.log', 'one\n')
  expect(texts(await collectRecords(open, some(1)))).toEqual(['one'])
  renameSync(at('a.log'), at('a.log.1'))
  write('a.log', 'two\n')
  append('a.log.1', 'last\n')
  expect(texts(await collectRecords(open, some(2))).toSorted()).toEqual(['last', 'two'])
  // The packed file is there before its original goes.
  const text = readFileSync(at('a.log.1'))
  write('a.log.1.gz', gzipSync(text))
  expect(await collectRecords(open, some(1), { within: 150 })).toEqual([])
  unlinkSync(at('a.log.1'))
  append('a.log', 'three\n')
  expect(texts(await collectRecords(open, some(1)))).toEqual(['three'])
  expect(await collectRecords(open, some(1), { within: 200 })).toEqual([])
  await open.close()
  expect(await once({ paths: [at('a.log*')] })).toEqual([])
  expect(lost()).toEqual([])
})

test('rotated and packed several times while stopped: each of them is read, the one that was begun from its checkpoint', async () => {
  write('a.log', 'one\n')
  write('a.log.9.gz', gzipSync('before the first start\n'))
  utimesSync(at('a.log.9.gz'), 1e9, 1e9)
  expect(texts(await once())).toEqual(['one'])
  await tick()
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.3'))
  pack('a.log.3')
  write('a.log.2', 'three\n')
  pack('a.log.2')
  write('a.log.1', 'four\n')
  write('a.log', 'five\n')
  expect(texts(await once()).toSorted()).toEqual(['five', 'four', 'three', 'two'])
  expect(await once()).toEqual([])
})

test('copytruncate and packing while stopped: the packed copy is the generation', async () => {
  write('a.log', 'one\n')
  const [one] = await once()
  append('a.log', 'two\n')
  copyFileSync(at('a.log'), at('a.log.1'))
  truncateSync(at('a.log'))
  pack('a.log.1')
  append('a.log', 'three\n')
  const after = await once()
  expect(texts(after).toSorted()).toEqual(['three', 'two'])
  expect(after.find(({ text }) => text === 'two')).toMatchObject({ key: one!.key, from: 4 })
  expect(lost()).toEqual([])
})

test('copytruncate and packing while followed, found before the truncation is: nothing twice, nothing lost', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source({ paths: [at('a.log*')], verifyEvery: 3_600_000 }))
  const [one] = await collectRecords(open, some(1))
  append('a.log', 'two\n')
  copyFileSync(at('a.log'), at('b'))
  write('a.log.1.gz', gzipSync(readFileSync(at('b'))))
  truncateSync(at('a.log'))
  append('a.log', 'three\n')
  const rest = await collectRecords(open, some(2))
  expect(texts(rest).toSorted()).toEqual(['three', 'two'])
  expect(rest.find(({ text }) => text === 'two')).toMatchObject({ key: one!.key, from: 4 })
  expect(await collectRecords(open, some(1), { within: 150 })).toEqual([])
  await open.close()
})

test('what is followed is an older copy of what was packed: only what it lacks is read there, under the same key', async () => {
  write('a.log', 'one\ntwo\n')
  const [one] = await once()
  copyFileSync(at('a.log'), at('a.log.bak'))
  append('a.log', 'three\n')
  renameSync(at('a.log'), at('a.log.1'))
  const whole = gzipSync(readFileSync(at('a.log.1')))
  unlinkSync(at('a.log.1'))
  const open = await bench.open(source())
  while (!open.files().some(({ path, id }) => path === at('a.log.bak') && id === one!.key))
    expect(await collectRecords(open, some(1), { within: 20 })).toEqual([])
  write('a.log.1.gz', whole)
  const rest = await collectRecords(open, some(1))
  expect(rest).toMatchObject([{ text: 'three', key: one!.key, from: 8 }])
  expect(await collectRecords(open, some(1), { within: 150 })).toEqual([])
  expect(lost()).toEqual([])
  await open.close()
  expect(await once()).toEqual([])
})

test('killed in the middle of a packed file, reading goes on at the checkpoint; what the store holds is passed over', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(100) })
  write('a.log', 'one\n')
  const [one] = await once()
  append('a.log', Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(''))
  renameSync(at('a.log'), at('a.log.1'))
  pack('a.log.1')
  const open = await bench.open(source({ blockBytes: 100 }))
  const some20 = await collectRecords(open, some(20))
  const killed = await sourceBench(at('data2'), { resume: bench.resume, framing: () => byLine(100) })
  const asked: unknown[] = []
  const again = await killed.open(source({ blockBytes: 100 }), {
    once: true,
    covered: async (key, from, to) => {
      asked.push(key)
      return to === Number.MAX_SAFE_INTEGER ? [] : [{ from, to: from + 'line 00\n'.length }]
    },
  })
  const rest = await collectRecords(again)
  await again.close()
  await killed.generations.close()
  // What it holds of this, and of what the file packed may lack.
  expect(asked).toEqual([one!.key, one!.key])
  expect(texts([...some20, ...rest])).toEqual(
    Array.from({ length: 100 }, (_, i) => `line ${i}`).filter((_, i) => i !== some20.length),
  )
  await open.close()
})

test('two files with one first kilobyte are told apart when packed', async () => {
  const head = `${'#'.repeat(99)}\n`.repeat(20)
  const paths = [at('*.log')]
  write('a.log', `${head}of a\n`)
  write('b.log', `${head}of b\n`)
  expect(await once({ paths })).toHaveLength(42)
  for (const name of ['a', 'b']) {
    append(`${name}.log`, `more of ${name}\n`)
    renameSync(at(`${name}.log`), at(`${name}.log.1`))
    pack(`${name}.log.1`)
  }
  expect(texts(await once({ paths })).toSorted()).toEqual(['more of a', 'more of b'])
})

test('packed files that a pattern matches are read whole, once, and links to them are the same', async () => {
  write('x.log.gz', gzipSync('one\ntwo\n'))
  write('y.log.zst', zstdCompressSync(Buffer.from('three\n')))
  linkSync(at('x.log.gz'), at('z.log.gz'))
  write('copy.log.gz', gzipSync('one\ntwo\n', { level: 1 }))
  const paths = [at('*.gz'), at('*.zst')]
  const records = await once({ paths })
  expect(texts(records).toSorted()).toEqual(['one', 'three', 'two'])
  expect(await once({ paths })).toEqual([])
})

test('only what comes is read where the end was asked for, of packed files nothing', async () => {
  write('x.log.gz', gzipSync('one\n'))
  expect(await once({ paths: [at('*.gz')] }, { begin: 'end' })).toEqual([])
  expect(await once({ paths: [at('*.gz')] })).toEqual([])
})

test('a packed file that is still being written waits; one that stays broken is read as far as it goes, and told of', async () => {
  write('a.log', 'one\n')
  await once()
  append('a.log', `${'two\n'.repeat(1000)}`)
  renameSync(at('a.log'), at('a.log.1'))
  const packed = gzipSync(readFileSync(at('a.log.1')), { level: 0 })
  unlinkSync(at('a.log.1'))
  write('a.log.1.gz', packed.subarray(0, 2000))
  const open = await bench.open(source({ settle: 300 }))
  expect(await collectRecords(open, some(1), { within: 100 })).toEqual([])
  expect(lost()).toEqual([])
  write('a.log.1.gz', packed)
  expect(await collectRecords(open, some(1000))).toHaveLength(1000)
  await open.close()

  write('b.log', 'one\n')
  const paths = [at('b.log')]
  await once({ paths })
  append('b.log', `${'two\n'.repeat(1000)}`)
  renameSync(at('b.log'), at('b.log.1'))
  write('b.log.1.gz', gzipSync(readFileSync(at('b.log.1')), { level: 0 }).subarray(0, 2000))
  unlinkSync(at('b.log.1'))
  const partly = await once({ paths })
  expect(partly.length).toBeGreaterThan(400)
  expect(partly.length).toBeLessThan(500)
  expect(bench.notices.filter(({ kind, path }) => kind === 'truncated' && path === at('b.log.1.gz'))).toHaveLength(1)
})

test('a run that ends and cannot unpack what it needs says so, states nothing lost, and the next reads it', async () => {
  write('a.log', 'one\n')
  expect(texts(await once())).toEqual(['one'])
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.1'))
  pack('a.log.1')
  // Where it would be unpacked there is a file.
  write('spool', '')
  expect(await once({}, { unpacked: at('spool', 'unpacked') })).toEqual([])
  expect(lost()).toEqual([])
  expect(bench.notices.filter(({ kind }) => kind === 'unreadable')).toHaveLength(1)
  expect(texts(await once())).toEqual(['two'])
})

test('what is unpacked leaves nothing on the disk', async () => {
  write('x.log.gz', gzipSync('one\n'))
  await once({ paths: [at('*.gz')] })
  expect(readdirSync(bench.context.unpacked)).toEqual([])
})

test('files packed otherwise, or that only say they are, are told of once and not read as text', async () => {
  write('a.log', Buffer.from('BZh91AY&SY'))
  write('b.log.gz', 'x\n')
  await once({ paths: [at('*.log'), at('*.gz')] })
  expect(bench.notices.map(({ kind, path }) => [kind, path]).toSorted()).toEqual([
    ['unreadable', at('a.log')],
    ['unreadable', at('b.log.gz')],
  ])
})
