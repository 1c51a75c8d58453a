import { isUtf8 } from 'node:buffer'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { journald } from '../../parsers/journald.ts'
import { exportEntries } from '../../src/grammar/export-entries.ts'
import { recognise } from '../../src/grammar/recognise.ts'
import { loadFormats } from '../../src/service/formats.ts'
import { readLog } from '../parsers/read-log.ts'
import { bothWays } from '../support/both-ways.ts'
import { scratchDir } from '../support/scratch-dir.ts'

type Fields = readonly (readonly [name: string, value: Buffer])[]

const lengthOf = (length: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(length))
  return bytes
}
const withLength = (name: string, value: Buffer, length: bigint | number = value.length): Buffer =>
  Buffer.concat([Buffer.from(`${name}\n`), lengthOf(length), value, Buffer.from('\n')])

/** As systemd writes it: with its length what is no printable text; `always`: the others too. */
const entry = (fields: Fields, always = false): Buffer =>
  Buffer.concat([
    ...fields.map(([name, value]) =>
      always || value.some((byte) => byte < 32)
        ? withLength(name, value)
        : Buffer.concat([Buffer.from(`${name}=`), value, Buffer.from('\n')]),
    ),
    Buffer.from('\n'),
  ])
const text = (name: string, value: string): readonly [string, Buffer] => [name, Buffer.from(value)]
const usual = (message: string): Buffer =>
  entry([text('__CURSOR', 's=1'), text('__REALTIME_TIMESTAMP', '1795831834659569'), text('MESSAGE', message)])

const messagesOf = async (bytes: Buffer) => {
  using scratch = scratchDir('export')
  const path = join(scratch.path, 'journal')
  writeFileSync(path, bytes)
  const { documents, failures } = await readLog(journald, path)
  return { messages: documents.map((one) => (JSON.parse(one) as { message?: string }).message), failures }
}

const forged = '\n\n__CURSOR=s=2;i=1\n__REALTIME_TIMESTAMP=1\nMESSAGE=evil\n\n'
const separators = [...Buffer.from('\n\r\0 \t')]
const value = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 20, unit: 'grapheme' }).map((given) => Buffer.from(given)) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom('\n', '\r', '\r\n', '\0', '{"', 'A=b', 'MESSAGE\n', forged, 'é', ' '), { maxLength: 8 })
      .map((parts) => Buffer.from(parts.join(''))),
  },
  // Their lengths hold what looks like a line end, or begin with NUL.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(10, 13, 256, 269, 2570, 2573, 3338, 768), fc.constantFrom('a', '\n', '\r', '\0', 'é'))
      .map(([length, of]) => Buffer.alloc(length, of)),
  },
)
const entries = fc.array(
  fc.tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom('MESSAGE', '_PID', 'A1', '_', 'ODD'), value), {
      selector: ([name]) => name,
      maxLength: 4,
    }),
    fc.boolean(),
  ),
  { minLength: 1, maxLength: 5 },
)
const bytesOf = (given: readonly (readonly [Fields, boolean])[]): Buffer =>
  Buffer.concat(given.map(([fields, always]) => entry([text('__CURSOR', 's=1'), ...fields], always)))

