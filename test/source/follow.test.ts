import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { byLine } from '../../src/event/framing.ts'
import { createArena } from '../../src/memory/arena.ts'
import { type FollowOptions, follow } from '../../src/source/follow.ts'
import type { OpenSource } from '../../src/source/source.ts'
import { collectRecords, indented, type SeenRecord, type SourceBench, sourceBench } from '../support/records.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-follow-'))
  bench = await sourceBench(join(directory, 'data'))
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})

const at = (...names: string[]) => join(directory, ...names)
const write = (name: string, text: string | Uint8Array) => writeFileSync(at(name), text)
const append = (name: string, text: string | Uint8Array) => appendFileSync(at(name), text)
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
const spans = (records: readonly SeenRecord[]) => records.map(({ from, to }) => [from, to])
const once = async (changes: Partial<FollowOptions> = {}) => {
  const open = await bench.open(source(changes), { once: true })
  const records = await collectRecords(open)
  await open.close()
  return records
}
const some = (count: number) => (records: readonly SeenRecord[]) => records.length >= count
/** Nothing more comes within a few looks. */
const quiet = { within: 120 }
/** The next `count` records, and whatever comes although nothing should. */
const exactly = async (open: OpenSource, count: number) => [
  ...(await collectRecords(open, some(count))),
  ...(await collectRecords(open, some(1), quiet)),
]

test('lines become records that cover their line ends; empty lines are separators, a byte order mark is skipped', async () => {
  write('a.log', '\ufeffone\n\r\n\ntwo\r\nth\0ree\n\n')
  const records = await once()
  expect(texts(records)).toEqual(['one', 'two', 'th\0ree'])
  expect(spans(records)).toEqual([
    [3, 7],
    [10, 15],
    [15, 22],
  ])
  expect(bench.arena.inUse).toBe(0)
})

test('a partial last line waits, and is read once it is whole', async () => {
  write('a.log', 'one\ntw')
  const open = await bench.open(source())
  expect(texts(await exactly(open, 1))).toEqual(['one'])
  append('a.log', 'o\nthree\n')
  expect(texts(await collectRecords(open, some(2)))).toEqual(['two', 'three'])
  await open.close()
})

test('once takes a last line without its line end', async () => {
  write('a.log', 'one\ntwo')
  const records = await once()
  expect(texts(records)).toEqual(['one', 'two'])
  expect(records[1]).toMatchObject({ from: 4, to: 7, flags: [] })
})

test('bytes that are no UTF-8 read as U+FFFD and are flagged; offsets stay those of the file', async () => {
  write('a.log', Buffer.concat([Buffer.from('good\nb'), Buffer.from([0xff, 0xfe]), Buffer.from('d\nüs\n')]))
  const records = await once()
  expect(texts(records)).toEqual(['good', 'b\ufffd\ufffdd', 'üs'])
  expect(spans(records)).toEqual([
    [0, 5],
    [5, 10],
    [10, 14],
  ])
  expect(records.map(({ flags }) => flags)).toEqual([[], ['invalid_utf8'], []])
})

test.each(['gb18030', 'utf-16le', 'utf-16be', 'latin1'] as const)(
  '%s is decoded, with the offsets of the file',
  async (encoding) => {
    const encode: Record<typeof encoding, (text: string) => Buffer> = {
      gb18030: (text) => Buffer.concat([...text].map((c) => (c === '错' ? Buffer.from([0xb4, 0xed]) : Buffer.from(c)))),
      'utf-16le': (text) => Buffer.from(text, 'utf16le'),
      'utf-16be': (text) => Buffer.from(text, 'utf16le').swap16(),
      latin1: (text) => Buffer.from(text.replaceAll('错', 'é\x85'), 'latin1'),
    }
    const expected = encoding === 'latin1' ? 'é\x85' : '错'
    const lines = ['one\r\n', 'a错b\n', '\n', '错\n', 'end']
    write('a.log', encode[encoding](lines.join('')))
    const records = await once({ encoding, blockBytes: 64 })
    expect(texts(records)).toEqual(['one', `a${expected}b`, expected, 'end'])
    const size = (...parts: string[]) => encode[encoding](parts.join('')).length
    expect(spans(records)).toEqual([
      [0, size('one\r\n')],
      [size('one\r\n'), size('one\r\na错b\n')],
      [size('one\r\na错b\n\n'), size('one\r\na错b\n\n错\n')],
      [size('one\r\na错b\n\n错\n'), size('one\r\na错b\n\n错\nend')],
    ])
    expect(records.every(({ flags }) => flags.length === 0)).toBe(true)
  },
)

