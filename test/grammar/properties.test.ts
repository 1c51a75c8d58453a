import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { Block } from '../../src/event/block.ts'
import { duration, int, number, oneOfWords, rest, text, word } from '../../src/grammar/capture.ts'
import { type Grammar, grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { blanks, line, optional } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { escaped, list, or, quoted } from '../../src/grammar/modify.ts'
import { oneOf } from '../../src/grammar/one-of.ts'
import { pairs } from '../../src/grammar/pairs.ts'
import { record } from '../../src/grammar/record.ts'
import { blockOf } from '../../src/grammar/text-block.ts'
import { time } from '../../src/grammar/time.ts'
import { createArena } from '../../src/memory/arena.ts'
import { ArenaFull } from '../../src/memory/scratch.ts'
import { combined, sample } from './combined.ts'
import { printRecords, readOne, readRecords, rowOf } from './read-records.ts'

const app = json({
  name: 'test.app',
  members: {
    '@timestamp': key('time', 'date'),
    message: key('msg', 'text'),
    'process.pid': key('a.b', 'long'),
    tags: key('tags', 'keyword'),
  },
  samples: ['{}'],
})
const slow = grammar({
  name: 'test.slow',
  line: record(
    optional(line`# Time: ${time('@timestamp', 'iso')}`),
    line`# User: ${word('user.name')}${blanks()}${quoted(text('app.host'))}`,
    line`# ${pairs({ Time: duration('event.duration', 's'), Rows: int('mysql.slowlog.rows_sent') })}`,
    line`${rest('mysql.slowlog.query')}`,
  ),
  samples: ['# User: a "b"\n# Time: 1\nx'],
})
const all = [combined, app, slow, oneOf('test.all', combined, app, slow)]

/** Bytes that are near enough to each format to come far into it. */
const near = (seeds: readonly string[]) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(Buffer.from(bytes).toString('utf8'))),
    fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(200), fc.nat(6), fc.string({ unit: 'grapheme', maxLength: 4 })), { maxLength: 4 }),
      )
      .map(([seed, cuts]) =>
        Buffer.from(cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), seed)),
      ),
  )
const records = near([
  sample,
  '{"time":"2026-11-23T12:00:00Z","msg":"a\\u00e4","a":{"b":5},"tags":["x"],"y":{"z":[1,{"k":null}]}}',
  '# Time: 2026-11-23T12:00:00Z\n# User: bob  "a b"\n# Time: 0.5  Rows: 3\nselect 1;',
])

/** The record within a block that may have more around it. */
const within = (block: Block, from: number, to: number): Block => ({
  ...block,
  count: to - from,
  start: block.start.subarray(from, to),
  end: block.end.subarray(from, to),
  from: block.from.subarray(from, to),
  to: block.to.subarray(from, to),
  flag: block.flag.subarray(from, to),
})
const options = { dataset: 'x', timezone: 'Asia/Shanghai', now: Date.UTC(2026, 10, 23) }

test.prop([fc.constantFrom(...all), fc.array(records, { maxLength: 8 }), fc.nat(8)])(
  'no bytes throw, rows are as many as records, wherever the block is cut',
  (reader, texts, cut) => {
    const at = Math.min(cut, texts.length)
    const block = blockOf(texts)
    const whole = reader.read(block, options)
    const rows = texts.map((_, i) => whole.failures.get(i) ?? rowOf(whole, i))
    expect(whole.count).toBe(texts.length)
    whole.scratch.release()
    for (const [from, to] of [
      [0, at],
      [at, texts.length],
    ] as const) {
      const part = reader.read(within(block, from, to), options)
      for (let i = from; i < to; i++) expect(part.failures.get(i - from) ?? rowOf(part, i - from)).toEqual(rows[i])
      part.scratch.release()
    }
    block.lease.release()
  },
)

test.prop([fc.constantFrom(...all), records])(
  'a failure points into its record and says what was there',
  (reader, text) => {
    const why = reader.explain(text)
    if (why === undefined) return
    expect(why.at).toBeGreaterThanOrEqual(0)
    expect(why.at).toBeLessThanOrEqual(text.length)
    expect(why.expected).not.toBe('')
    expect(text.subarray(why.at).toString('utf8').startsWith(why.found.replace(/�+$/u, ''))).toBe(true)
  },
)

const jsonText = fc.json({ maxDepth: 6 })
test.prop([
  fc.oneof(
    jsonText,
    fc
      .tuple(jsonText, fc.nat(), fc.string({ maxLength: 2 }))
      .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1))),
  ),
])('a record is JSON exactly where JSON.parse says so', (text) => {
  const bytes = Buffer.from(`{"x":${text}}`)
  let parsed: unknown
  try {
    parsed = JSON.parse(bytes.toString('utf8'))
  } catch {
    expect(readOne(app, bytes)).toMatchObject({ code: 'bad_json' })
    return
  }
  const row = readOne(app, bytes) as { readonly json?: Readonly<Record<string, unknown>> }
  expect(row).not.toHaveProperty('code')
  const { x } = parsed as { readonly x: unknown }
  // Numbers beyond a double's whole ones are read back as bigints, and minus zero is kept: compare as texts.
  if (!/\d{16}|-0/.test(text)) expect(row.json?.['x']).toEqual(x)
})