describe('entries of the export format', () => {
  test('of one journal are the same documents as its JSON', async () => {
    const documentsOf = async (name: string): Promise<readonly object[]> => {
      const path = join(import.meta.dirname, '../../fixtures/journald', name)
      return (await readLog(journald, path)).documents.map((one) => {
        const { log, ...others } = JSON.parse(one) as { readonly log: Readonly<Record<string, unknown>> }
        return { ...others, log: { ...log, offset: undefined, length: undefined } }
      })
    }
    const documents = await documentsOf('export.log')
    expect(documents).toHaveLength(10)
    expect(documents).toEqual(await documentsOf('journalctl.log'))
  })

  const fields = fc.array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('A', 'B', 'MESSAGE'),
        fc.nat(200).map((n) => `FIELD_${n}`),
      ),
      value,
    ),
    { maxLength: 120 },
  )
  test.prop([fields])('are objects of texts, of a list of them where a name is there more than once', (given) => {
    const expected = new Map<string, string[]>()
    for (const [name, of] of given) expected.set(name, [...(expected.get(name) ?? []), of.toString('utf8')])
    const { text: made, valid } = exportEntries().translate!(entry(given).subarray(0, -2), false)!
    expect(Buffer.from(made).toString()).toBe(
      `{${[...expected].map(([name, texts]) => `"${name}":${JSON.stringify(texts.length === 1 ? texts[0] : texts)}`).join(',')}}`,
    )
    expect(valid).toBe(given.every(([, of]) => isUtf8(of)))
  })

  test('tell their format', async () => {
    const { grammars } = await loadFormats()
    const head = readFileSync(join(import.meta.dirname, '../../fixtures/journald/export.log'))
    expect(recognise(head, grammars)).toMatchObject({ kind: 'one', grammar: { name: 'journald' } })
    expect(recognise(Buffer.from('PATH=/bin\nHOME=/root\n\nA=1\n'), grammars)).not.toMatchObject({
      kind: 'one',
      grammar: { name: 'journald' },
    })
  })

  test.prop([entries, fc.array(fc.nat(4000), { maxLength: 3 })], { numRuns: 25 })(
    'are read whole, whatever their values hold and however the bytes arrive',
    async (given, cuts) => {
      const framing = { ...exportEntries(), flushAfter: 1e9 }
      const { whole, parts } = await bothWays(framing, bytesOf(given), cuts)
      expect(parts).toEqual(whole)
      expect(whole.map((record) => JSON.parse(record.text) as unknown)).toEqual(
        given.map(([fields]) =>
          Object.fromEntries([
            ['__CURSOR', 's=1'],
            ...fields.map(([name, of]) => [name, of.toString('utf8')] as const),
          ]),
        ),
      )
    },
    60_000,
  )

  test.prop([entries, fc.array(fc.nat(4000), { maxLength: 3 })], { numRuns: 25 })(
    'that are longer than records may be are cut, and the next begin where they did',
    async (given, cuts) => {
      const framing = { ...exportEntries(), maxBytes: 40, flushAfter: 1e9 }
      const { whole, parts } = await bothWays(framing, bytesOf(given), cuts)
      expect(parts).toEqual(whole)
      let at = 0
      const places = given.map(([fields, always]) => {
        const from = at
        at += entry([text('__CURSOR', 's=1'), ...fields], always).length
        return { from, to: at - 1 }
      })
      expect(whole.map(({ from, to }) => ({ from, to }))).toEqual(places)
      for (const { from, to, flags } of whole) expect(flags.includes('truncated')).toBe(to - from - 1 > 40)
    },
    60_000,
  )

  test.prop(
    [
      entries,
      fc.array(fc.tuple(fc.nat(4000), fc.nat(12), fc.uint8Array({ maxLength: 9 })), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(4000), { maxLength: 3 }),
      fc.constantFrom(40, 1 << 20),
    ],
    { numRuns: 30 },
  )(
    'that are damaged are the same records however the bytes arrive, and cover all bytes but separators',
    async (given, damage, cuts, maxBytes) => {
      const sound = bytesOf(given)
      const bytes = damage.reduce(
        (all, [at, length, put]) =>
          Buffer.concat([all.subarray(0, at % all.length), put, all.subarray((at % all.length) + length)]),
        Buffer.concat([sound, usual('last')]),
      )
      const framing = { ...exportEntries(), maxBytes, flushAfter: 1e9 }
      const { whole, parts } = await bothWays(framing, bytes, cuts)
      expect(parts).toEqual(whole)
      let at = 0
      for (const { from, to } of whole) {
        expect(from).toBeGreaterThanOrEqual(at)
        expect(to).toBeGreaterThan(from)
        expect(bytes.subarray(at, from).every((byte) => separators.includes(byte))).toBe(true)
        at = to
      }
    },
    60_000,
  )

  test.each([
    ['2^60 bytes', 1n << 60n],
    ['all bits', (1n << 64n) - 1n],
    ['769 MiB', 769n << 20n],
    ['more than there are', 5000n],
    ['into the next entry', 60n],
  ])('whose value claims %s fail, and the next is read', async (_, length) => {
    const lying = Buffer.concat([
      Buffer.from('__CURSOR=s=0\n'),
      withLength('MESSAGE', Buffer.from('short\nand more'), length),
      Buffer.from('\n'),
    ])
    const { messages, failures } = await messagesOf(Buffer.concat([usual('one'), lying, usual('two'), usual('three')]))
    expect(messages).toEqual(['one', 'two', 'three'])
    expect(failures).toHaveLength(1)
  })

  test('with a value of megabytes, lines or none, are cut; what comes behind is read', async () => {
    const large = (of: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from('__CURSOR=s=0\n__REALTIME_TIMESTAMP=1795831834659569\n'),
        withLength('MESSAGE', of),
        Buffer.from('_PID=7\n\n'),
      ])
    const { messages, failures } = await messagesOf(
      Buffer.concat([
        large(Buffer.alloc(3 << 20, 'a')),
        usual('one'),
        large(Buffer.alloc(3 << 20, `line\n${forged}`)),
        usual('two'),
        large(Buffer.alloc(20 << 20)),
        usual('three'),
      ]),
    )
    expect(failures).toEqual([])
    expect(messages.map((message) => message?.slice(0, 5))).toEqual([
      'aaaaa',
      'one',
      'line\n',
      'two',
      '\0\0\0\0\0',
      'three',
    ])
  })

  test('as JSON wait for no further line', async () => {
    const json = Buffer.from('{"__CURSOR":"s=1"}\n  \n{"__CURSOR":"s=2"}\n')
    const { parts } = await bothWays({ ...exportEntries(), flushAfter: 1e9 }, json, [19, json.length])
    expect(parts.map(({ text: of, flags }) => [of, flags])).toEqual([
      ['{"__CURSOR":"s=1"}', []],
      ['{"__CURSOR":"s=2"}', []],
    ])
    const reader = exportEntries().begin()
    const tell = (line: string) => reader.starts(Buffer.from(line), 0, Buffer.byteLength(line))
    expect([tell('{"a":1}'), reader.isWhole?.()]).toEqual([true, true])
    expect([tell('__CURSOR=s=1'), reader.isWhole?.()]).toEqual([true, false])
  })

  test('and JSON objects stand in one file', async () => {
    const json = '{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1795831834659569","MESSAGE":"json"}\n'
    const { messages } = await messagesOf(Buffer.concat([usual('one'), Buffer.from(json + json), usual('two')]))
    expect(messages).toEqual(['one', 'json', 'json', 'two'])
  })
})