test.each(['utf-16le', 'utf-16be'] as const)(
  '%s is known by its mark, byte by byte and after a restart',
  async (name) => {
    const encode = (text: string): Buffer => {
      const bytes = Buffer.from(text, 'utf16le')
      return name === 'utf-16le' ? bytes : bytes.swap16()
    }
    write('a.log', '')
    const first = await bench.open(source())
    const pieces = encode('\ufeffone\n上 2\r\n')
    for (const byte of pieces) {
      append('a.log', Buffer.of(byte))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const before = await collectRecords(first, some(2))
    await first.close()
    expect(texts(before)).toEqual(['one', '上 2'])
    expect(spans(before)).toEqual([
      [2, 10],
      [10, pieces.length],
    ])
    append('a.log', encode('three\n'))
    const again = await bench.open(source(), { once: true })
    expect(texts(await collectRecords(again))).toEqual(['three'])
    await again.close()
    expect(bench.notices).toEqual([])
  },
)

test.each([
  [
    'bytes of no UTF-16',
    Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('ab\nc\nd\0\n')]),
    ['\ufffd\ufffdab', 'c', 'd\0'],
  ],
  ['an empty first line', Buffer.from('\ufeff\nab\n', 'utf16le'), ['ab']],
  ['no line end', Buffer.from('\ufeffab', 'utf16le'), ['ab']],
  ['nothing else', Buffer.of(0xff, 0xfe), ['\ufffd\ufffd']],
])('what begins as UTF-16 is so where its first line says so too: %s', async (_, bytes, expected) => {
  write('a.log', bytes)
  expect(texts(await once())).toEqual(expected)
})

test('a source that names its encoding is not read by a mark, which is told', async () => {
  write('a.log', Buffer.from('\ufeffa\n', 'utf16le'))
  await once({ encoding: 'utf-8' })
  expect(bench.notices.map(({ text }) => text)).toEqual([
    expect.stringContaining("give its source encoding: 'utf-16le'"),
  ])
})

test('bytes invalid in another encoding are flagged where they stand', async () => {
  write('a.log', Buffer.from([0x61, 0x0a, 0xb4, 0xed, 0xff, 0x0a, 0x62, 0x0a]))
  const records = await once({ encoding: 'gb18030' })
  expect(texts(records)).toEqual(['a', '错\ufffd', 'b'])
  expect(records.map(({ flags }) => flags)).toEqual([[], ['invalid_utf8'], []])
})

test('a record over the limit is cut at a character, flagged, and covers its whole span', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(10) })
  write('a.log', `${'x'.repeat(9)}üyyy\nshort\n`)
  const records = await once()
  expect(texts(records)).toEqual(['xxxxxxxxx', 'short'])
  expect(records[0]).toMatchObject({ from: 0, to: 15, flags: ['truncated'] })
})

test('a line of 100 MB takes no more memory than its beginning, and the line after it is read', async () => {
  const arena = createArena(8 << 20)
  bench = await sourceBench(at('data2'), { arena })
  write('a.log', 'before\n')
  const chunk = Buffer.alloc(4 << 20, 'x')
  for (let i = 0; i < 25; i++) append('a.log', chunk)
  append('a.log', '\nafter\n')
  const records = await once()
  expect(records.map(({ text, from, to, flags }) => [text.length, from, to, flags])).toEqual([
    [6, 0, 7, []],
    [1 << 20, 7, 7 + 25 * (4 << 20) + 1, ['truncated']],
    [5, 7 + 25 * (4 << 20) + 1, 7 + 25 * (4 << 20) + 7, []],
  ])
  expect(arena.inUse).toBe(0)
})

test('joined records end where the next begins, and the last one by time', async () => {
  bench = await sourceBench(at('data2'), { framing: () => indented() })
  write('a.log', 'one\n  1a\n\n  1b\n\ntwo\nthree\n  3a\n')
  const open = await bench.open(source())
  const records = await collectRecords(open, some(3))
  expect(texts(records)).toEqual(['one\n  1a\n\n  1b', 'two', 'three\n  3a'])
  expect(records.map(({ flags }) => flags)).toEqual([['multiline'], [], ['multiline', 'flushed']])
  expect(spans(records)).toEqual([
    [0, 16],
    [16, 20],
    [20, 31],
  ])
  await open.close()
})

test('a joined record longer than the limit is one record, cut', async () => {
  bench = await sourceBench(at('data2'), { framing: () => indented({ maxBytes: 1000 }) })
  write('a.log', `one\n${'  more\n'.repeat(5000)}two\n`)
  const records = await once({ blockBytes: 100 })
  expect(records.map(({ text, from, to, flags }) => [text.length, from, to, flags])).toEqual([
    [1000, 0, 35004, ['truncated', 'multiline']],
    [3, 35004, 35008, []],
  ])
})