const keyText = fc.string({ unit: fc.constantFrom('a', 'b', '.', '"', '\\', 'ä', '\u0000'), maxLength: 4 })
test.prop([fc.dictionary(keyText, fc.integer(), { noNullPrototype: true })])(
  'every undeclared member arrives, whatever its name',
  (members) => {
    const named = Object.fromEntries(
      Object.entries(members).filter(([name]) => !['time', 'msg', 'a.b', 'tags'].includes(name)),
    )
    const row = readOne(app, JSON.stringify(named)) as { readonly json?: object }
    expect({ ...row.json }).toEqual(named)
  },
)

const plain = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', '"', '\\', '-', '/', '.', ' ', 'ä', '商', '\t', 'x'),
  minLength: 1,
  maxLength: 12,
})
const hex = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      byte >= 32 && byte < 127 && byte !== 34 && byte !== 92
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
const host = fc.oneof(fc.ipV4(), fc.constantFrom('::1', '2001:db8::1', 'unix:', 'shop.example'))
const clf = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map(
    (at) =>
      `${String(at.getUTCDate()).padStart(2, '0')}/${at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`,
  )
const marked = plain.map((text) => (text === '-' ? 'x' : text))

test.prop([
  host,
  marked,
  clf,
  fc.constantFrom('GET', 'POST'),
  fc.webPath(),
  fc.nat(999),
  fc.maxSafeNat(),
  marked,
  fc.boolean(),
])(
  'print(parse(x)) = x for lines as nginx writes them',
  (address, agent, at, method, path, status, bytes, referrer, user) => {
    const record = `${address} - ${user ? 'bob' : '-'} [${at}] "${method} /${path} HTTP/1.1" ${status} ${bytes} "${hex(referrer)}" "${hex(agent)}"`
    expect(printRecords(combined, [record])).toEqual([record])
  },
)

const reversible: Grammar = grammar({
  name: 'test.reversible',
  line: record(
    line`${time('@timestamp', 'yyyy-MM-ddTHH:mm:ssfZZ')} ${oneOfWords('log.level', ['INFO', 'WARN'])} ${or('-', list(', ', number('nginx.access.upstream.response_time')))} took=${duration('event.duration', 's', 3)} ${quoted(text('message'))}${optional(line` pid=${int('process.pid')}`)}`,
    optional(line`cause: ${escaped('json', text('error.message'))}`),
  ),
  samples: ['-'],
})
const iso = fc
  .date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((at) => `${at.toISOString().slice(0, 23)}+00:00`)

test.prop([
  iso,
  fc.constantFrom('INFO', 'WARN'),
  fc.array(
    fc.nat(99_999).map((n) => (n / 1000).toFixed(3)),
    { maxLength: 3 },
  ),
  fc.nat(9_999_999),
  plain,
  fc.option(fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n))),
  fc.option(plain),
])('print(parse(x)) = x for every reversible operation', (at, level, times, took, message, pid, cause) => {
  const record = `${at} ${level} ${times.length === 0 ? '-' : times.join(', ')} took=${(took / 1000).toFixed(3)} ${JSON.stringify(message)}${pid === null ? '' : ` pid=${pid}`}${cause === null ? '' : `\ncause: ${JSON.stringify(cause).slice(1, -1)}`}`
  expect(printRecords(reversible, [record])).toEqual([record])
})

test('hostile records are read in time that grows with their length', () => {
  const n = 200_000
  const hostile = [
    `{"x":${'[1,'.repeat(3000)}${'1,'.repeat(n)}`,
    `{${Array.from({ length: n / 10 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
    `{"x":{${Array.from({ length: n / 10 }, (_, i) => `"k${i}":{"a":1,"a":2}`).join(',')}}}`,
    `1.1.1.1 - ${' ['.repeat(n)}`,
    `1.1.1.1 - ${'[11/Feb/2013:06:43:36 +000'.repeat(n / 20)}`,
    `# User: a ${'"'.repeat(n)}`,
    `# User: a "b"\n# ${'x: '.repeat(n)}`,
    `${', '.repeat(n)} - `,
    ':'.repeat(n),
  ]
  const read = readRecords(oneOf('test.all', combined, app, slow), hostile)
  expect(read.rows).toHaveLength(hostile.length)
})

test('memory is given back, also where reading fails for want of it', () => {
  const block = blockOf([sample, sample])
  const before = block.arena.inUse
  const batch = combined.read(block, options)
  expect(block.arena.inUse).toBeGreaterThan(before)
  release(batch)
  expect(block.arena.inUse).toBeLessThan(before)

  const arena = createArena(1 << 19)
  const lease = arena.lease(sample.length)!
  arena.node.write(sample, lease.start)
  const count = 50_000
  const crowded: Block = {
    ...block,
    arena,
    lease,
    count,
    start: new Uint32Array(count).fill(lease.start),
    end: new Uint32Array(count).fill(lease.start + sample.length),
  }
  const leased = arena.inUse
  expect(() => combined.read(crowded, options)).toThrow(ArenaFull)
  expect(arena.inUse).toBe(leased)
  const one = combined.read({ ...crowded, count: 1 }, options)
  expect(rowOf(one, 0)).toMatchObject({ 'source.ip': '10.112.72.172' })
})
