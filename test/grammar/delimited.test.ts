import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { delimited } from '../../src/grammar/delimited.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import { key } from '../../src/grammar/members.ts'
import { joinLines } from './join-lines.ts'
import { readOne } from './read-records.ts'

const orders = delimited({
  name: 'test.orders',
  columns: 'id,when,who,amount,note',
  members: {
    '@timestamp': key('when', 'date'),
    'user.name': key('who', 'keyword'),
    'app.amount': key('amount', 'double'),
  },
  absent: ['-', 'NULL'],
  samples: ['7,2026-03-10T08:00:00Z,alice,99.50,"two\nlines, ""quoted"""'],
})
const recordsOf = ({ framing }: Grammar, text: string): readonly string[] =>
  joinLines(
    framing,
    text.split('\n').map((one) => Buffer.from(one)),
  ).map((parts) => parts.map(String).join('\n'))

test('columns become fields of their types, the others members', () => {
  expect(orders.problems).toEqual([])
  expect(readOne(orders, '18446744073709551615,2026-03-10T08:00:00.5Z,"张, ""三""",99.50,"two\nlines"')).toEqual({
    '@timestamp': '2026-03-10T08:00:00.500',
    'user.name': '张, "三"',
    'app.amount': 99.5,
    json: { id: 18446744073709551615n, note: 'two\nlines' },
  })
  expect(readOne(orders, '"7",-,,free,NULL')).toEqual({ json: { id: '7', amount: 'free' } })
  expect(readOne(orders, '7,,a"b,1,"-"')).toEqual({ 'user.name': 'a"b', 'app.amount': 1, json: { id: 7, note: '-' } })
})

test('a row of another shape is told with its place', () => {
  expect(readOne(orders, '7,,x,1')).toMatchObject({ code: 'unexpected_end', at: 6, expected: 'column "note"' })
  expect(readOne(orders, '7,,x,1,y,z')).toMatchObject({
    code: 'trailing_text',
    at: 9,
    expected: 'the end of the row: it has 5 columns',
  })
  expect(readOne(orders, '7,,"x"y,1,z')).toMatchObject({ code: 'expected_literal', at: 6, expected: '","' })
  expect(readOne(orders, '7,,"x,1,z')).toMatchObject({ code: 'unexpected_end', at: 9 })
})

test('rows go over line ends in quotes; the header, also in quotes, and empty lines are none', () => {
  const text =
    'id,when,who,amount,note\n1,,a,1,"x\n\nid,when,who,amount,note\n"""y"\n\n"id","when","who","amount","note"\n2,,b,2,it\'s 5" long\n3,,c,3,z'
  expect(recordsOf(orders, text)).toEqual([
    '1,,a,1,"x\n\nid,when,who,amount,note\n"""y"',
    '2,,b,2,it\'s 5" long',
    '3,,c,3,z',
  ])
})

test('a quote that is not closed opens nothing, however much comes behind it', () => {
  const rest = Array.from({ length: 100 }, (_, i) => `${i},,b,2,z`)
  expect(recordsOf(orders, ['1,,a,1,"x', ...rest].join('\n'))).toEqual(['1,,a,1,"x', ...rest])
  expect(recordsOf(orders, ['1,,a,1,"x', ...rest.slice(0, 9)].join('\n'))).toEqual(['1,,a,1,"x', ...rest.slice(0, 9)])
})

const w3c = delimited({
  name: 'test.w3c',
  columns: '#Fields: date time c-ip cs-method sc-status',
  separator: ' ',
  quote: false,
  absent: ['-'],
  members: { 'source.ip': key('c-ip', 'ip'), 'http.response.status_code': key('sc-status', 'long') },
  undeclared: 'drop',
  samples: ['2026-03-10 08:00:00 203.0.113.7 GET 200'],
})

test('a header that is a comment names the columns; one that names others is a failure', () => {
  expect(w3c.problems).toEqual([])
  const text =
    '#Version: 1.0\n#Fields: date time c-ip cs-method sc-status\n2026-03-10 08:00:00 203.0.113.7 GET 200\n#Fields: date time c-ip\n2026-03-10 08:00:01 203.0.113.7 - -'
  const records = recordsOf(w3c, text)
  expect(records).toEqual([
    '2026-03-10 08:00:00 203.0.113.7 GET 200',
    '#Fields: date time c-ip',
    '2026-03-10 08:00:01 203.0.113.7 - -',
  ])
  expect(records.map((record) => readOne(w3c, record))).toMatchObject([
    { 'source.ip': '203.0.113.7', 'http.response.status_code': 200 },
    { code: 'unexpected_end', expected: 'column "sc-status"' },
    { 'source.ip': '203.0.113.7' },
  ])
})

test('mistakes are told at load, all at once', () => {
  const { problems } = delimited({
    name: 'test.bad',
    columns: ['a', 'b', 'a', ''],
    separator: '"',
    quote: '""',
    atLeast: 9,
    members: { 'user.name': key('c', 'keyword') },
    samples: ['x'],
  })
  expect(problems.map(({ text }) => text)).toEqual([
    'test.bad: The columns are none, or one has no name',
    "test.bad: Two columns are called 'a'",
    "test.bad: There is no column 'c'",
    'test.bad: The quote is no single ASCII character',
    'test.bad: A row cannot have so many columns at least',
  ])
})

const value = fc.string({ unit: fc.constantFrom('a', '1', '"', ',', '\n', ' ', '茶'), maxLength: 8 })
property.prop([fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 6 })], { numRuns: 60 })(
  'rows that a program quotes are read as they were',
  (table) => {
    const any = delimited({ name: 'test.any', columns: ['a', 'b', 'c'], members: {}, samples: ['1,2,3'] })
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    const text = table.map((row) => row.map(quoted).join(',')).join('\n')
    const read = recordsOf(any, text).map((record) => readOne(any, record) as { readonly json?: object })
    expect(read.map(({ json = {} }) => ({ ...json }))).toEqual(
      table.map(([a, b, c]) => Object.fromEntries(Object.entries({ a, b, c }).filter(([, text]) => text !== ''))),
    )
  },
)

// What takes time that grows with the square of a record's length would not end.
test.each([
  ['quotes', '"'],
  ['separators', ','],
  ['quoted values', '"a",'],
  ['text', 'a'],
])('gets through much of %s', (_, part) => {
  const long = part.repeat(1 << 18)
  expect(readOne(orders, long)).toBeDefined()
  expect(readOne(orders, `7,,"${long}`)).toBeDefined()
})