test('a file renamed by rotation is finished under its key, and the new one has its own', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source())
  const first = await collectRecords(open, some(1))
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.1'))
  append('a.log.1', 'three\n')
  write('a.log', 'four\n')
  append('a.log.1', 'five\n')
  const rest = await collectRecords(open, some(4))
  expect(texts(rest)).toEqual(['two', 'three', 'five', 'four'])
  expect(new Set([...first, ...rest.slice(0, 3)].map(({ key }) => key)).size).toBe(1)
  expect(rest[3]!.key).not.toBe(first[0]!.key)
  expect(rest.every(({ path }) => path === at('a.log'))).toBe(true)
  expect(open.files().find(({ path }) => path.endsWith('.1'))?.state).toBe('rotated')
  await open.close()
})

test('rotation while stopped, twice, outside the pattern: the known file goes on, the one between is read whole', async () => {
  write('a.log', 'one\n')
  write('a.log.7', 'old, from before the first start\n')
  expect(texts(await once())).toEqual(['one'])
  // Birth times are those of the kernel's clock, which ticks every few milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 20))
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.2'))
  write('a.log.1', 'three\n')
  write('a.log', 'four\n')
  expect(texts(await once())).toEqual(['two', 'three', 'four'])
  expect(await once()).toEqual([])
})

test('what rotation put aside under an excluded name is only read where it was followed before', async () => {
  const exclude = [at('*.1'), at('*.2')]
  write('a.log', 'one\n')
  await once({ exclude })
  await new Promise((resolve) => setTimeout(resolve, 20))
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.2'))
  write('a.log.1', 'three\n')
  write('a.log', 'four\n')
  expect(texts(await once({ exclude }))).toEqual(['two', 'four'])
})

test('copytruncate with unread bytes: the copy gives them, under the old key', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(1))
  append('a.log', 'two\nthree\n')
  copyFileSync(at('a.log'), at('a.log.1'))
  truncateSync(at('a.log'))
  append('a.log', 'four\n')
  const rest = await collectRecords(open, some(3))
  expect(texts(rest).toSorted()).toEqual(['four', 'three', 'two'])
  expect(rest.filter(({ key }) => key === one!.key).map(({ text, from }) => [text, from])).toEqual([
    ['two', 4],
    ['three', 8],
  ])
  expect(bench.notices.map(({ kind }) => kind)).toContain('recovered')
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  await open.close()
})

test('copytruncate while stopped: the copy is the generation, the original a new one', async () => {
  write('a.log', 'one\ntwo\n')
  const before = await once()
  append('a.log', 'three\n')
  copyFileSync(at('a.log'), at('a.log.1'))
  truncateSync(at('a.log'))
  append('a.log', 'four\n')
  const after = await once()
  expect(texts(after).toSorted()).toEqual(['four', 'three'])
  expect(after.find(({ text }) => text === 'three')).toMatchObject({ key: before[0]!.key, from: 8 })
  expect(await once()).toEqual([])
})

test('a file emptied while stopped and then renamed is read whole, and so is its copy', async () => {
  write('a.log', 'one\ntwo\n')
  const first = await bench.open(source({ paths: [at('a.log')] }))
  expect(texts(await exactly(first, 2))).toEqual(['one', 'two'])
  await first.close()
  append('a.log', 'three\n')
  copyFileSync(at('a.log'), at('a.log.2'))
  truncateSync(at('a.log'))
  append('a.log', 'four\n')
  renameSync(at('a.log'), at('a.log.1'))
  write('a.log', 'five\n')
  const again = await bench.open(source({ paths: [at('a.log')] }))
  expect(texts(await exactly(again, 3)).toSorted()).toEqual(['five', 'four', 'three'])
  await again.close()
  expect(texts(await once({ paths: [at('a.log')] }))).toEqual([])
})

test('a file emptied while followed and renamed before it holds anything again is read whole', async () => {
  write('a.log', 'one\n')
  const first = await bench.open(source({ paths: [at('a.log')] }))
  expect(texts(await exactly(first, 1))).toEqual(['one'])
  copyFileSync(at('a.log'), at('a.log.2'))
  truncateSync(at('a.log'))
  expect(await exactly(first, 0)).toEqual([])
  await first.close()
  append('a.log', 'two\n')
  renameSync(at('a.log'), at('a.log.1'))
  write('a.log', 'three\n')
  const again = await bench.open(source({ paths: [at('a.log')] }))
  expect(texts(await exactly(again, 2)).toSorted()).toEqual(['three', 'two'])
  await again.close()
})

