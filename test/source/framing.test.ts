import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { byLine, type Framing } from '../../src/event/framing.ts'
import { isRotationOf } from '../../src/source/rotation.ts'
import { bothWays } from '../support/both-ways.ts'
import { indented } from '../support/records.ts'

const limit = 40

const framingOf = (joins: boolean): Framing =>
  joins ? checked(indented({ maxBytes: limit, flushAfter: 1e9 })) : byLine(limit)

const isNoBlank = (byte: number): boolean => byte !== 32 && byte !== 9

/** What the records of `bytes` are, said the slow way: whole lines in a list, then groups of them. */
const expectedOf = (bytes: Buffer, joins: boolean) => {
  const lines: { from: number; to: number; end: number }[] = []
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(10, from)
    const to = found === -1 ? bytes.length : found + 1
    let end = found === -1 ? to : found
    if (end > from && bytes[end - 1] === 13) end--
    lines.push({ from, to, end })
    from = to
  }
  const groups: (typeof lines)[] = []
  let open = false
  for (const line of lines) {
    if (open && (line.end === line.from || bytes[line.from] === 0x20)) {
      groups.at(-1)!.push(line)
      continue
    }
    // NUL bytes where a record may begin are a hole, and none of it.
    while (line.from < line.end && bytes[line.from] === 0) line.from++
    const isRecord = bytes.subarray(line.from, line.end).some(isNoBlank)
    if (isRecord) groups.push([line])
    open = joins && isRecord
  }
  return groups.map((group) => {
    const { from } = group[0]!
    const full = group.filter((line) => line.end > line.from)
    const long = full.at(-1)!.end - from > limit
    return { from, to: group.at(-1)!.to, truncated: long, multiline: full.length > 1 }
  })
}

/** Fails when a line is told beyond the limit, as it would be told differently as its bytes arrive. */
const checked = (framing: Framing): Framing => ({
  ...framing,
  begin: () => {
    const reader = framing.begin()
    return {
      starts(bytes, start, end) {
        if (end - start > limit) throw new Error(`told ${end - start} bytes of a line`)
        return reader.starts(bytes, start, end)
      },
    }
  },
})

const line = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12, unit: 'grapheme' }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.integer({ min: 30, max: 300 }).map((length) => Buffer.alloc(length, 'é')) },
  { weight: 2, arbitrary: fc.constant(Buffer.from('  more')) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\t ', '\0', '\0 a', '\0\0b').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.integer({ min: 30, max: 300 }).map((length) => Buffer.alloc(length, 0)) },
)
const file = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 20 })
  .map((lines) => Buffer.concat(lines.flatMap(([bytes, ending]) => [bytes, Buffer.from(ending)])))

test.prop([file, fc.array(fc.nat(2000), { maxLength: 3 }), fc.boolean()], { numRuns: 60 })(
  'records are the same however their bytes arrive',
  async (bytes, cuts, joins) => {
    const { whole, parts } = await bothWays(framingOf(joins), bytes, cuts)
    expect(parts).toEqual(whole)
    const expected = expectedOf(bytes, joins)
    const shapes = whole.map(({ from, to, flags }, i) => ({
      from,
      to,
      // U+FFFD is longer than what it stands for, and may bring a record over the limit.
      truncated: flags.includes('invalid_utf8') ? expected[i]?.truncated : flags.includes('truncated'),
      multiline: flags.includes('multiline'),
    }))
    expect(shapes).toEqual(expected)
  },
  30_000,
)

const isSeparator = (byte: number): boolean => [10, 13, 32, 9, 0].includes(byte)

test.prop([file], { numRuns: 60 })('records and separators together are every byte of the file', async (bytes) => {
  const { whole } = await bothWays(framingOf(false), bytes, [])
  let at = 0
  for (const { from, to } of whole) {
    expect(bytes.subarray(at, from).every(isSeparator)).toBe(true)
    at = to
  }
  expect(bytes.subarray(at).every(isSeparator)).toBe(true)
})

test('names that rotation gives are told from names of other files', () => {
  const of = (name: string) => isRotationOf(`/l/${name}`, '/l/app.log')
  for (const name of [
    'app.log.1',
    'app.log-20261123',
    'app.log.2026-11-23',
    'app-2026-11-23.log',
    'app.log.old',
    'app.2026-11-23-14.log',
  ])
    expect(of(name), name).toBe(true)
  for (const name of ['app.log', 'app-1.log', 'app-error.log', 'app.log.gz', 'app.logs', 'apps.log.1', 'app.log.1.tmp'])
    expect(of(name), name).toBe(false)
})
