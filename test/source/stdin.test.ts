import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSpool } from '../../src/source/spool.ts'
import { createSpools } from '../../src/source/spools.ts'
import { type StdinOptions, stdin } from '../../src/source/stdin.ts'
import { collectRecords, indented, type SourceBench, sourceBench } from '../support/records.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tailrace-stdin-'))
  bench = await sourceBench(join(directory, 'data'))
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})

const spoolAt = () => join(directory, 'spool')
const source = (input: PassThrough, changes: Partial<StdinOptions> = {}) =>
  stdin({ name: 'in', directory: spoolAt(), input, verifyEvery: 10, ...changes })
const segments = () => readdirSync(spoolAt()).filter((name) => name.endsWith('.spool'))

test('with once, standard input ends when it ended and all of it is read; what is committed leaves the disk', async () => {
  const input = new PassThrough()
  const open = await bench.open(source(input), { once: true })
  input.write('one\ntw')
  setTimeout(() => input.end('o\nthree'), 40)
  const records = await collectRecords(open)
  expect(records.map(({ text, path }) => [text, path])).toEqual([
    ['one', '/dev/stdin'],
    ['two', '/dev/stdin'],
    ['three', '/dev/stdin'],
  ])
  await open.close()
  expect(segments()).toEqual([])
})

test('the same input twice is read twice', async () => {
  for (let i = 0; i < 2; i++) {
    const input = new PassThrough()
    input.end('one\n')
    const open = await bench.open(source(input), { once: true })
    expect(await collectRecords(open)).toHaveLength(1)
    await open.close()
  }
})

test('what was not committed is there at the next start, under its key', async () => {
  const input = new PassThrough()
  const open = await bench.open(source(input))
  input.write('one\ntwo\n')
  const [one] = await collectRecords(open, (records) => records.length === 2, { commit: false })
  bench.resume.set(one!.key, 4)
  await open.close()
  const next = new PassThrough()
  next.end('three\n')
  const again = await bench.open(source(next), { once: true })
  const records = await collectRecords(again)
  expect(records.map(({ text }) => text)).toEqual(['two', 'three'])
  expect(records[0]).toMatchObject({ key: one!.key, from: 4 })
  await again.close()
})

test('a segment stays until its last record is committed', async () => {
  const input = new PassThrough()
  input.end('one\ntwo\n')
  const open = await bench.open(source(input))
  const [one] = await collectRecords(open, undefined, { commit: false, within: 150 })
  expect(segments()).toHaveLength(1)
  open.committed(one!.key, 4)
  open.committed(one!.key, 8)
  await open.close()
  expect(segments()).toEqual([])
})

test('large input rolls over between records, joined ones too, and comes in order', async () => {
  bench = await sourceBench(join(directory, 'data2'), { framing: () => indented({ flushAfter: 1e9 }) })
  const input = new PassThrough()
  const open = await bench.open(source(input, { segmentBytes: 100 }), { once: true })
  const all = Array.from({ length: 60 }, (_, i) => `record ${i}\n  more\n`).join('')
  for (let at = 0; at < all.length; at += 37) {
    input.write(all.slice(at, at + 37))
    if (at % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  input.end()
  const records = await collectRecords(open)
  expect(records.map(({ text }) => text)).toEqual(Array.from({ length: 60 }, (_, i) => `record ${i}\n  more`))
  expect(new Set(records.map(({ key }) => key)).size).toBeGreaterThan(1)
  await open.close()
  expect(segments()).toEqual([])
})

test('a spool keeps what was acknowledged: a torn tail is cut, damage elsewhere ends its segment and is said', async () => {
  const said: string[] = []
  const first = await openSpool(spoolAt())
  await first.append(Buffer.from('one\n'))
  await first.append(Buffer.from('two\n'))
  first.roll()
  await first.append(Buffer.from('three\n'))
  await first.close()
  const [a, b] = segments().map((name) => join(spoolAt(), name))
  writeFileSync(b!, 'three\nnever acknowled')
  const bytes = readFileSync(a!)
  bytes[5] = 0x21
  writeFileSync(a!, bytes)
  const again = await openSpool(spoolAt(), { report: (text) => said.push(text) })
  expect(readFileSync(b!, 'utf8')).toBe('three\n')
  expect(readFileSync(a!, 'utf8')).toBe('one\n')
  expect(readFileSync(`${a}.damaged`)).toEqual(bytes)
  expect(said).toHaveLength(1)
  await again.append(Buffer.from('four\n'))
  await again.close()
  expect(segments()).toHaveLength(3)
})

test('with several stores the input is taken in once and read for each, and a segment stays until the last has it', async () => {
  const spools = createSpools(spoolAt(), ['first', 'second'])
  const input = new PassThrough()
  const other = await sourceBench(join(directory, 'other'))
  const [first, second] = [
    await bench.open(source(input), { once: true, spools: spools('first') }),
    await other.open(source(new PassThrough()), { once: true, spools: spools('second') }),
  ]
  input.end('one\ntwo\n')
  const texts = async (open: typeof first) => (await collectRecords(open)).map(({ text }) => text)
  expect(await texts(first)).toEqual(['one', 'two'])
  expect(segments()).toHaveLength(1)
  expect(await texts(second)).toEqual(['one', 'two'])
  await first.close()
  await second.close()
  await other.generations.close()
  expect(segments()).toEqual([])
})