test('a copy made just before the last bytes were read is not read again', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source({ paths: [at('*')], exclude: [at('data')] }))
  await collectRecords(open, some(1))
  copyFileSync(at('a.log'), at('a.log.1'))
  append('a.log', 'two\n')
  expect(texts(await collectRecords(open, some(1)))).toEqual(['two'])
  truncateSync(at('a.log'))
  append('a.log', 'three\n')
  expect(texts(await exactly(open, 1))).toEqual(['three'])
  expect(open.files().find(({ path }) => path === at('a.log.1'))?.state).toBe('held_copy')
  await open.close()
})

test('a file truncated and rewritten longer than before is read from its start', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(1))
  write('a.log', 'another beginning\nand more of it\n')
  const rest = await collectRecords(open, some(2))
  expect(texts(rest)).toEqual(['another beginning', 'and more of it'])
  expect(rest[0]!.key).not.toBe(one!.key)
  await open.close()
})

test('a file rewritten under the same long beginning is read from its start', async () => {
  const banner = '# banner\n'.repeat(200)
  write('a.log', `${banner}one\n`)
  const open = await bench.open(source())
  const before = await collectRecords(open, some(201))
  write('a.log', `${banner}other\nmore\n`)
  const rest = await collectRecords(open, some(202))
  expect(texts(rest).slice(200)).toEqual(['other', 'more'])
  expect(rest[0]!.key).not.toBe(before[0]!.key)
  await open.close()
})

test('a file rewritten alike up to what was read, and not behind it, is read from its start', async () => {
  write('a.log', 'one\nhalf a line')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(1))
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  write('a.log', 'one\nanother line altogether\n')
  const rest = await collectRecords(open, some(2))
  expect(texts(rest)).toEqual(['one', 'another line altogether'])
  expect(rest[0]!.key).not.toBe(one!.key)
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  expect(bench.notices.flatMap(({ lost }) => lost ?? [])).toEqual([{ key: one!.key, from: 4, to: 15 }])
  await open.close()
})

test('a file beside it that only begins alike is not taken for the copy', async () => {
  const banner = '# banner\n'.repeat(200)
  write('a.log', `${banner}one\nhalf`)
  const open = await bench.open(source())
  const before = await collectRecords(open, some(201))
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  write('a.log.1', `${banner}quite another\n`)
  truncateSync(at('a.log'))
  const rest = await collectRecords(open, some(201))
  expect(texts(rest).slice(200)).toEqual(['quite another'])
  expect(rest[0]!.key).not.toBe(before[0]!.key)
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  expect(bench.notices.map(({ kind }) => kind)).toEqual(['truncated', 'lost'])
  await open.close()
})

test('bytes seen, not read and in no copy are stated lost with their range', async () => {
  write('a.log', 'one\nhalf a line')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(1))
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  truncateSync(at('a.log'))
  append('a.log', 'new\n')
  expect(texts(await exactly(open, 1))).toEqual(['new'])
  expect(bench.notices.filter(({ kind }) => kind === 'lost').map(({ lost }) => lost)).toEqual([
    { key: one!.key, from: 4, to: 15 },
  ])
  await open.close()
})

test('a file whose name is away for a moment is not stated lost', async () => {
  write('a.log', 'one\n'.repeat(50))
  bench = await sourceBench(at('data2'), { framing: () => byLine(100) })
  const open = await bench.open(source({ blockBytes: 100, maxOpen: 1, verifyEvery: 60 }))
  write('b.log', 'two\n')
  const first = await collectRecords(open, some(1))
  renameSync(at('a.log'), at('aside'))
  const some51 = collectRecords(open, some(51 - first.length), { within: 2000 })
  await new Promise((resolve) => setTimeout(resolve, 30))
  renameSync(at('aside'), at('a.log'))
  expect(first.length + (await some51).length).toBe(51)
  expect(bench.notices.filter(({ kind }) => kind === 'lost')).toEqual([])
  await open.close()
})

test.each([
  ['a copy that came and went before it was read is no loss', '', []],
  ['what is longer than the file it begins like is none of its copies', 'three\n', [{ from: 0, to: 14 }]],
] as const)('%s', async (_, extra, lost) => {
  write('a.log', 'one\ntwo\n')
  expect(texts(await once())).toEqual(['one', 'two'])
  const [original] = bench.generations.all()
  const { device, birth, head } = original!
  // As `copytruncate` with `compress` leaves it: registered in the moment before it was packed.
  const copy = await bench.generations.register({
    source: 'app',
    device,
    inode: '1',
    birth,
    head: extra === '' ? head : Buffer.concat([head, Buffer.from(extra)]),
    path: at('a.log.1'),
    origin: at('a.log'),
    begin: 0,
    size: Buffer.byteLength(`one\ntwo\n${extra}`),
  })
  const open = await bench.open(source())
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  await waitUntil('it is known to be gone', () => bench.generations.get(copy.key)?.gone !== undefined)
  await open.close()
  expect(bench.notices.filter(({ kind }) => kind === 'lost').map((notice) => notice.lost)).toEqual(
    lost.map((span) => ({ key: copy.key, ...span })),
  )
})

