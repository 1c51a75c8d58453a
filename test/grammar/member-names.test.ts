import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { release } from '../../src/event/batch.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { keyValues } from '../../src/grammar/key-values.ts'
import { key } from '../../src/grammar/members.ts'
import { blockOf } from '../../src/grammar/text-block.ts'

type Members = readonly (readonly [name: string, value: number])[]

/** What no field took of each record: every name as often and in the order it is kept. */
const undeclared = (of: Grammar, records: readonly string[]): readonly Members[] => {
  const batch = of.read(blockOf(records), { dataset: of.name, timezone: 'UTC', now: 0 })
  const { node } = batch.block.arena
  const column = batch.columns.get('json')
  expect([...batch.failures.values()]).toEqual([])
  const members = records.map((_, row) => {
    if (column?.kind !== 'members') return []
    const { first, key: name, value } = column
    return Array.from({ length: first[row + 1]! - first[row]! }, (_, i) => {
      const at = first[row]! + i
      return [
        node.toString('utf8', name.start[at], name.end[at]),
        Number(node.toString('utf8', value.start[at], value.end[at])),
      ] as const
    })
  })
  release(batch)
  return members
}
/** The last of equal names counts, where the first stood. */
const expected = (members: Members): Members => [
  ...new Map(members.filter(([name]) => name !== 'pid' && name !== 'req.method')),
]

const app = json({
  name: 'test.app',
  members: { 'process.pid': key('pid', 'long'), 'http.request.method': key('req.method', 'keyword') },
  samples: ['{}'],
})
const escaped = (name: string): string =>
  `"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`

/** A member as it may be written, and what that says. */
type Written = readonly [text: string, members: Members]
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'pid', 'level', 'levels', 'req', 'reqs', 'a.b', 'req.id', 'é', '', 'n'.repeat(200), 'n'.repeat(300), 'n'.repeat(1100)), // biome-ignore format: a list
  fc.nat(40).map((n) => `name_${n}`),
)
const value = fc.nat(1e6)
const plain = fc.tuple(name, value).map(([of, n]): Written => [`${JSON.stringify(of)}:${n}`, [[of, n]]])
const spaced = fc.tuple(name, value).map(([of, n]): Written => [` ${JSON.stringify(of)} : ${n} `, [[of, n]]])
const inEscapes = fc.tuple(name, value).map(([of, n]): Written => [`${escaped(of)}:${n}`, [[of, n]]])
const nested = fc
  .array(fc.tuple(name, value), { maxLength: 4 })
  .map(
    (inner): Written => [
      `"req":{${inner.map(([of, n]) => `${JSON.stringify(of)}:${n}`).join(',')}}`,
      inner.map(([of, n]) => [`req.${of}`, n] as const),
    ],
  )
const record = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 1, arbitrary: spaced },
    { weight: 1, arbitrary: inEscapes },
    { weight: 1, arbitrary: nested },
  ),
  { maxLength: 8 },
)

describe('names of members', () => {
  test.prop([fc.array(record, { minLength: 1, maxLength: 12 })])(
    'are what they are, however often, in whatever order and way they were written before',
    (records) => {
      const texts = records.map((members) => `{${members.map(([text]) => text).join(',')}}`)
      expect(undeclared(app, texts)).toEqual(records.map((members) => expected(members.flatMap(([, of]) => of))))
    },
  )

  test('are read beyond those that are learned', () => {
    const many = Array.from(
      { length: 6000 },
      (_, i): Members => [
        ['first', i],
        [`name_${i}`, i],
        [`name_${(i * 7) % 6000}`, -i],
        [`name_${i}`, i + 1],
        ['last', i],
      ],
    )
    const write = (members: Members): string => `{${members.map(([of, n]) => `"${of}":${n}`).join(',')}}`
    for (let pass = 0; pass < 2; pass++) expect(undeclared(app, many.map(write))).toEqual(many.map(expected))
    expect(undeclared(app, [write(many.flat())])).toEqual([expected(many.flat())])
  })

  const pairs = grammar({
    name: 'test.pairs',
    line: keyValues({ members: { 'process.pid': key('pid', 'long') }, separator: ':', between: ',', prefix: 'app.' }),
    samples: ['a:1'],
  })
  const pair = fc.tuple(
    fc.constantFrom('a', 'b', 'ab', 'pid', 'a b', 'n'.repeat(300), 'n'.repeat(1100), 'x1', 'x2', 'x3'),
    value,
    fc.constantFrom(':', ' :', ': '),
  )
  test.prop([fc.array(fc.array(pair, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 12 })])(
    'are so among pairs',
    (records) => {
      const texts = records.map((all) => all.map(([of, n, between]) => `${of}${between}${n}`).join(', '))
      expect(undeclared(pairs, texts)).toEqual(
        records.map((all) => expected(all.map(([of, n]) => [of === 'pid' ? of : `app.${of}`, n]))),
      )
    },
  )
})
