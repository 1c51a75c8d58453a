import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { createWriter } from '../../src/event/document.ts'
import type { Schema } from '../../src/event/field.ts'
import { ipOf, printIp } from '../../src/event/ip.ts'
import { writeEscaped } from '../../src/event/json-text.ts'
import { createArena } from '../../src/memory/arena.ts'
import { parse } from '../../src/store/stringify.ts'
import { batchOf, type Row } from '../support/batch.ts'

const arena = createArena(1 << 26)
const field = (
  type: 'keyword' | 'text' | 'long' | 'double' | 'boolean' | 'date' | 'ip' | 'flattened',
  list?: true,
) => ({
  type,
  about: 'Made up by a test.',
  ...(list === undefined ? {} : { list }),
})
const schema: Schema = new Map([
  ['@timestamp', field('date')],
  ['a', field('keyword')],
  ['b.a', field('text')],
  ['b.b', field('long')],
  ['b.c.a', field('double')],
  ['b.c.b', field('ip')],
  ['b.c.d.e.f', field('boolean')],
  ['c', field('keyword', true)],
  ['d.a', field('date')],
  ['d.quote"d', field('long', true)],
  ['e', field('flattened')],
  ['f.a', field('ip', true)],
  ['f.b', field('keyword')],
])

/** Every kind of byte at every place of a word, and texts longer than what is copied wide. */
const piece = fc.constantFrom(
  ...'"\\/\b\f\n\r\t\u0000\u001f !#[]a~\u007f\u0080é漢😀\u2028',
  'plain ',
  '\\x22',
  '"}}\n{"create"',
)
const string = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 24 }).map((pieces) => pieces.join('')),
  fc.tuple(fc.nat(1200), piece).map(([length, last]) => 'x'.repeat(length) + last),
)
const time = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
    fc.nat(999_999),
    fc.integer({ min: 3, max: 9 }),
  )
  .map(
    ([date, ns, digits]) =>
      `${`${date.toISOString().slice(0, -1)}${String(ns).padStart(6, '0')}`.slice(0, 20 + digits)}Z`,
  )
// IPv6 with an IPv4 tail is the business of the tests of addresses.
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => !text.includes('.')),
)
const long = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value))
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: 1, maxLength: 4 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 })
const row = fc.record({
  '@timestamp': maybe(time),
  a: maybe(string),
  'b.a': maybe(string),
  'b.b': maybe(long),
  'b.c.a': maybe(double),
  'b.c.b': maybe(address),
  'b.c.d.e.f': maybe(fc.boolean()),
  c: maybe(list(string)),
  'd.a': maybe(time),
  'd.quote"d': maybe(list(long)),
  e: maybe(
    fc.dictionary(
      string.filter((name) => name !== '__proto__'),
      fc.oneof(string, fc.integer(), fc.constant(null)),
      { minKeys: 1, maxKeys: 3 },
    ),
  ),
  'f.a': maybe(list(address)),
  'f.b': maybe(string),
})

/** What the text of a value says once it is read again: longs beyond doubles are bigints, addresses are canonical. */
const readAgain = (name: string, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((one) => readAgain(name, one))
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(String(value)))
    return BigInt(String(value))
  if (name === 'b.c.b' || name === 'f.a') return printIp(ipOf(String(value))!, 0)
  return value
}

/** The document made the slow way. */
const nested = (values: Row): unknown => {
  const root: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const path = name.split('.')
    let node = root
    for (const part of path.slice(0, -1)) node = (node[part] ??= {}) as Record<string, unknown>
    node[path.at(-1)!] = readAgain(name, value)
  }
  return root
}

const canary = 0xaa

const kinds = fc.record({
  a: fc.constantFrom(undefined, 'dictionary' as const),
  'b.c.b': fc.constantFrom(undefined, 'dictionary' as const),
  'd.a': fc.constantFrom(undefined, 'dictionary' as const),
  'b.b': fc.constantFrom(undefined, 'dictionary' as const),
  e: fc.constantFrom(undefined, 'json' as const),
})

property.prop([fc.array(row, { minLength: 1, maxLength: 12 }), kinds, fc.nat(7), fc.option(string)])(
  'documents are what nested objects say, within their bounds, whatever the values hold',
  (rows, as, odd, constant) => {
    const fields = constant === null ? schema : new Map([...schema, ['b.constant', field('keyword')] as const])
    const all: readonly Row[] = constant === null ? rows : rows.map((each) => ({ ...each, 'b.constant': constant }))
    const forms = Object.fromEntries(Object.entries(as).filter(([, form]) => form !== undefined)) as Record<
      string,
      'dictionary' | 'json'
    >
    const batch = batchOf(all, fields, { arena, as: { ...forms, 'b.constant': 'constant' } })
    const writer = createWriter(batch)
    const size = all.reduce((sum, _, i) => sum + writer.bound(i), 0)
    const lease = arena.lease(size + 64)!
    arena.bytes.fill(canary, lease.start, lease.end)
    let at = lease.start + odd
    for (const [i, each] of all.entries()) {
      const begin = at
      expect(writer.bound(i)).toBeLessThanOrEqual(writer.most)
      at = writer.write(i, at)
      expect(parse(arena.node.toString('utf8', begin, at))).toEqual(nested(each))
      const bound = begin + writer.bound(i)
      expect(at).toBeLessThanOrEqual(bound)
      expect(arena.bytes[bound]).toBe(canary)
    }
    lease.release()
    release(batch)
  },
)

describe('a document', () => {
  test('of no values is an empty object', () => {
    const batch = batchOf([{ a: 'x' }, {}], schema, { arena })
    const writer = createWriter(batch)
    const lease = arena.lease(writer.bound(1))!
    expect(arena.node.toString('utf8', lease.start, writer.write(1, lease.start))).toBe('{}')
    lease.release()
    release(batch)
  })

  test('has its constants where no row has another value', () => {
    const batch = batchOf([{ 'b.c.a': 1.5, 'b.x': 'one' }, { 'b.x': 'one' }], undefined, {
      arena,
      as: { 'b.x': 'constant' },
    })
    const writer = createWriter(batch)
    const lease = arena.lease(writer.bound(0))!
    const text = (i: number) => arena.node.toString('utf8', lease.start, writer.write(i, lease.start))
    expect(text(0)).toBe('{"b":{"x":"one","c":{"a":1.5}}}')
    expect(text(1)).toBe('{"b":{"x":"one"}}')
    lease.release()
    release(batch)
  })
})

test('every character below 0x80 is escaped as JSON wants it, at every place of a word', () => {
  const lease = arena.lease(4096)!
  for (let code = 0; code < 0x80; code++) {
    for (let place = 0; place < 17; place++) {
      const text = 'a'.repeat(place) + String.fromCharCode(code) + 'b'.repeat(16 - place)
      for (let length = place + 1; length <= 17; length++) {
        // What lies behind the end must not matter: `"` and control characters stand there.
        arena.bytes.fill(code ^ 0x22, lease.start, lease.start + 64)
        const end = lease.start + arena.node.write(text.slice(0, length), lease.start)
        const to = writeEscaped(arena, lease.start, end, lease.start + 1024)
        expect(JSON.parse(`"${arena.node.toString('utf8', lease.start + 1024, to)}"`)).toBe(text.slice(0, length))
      }
    }
  }
  lease.release()
})