test('bytes of a file deleted while stopped are stated lost once', async () => {
  write('a.log', 'one\ntwo\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(2), { commit: false })
  bench.resume.set(one!.key, 4)
  await open.close()
  unlinkSync(at('a.log'))
  await once()
  await once()
  expect(bench.notices.map(({ lost }) => lost)).toEqual([{ key: one!.key, from: 4, to: 8 }])
})

test('two files with the same first kilobyte are two files', async () => {
  const head = `${'#'.repeat(99)}\n`.repeat(20)
  write('a.log', `${head}of a\n`)
  write('b.log', `${head}of b\n`)
  const records = await once()
  expect(records).toHaveLength(42)
  expect(new Set(records.map(({ key }) => key)).size).toBe(2)
})

test('of two files with the same bytes one is held, until it goes its own way', async () => {
  write('a.log', 'banner\n')
  write('b.log', 'banner\n')
  const open = await bench.open(source())
  expect(texts(await exactly(open, 1))).toEqual(['banner'])
  expect(
    open
      .files()
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['active', 'held_copy'])
  append('b.log', 'of b\n')
  expect(texts(await collectRecords(open, some(2)))).toEqual(['banner', 'of b'])
  await open.close()
})

test('a file that is copied away and removed is the same generation in its new place', async () => {
  write('a.log', 'one\ntwo\n')
  const [one] = await once()
  copyFileSync(at('a.log'), at('restored.log'))
  unlinkSync(at('a.log'))
  append('restored.log', 'three\n')
  const after = await once()
  expect(after.map(({ text, key, from }) => [text, key, from])).toEqual([['three', one!.key, 8]])
})

test('an inode used again by another file is another generation', async () => {
  write('a.log', 'one\ntwo\n')
  const [one] = await once()
  // The same inode with other bytes, as after deletion and reuse.
  linkSync(at('a.log'), at('kept'))
  unlinkSync(at('a.log'))
  writeFileSync(at('kept'), 'other bytes here\n')
  renameSync(at('kept'), at('b.log'))
  const after = await once()
  expect(texts(after)).toEqual(['other bytes here'])
  expect(after[0]!.key).not.toBe(one!.key)
})

test('what is unread when a file is deleted is read to its end', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(100) })
  write('a.log', 'one\n'.repeat(100))
  const open = await bench.open(source({ blockBytes: 100 }))
  const first = await collectRecords(open, some(1))
  unlinkSync(at('a.log'))
  const rest = await collectRecords(open, (records) => first.length + records.length >= 100)
  expect(first.length + rest.length).toBe(100)
  expect(await collectRecords(open, some(1), { within: 250 })).toEqual([])
  expect(open.files()).toEqual([])
  await open.close()
})

test('links, two globs and two names of one file yield it once', async () => {
  mkdirSync(at('real'))
  write('real/x.log', 'one\n')
  symlinkSync(at('real/x.log'), at('link.log'))
  linkSync(at('real/x.log'), at('hard.log'))
  symlinkSync(at('real'), at('linked'))
  const records = await once({ paths: [at('*.log'), at('**/*.log'), at('linked/*.log'), at('real/x.log')] })
  expect(texts(records)).toEqual(['one'])
})

test('characters of globs in a name are taken as they are behind a backslash', async () => {
  for (const name of ['a(1).log', 'b[2].log', 'b2.log']) write(name, `${name}\n`)
  const records = await once({ paths: [at('a\\(1\\).log'), at('b\\[2\\].log')] })
  expect(texts(records).toSorted()).toEqual(['a(1).log', 'b[2].log'])
})

test('a link turned to another file is followed there, after the rest of the first', async () => {
  write('one', 'a\n')
  write('two', 'b\n')
  symlinkSync(at('one'), at('current.log'))
  const open = await bench.open(source())
  expect(texts(await collectRecords(open, some(1)))).toEqual(['a'])
  append('one', 'rest\n')
  unlinkSync(at('current.log'))
  symlinkSync(at('two'), at('current.log'))
  expect(texts(await collectRecords(open, some(2)))).toEqual(['rest', 'b'])
  await open.close()
})

test('only what comes is read where the end was asked for, and all of a file that appears later', async () => {
  write('a.log', 'old\nhal')
  const open = await bench.open(source(), { begin: 'end' })
  expect(await collectRecords(open, some(1), quiet)).toEqual([])
  append('a.log', 'f\nnew\n')
  write('b.log', 'whole\n')
  const records = await collectRecords(open, some(3))
  expect(texts(records).toSorted()).toEqual(['half', 'new', 'whole'])
  await open.close()
})

test('files that were not written to for long are left alone until they are, known ones are not', async () => {
  const yearAgo = Date.now() / 1000 - 366 * 86_400
  for (const name of ['a', 'b', 'c']) write(`${name}.log`, `old ${name}\n`)
  expect(texts(await once({ paths: [at('c.log')] }))).toEqual(['old c'])
  append('c.log', 'more c\n')
  for (const name of ['a', 'c']) utimesSync(at(`${name}.log`), yearAgo, yearAgo)
  const open = await bench.open(source({ ignoreOlder: '30d' }))
  expect(texts(await exactly(open, 2)).toSorted()).toEqual(['more c', 'old b'])
  append('a.log', 'new a\n')
  expect(texts(await exactly(open, 2))).toEqual(['old a', 'new a'])
  await open.close()
  expect(follow({ name: 'x', paths: [], ignoreOlder: 'a week' }).problems).toMatchObject([
    { text: expect.stringContaining("'a week'") },
  ])
})

test('a directory that appears later is found, with inotify alone', async () => {
  const open = await bench.open(
    source({ paths: [at('later/*.log')], watch: true, verifyEvery: 60_000, discoverEvery: 60_000 }),
  )
  const reading = collectRecords(open, some(2), { within: 10_000 })
  await new Promise((resolve) => setTimeout(resolve, 150))
  mkdirSync(at('later'))
  write('later/a.log', 'one\n')
  await new Promise((resolve) => setTimeout(resolve, 300))
  append('later/a.log', 'two\n')
  expect(texts(await reading)).toEqual(['one', 'two'])
  await open.close()
})

test('a path that cannot be read is told of once with what mends it, and read when it can be', async () => {
  symlinkSync(at('loop.log'), at('loop.log'))
  write('a.log', 'one\n')
  const open = await bench.open(source())
  expect(texts(await exactly(open, 1))).toEqual(['one'])
  expect(bench.notices).toHaveLength(1)
  expect(bench.notices[0]).toMatchObject({ kind: 'unreadable', path: at('loop.log') })
  expect(open.caughtUp).toBeUndefined()
  rmSync(at('loop.log'))
  write('loop.log', 'two\n')
  expect(texts(await collectRecords(open, some(1)))).toEqual(['two'])
  await open.close()
})

test('a file without permission is told of with the command that grants it', async () => {
  write('a.log', 'secret\n')
  const open = await bench.open(source())
  const asNobody = process.getuid?.() === 0
  await rm(at('none'), { force: true })
  const { chmodSync } = await import('node:fs')
  chmodSync(directory, 0o777)
  chmodSync(at('a.log'), 0)
  chmodSync(at('data'), 0o777)
  if (asNobody) process.seteuid!(65_534)
  try {
    expect(await collectRecords(open, some(1), quiet)).toEqual([])
    expect(bench.notices.map(({ text }) => text)).toEqual([expect.stringContaining('setfacl -m u:')])
  } finally {
    if (asNobody) process.seteuid!(0)
  }
  chmodSync(at('a.log'), 0o644)
  expect(texts(await collectRecords(open, some(1)))).toEqual(['secret'])
  await open.close()
})

test('what the store is found to hold counts under the name a file was first found by, as what is read does', async () => {
  write('a.log', 'one\ntwo\nthree\n')
  const open = await bench.open(source())
  const [first] = await collectRecords(open, some(3), { commit: false })
  await open.close()
  bench.resume.set(first!.key, 4)
  renameSync(at('a.log'), at('a.log.1'))
  const asked: string[] = []
  const covered = async (_: string, __: number, ___: number, path: string) => {
    asked.push(path)
    return []
  }
  const again = await bench.open(source(), { once: true, covered })
  expect((await collectRecords(again)).map(({ text, path }) => [text, path])).toEqual([
    ['two', at('a.log')],
    ['three', at('a.log')],
  ])
  await again.close()
  expect(asked).toEqual([at('a.log')])
})

test('spans the store holds already are skipped, and the rest is framed afresh', async () => {
  write('a.log', 'one\ntwo\nthree\nfour\nfive\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(5), { commit: false })
  await open.close()
  bench.resume.set(one!.key, 4)
  const asked: unknown[] = []
  const again = await bench.open(source(), {
    once: true,
    covered: async (...question) => {
      asked.push(question)
      return [
        { from: 14, to: 19 },
        { from: 4, to: 8 },
      ]
    },
  })
  const records = await collectRecords(again)
  await again.close()
  expect(asked).toEqual([[one!.key, 4, 24, at('a.log')]])
  expect(texts(records)).toEqual(['three', 'five'])
  expect(records.every(({ key }) => key === one!.key)).toBe(true)
})

test('what was passed over is in no account until that is committed: of a file that goes before, it is asked again', async () => {
  write('a.log', 'one\ntwo\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(2), { commit: false })
  await open.close()
  const covered = async () => [{ from: 0, to: 8 }]
  // The commit of what is passed over never comes.
  const killed = await source().open({ ...bench.context, covered, skipped: () => {} })
  expect(await collectRecords(killed, some(1), quiet)).toEqual([])
  await killed.close()
  unlinkSync(at('a.log'))
  const asked: unknown[] = []
  const again = await bench.open(source(), {
    once: true,
    covered: async (...question) => {
      asked.push(question)
      return covered()
    },
  })
  expect(await collectRecords(again)).toEqual([])
  await again.close()
  expect(asked).toEqual([[one!.key, 0, Number.MAX_SAFE_INTEGER, at('a.log')]])
  expect(bench.notices.flatMap(({ lost }) => lost ?? [])).toEqual([])
})

test('of an original that is gone, what a shorter copy lacks and the store holds is passed over, the rest stated lost', async () => {
  write('a.log', 'one\ntwo\nthree\nfour\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(4), { commit: false })
  await open.close()
  unlinkSync(at('a.log'))
  write('a.log.bak', 'one\ntwo\n')
  const held = [
    { from: 0, to: 4 },
    { from: 14, to: 19 },
  ]
  const skipped: number[] = []
  const again = await bench.open(source(), {
    covered: async (_, from, to) => held.filter((span) => span.from >= from && span.from < to),
    skipped: (_, to) => skipped.push(to),
  })
  expect(texts(await collectRecords(again, some(1)))).toEqual(['two'])
  expect(await collectRecords(again, () => skipped.length === 3, { within: 500 })).toEqual([])
  expect(skipped).toEqual([4, 14, 19])
  expect(bench.notices.flatMap(({ lost }) => lost ?? [])).toEqual([{ key: one!.key, from: 8, to: 14 }])
  // Nor is the copy read, or its end accounted for, once more.
  expect(await collectRecords(again, some(1), quiet)).toEqual([])
  await again.close()
  bench.resume.set(one!.key, 19)
  expect(await once()).toEqual([])
  expect(bench.notices.filter(({ lost }) => lost !== undefined)).toHaveLength(1)
})

test('a file rewritten while the store is asked about it: what the store holds of its copy is passed over', async () => {
  write('a.log', 'one\ntwo\nthree\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(3), { commit: false })
  await open.close()
  const again = await bench.open(source(), {
    covered: async (key, from) => {
      if (key !== one!.key || from > 0) return []
      copyFileSync(at('a.log'), at('a.log.1'))
      write('a.log', 'quite another line\n')
      return [
        { from: 0, to: 4 },
        { from: 8, to: 14 },
      ]
    },
  })
  const records = await exactly(again, 2)
  expect(texts(records).toSorted()).toEqual(['quite another line', 'two'])
  await again.close()
})

test('opened again without a close, reading goes on at what was committed', async () => {
  write('a.log', 'one\ntwo\nthree\n')
  const open = await bench.open(source())
  const [one] = await collectRecords(open, some(3), { commit: false })
  bench.resume.set(one!.key, 8)
  const killed = await sourceBench(at('data'), { resume: bench.resume })
  const again = await killed.open(source(), { once: true })
  expect((await collectRecords(again)).map(({ text, key, from }) => [text, key, from])).toEqual([
    ['three', one!.key, 8],
  ])
  await again.close()
  await killed.generations.close()
  await open.close()
})

test('no more files are open than allowed, and all are followed', async () => {
  for (let i = 0; i < 20; i++) write(`${i}.log`, `a${i}\n`)
  const open = await bench.open(source({ maxOpen: 3 }))
  expect(await collectRecords(open, some(20))).toHaveLength(20)
  for (let i = 0; i < 20; i++) append(`${i}.log`, `b${i}\n`)
  expect(texts(await collectRecords(open, some(20))).toSorted()).toEqual(
    Array.from({ length: 20 }, (_, i) => `b${i}`).toSorted(),
  )
  await open.close()
})

test('files take turns', async () => {
  bench = await sourceBench(at('data2'), { framing: () => byLine(100) })
  for (const name of ['a', 'b']) write(`${name}.log`, `${name}\n`.repeat(1000))
  const open = await bench.open(source({ blockBytes: 100 }))
  const records = await collectRecords(open, some(400))
  expect(records.filter(({ text }) => text === 'a').length).toBeGreaterThan(100)
  expect(records.filter(({ text }) => text === 'b').length).toBeGreaterThan(100)
  await open.close()
})

test('a full arena is waited for', async () => {
  const arena = createArena(4 << 20)
  bench = await sourceBench(at('data2'), { arena })
  write('a.log', 'line\n'.repeat(1_000_000))
  const open = await bench.open(source(), { once: true })
  const blocks = []
  const signal = new AbortController()
  for (;;) {
    const timer = setTimeout(() => signal.abort(), 100)
    const block = await open.next(signal.signal)
    clearTimeout(timer)
    if (block === undefined) break
    blocks.push(block)
  }
  expect(signal.signal.aborted).toBe(true)
  const held = blocks.reduce((sum, block) => sum + block.count, 0)
  for (const block of blocks) block.lease.release()
  expect(held + (await collectRecords(open)).length).toBe(1_000_000)
  await open.close()
})

test('a record larger than the window that there is no room for is told of to its reader once', async () => {
  const lines = ['first', ...Array.from({ length: 500 }, (_, i) => ` more ${i}`), 'second', ' more']
  const arena = createArena(1 << 20)
  const told: string[] = []
  const framing = indented({ maxBytes: 100, flushAfter: 3_600_000 })
  bench = await sourceBench(at('data2'), {
    arena,
    framing: () => ({
      ...framing,
      begin: () => {
        const reader = framing.begin()
        return {
          starts(bytes, start, end) {
            told.push(Buffer.from(bytes.slice(start, end)).toString())
            return reader.starts(bytes, start, end)
          },
        }
      },
    }),
  })
  write('a.log', lines.map((line) => `${line}\n`).join(''))
  // Room for one window and no more: it can be looked at, and the record not be handed out.
  const windowBytes = 1024
  const room = arena.lease(windowBytes)!
  const held: { release(): void }[] = []
  for (let size = arena.size; size > 0; size >>= 1)
    for (let lease = arena.lease(size); lease !== undefined; lease = arena.lease(size)) held.push(lease)
  room.release()
  const open = await bench.open(source({ blockBytes: windowBytes }))
  // Looked through to where it ends, and no more then; each line told again would go on for ever.
  for (let looked = -1; told.length === 0 || told.length !== looked; ) {
    looked = told.length
    expect(await collectRecords(open, some(1), { within: 100 })).toEqual([])
  }
  for (const lease of held) lease.release()
  const [first] = await collectRecords(open, some(1))
  expect(first).toMatchObject({ from: 0, flags: expect.arrayContaining(['truncated', 'multiline']) })
  expect(first!.to).toBe(lines.slice(0, 501).reduce((sum, line) => sum + line.length + 1, 0))
  expect(told.filter((line) => line === ' more 300')).toHaveLength(1)
  await open.close()
})

test('it is caught up when every end was looked at, not while a line is unfinished', async () => {
  write('a.log', 'one\n')
  const open = await bench.open(source())
  expect(open.caughtUp).toBeUndefined()
  await exactly(open, 1)
  const first = open.caughtUp!
  expect(first).toBeGreaterThan(0)
  append('a.log', 'tw')
  await collectRecords(open, some(1), quiet)
  const held = open.caughtUp!
  await collectRecords(open, some(1), quiet)
  expect(open.caughtUp).toBe(held)
  append('a.log', 'o\n')
  await exactly(open, 1)
  expect(open.caughtUp).toBeGreaterThan(held)
  await open.close()
})

test('once waits for nothing to settle: files just rotated, emptied or without a last line end are read at once', async () => {
  const patient = { settle: 3_600_000, verifyEvery: 3_600_000, discoverEvery: 3_600_000, paths: [at('a.log*')] }
  write('a.log', 'one\ntwo')
  expect(texts(await once(patient))).toEqual(['one', 'two'])
  append('a.log', '\nthree')
  renameSync(at('a.log'), at('a.log.1'))
  write('a.log', 'four')
  write('a.log.2', '')
  expect(texts(await once(patient)).toSorted()).toEqual(['four', 'three'])
  copyFileSync(at('a.log'), at('a.log.3'))
  truncateSync(at('a.log'))
  append('a.log', 'five')
  expect(texts(await once(patient))).toEqual(['five'])
})
