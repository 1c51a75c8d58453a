import { expect, test } from 'vitest'
import { bool, duration, int, rest, text } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { headerLines } from '../../src/grammar/header-lines.ts'
import { line, optional } from '../../src/grammar/line.ts'
import { again, unlessSet } from '../../src/grammar/modify.ts'
import { record } from '../../src/grammar/record.ts'
import { readOne } from './read-records.ts'

const slow = grammar({
  name: 'test.slow',
  line: record(
    headerLines({
      mark: '#',
      until: ['# administrator'],
      pairs: {
        Query_time: duration('event.duration', 's'),
        Schema: text('mysql.slowlog.schema'),
        Rows: int('mysql.slowlog.rows_sent'),
        Rows_sent: again(int('mysql.slowlog.rows_sent')),
        Full: bool('mysql.slowlog.full_scan', { true: 'Yes', false: 'No' }),
      },
      needed: ['Query_time'],
      texts: {
        'explain: ': { field: 'mysql.slowlog.explain' },
        'Note ': { field: 'mysql.slowlog.warnings', whole: true },
      },
      others: 'mysql.slowlog.other',
    }),
    optional(line`use ${unlessSet(text('mysql.slowlog.schema'))};`),
    line`${rest('mysql.slowlog.query')}`,
  ),
  samples: ['# Query_time: 1\nuse a;\nx'],
})

test('pairs are read in any order, over any lines', () => {
  expect(slow.problems).toEqual([])
  expect(readOne(slow, '# Rows: 3  Full: Yes\n#   Schema: two words  Query_time: 0.5\nselect 1;')).toEqual({
    'event.duration': 500_000_000,
    'mysql.slowlog.schema': 'two words',
    'mysql.slowlog.rows_sent': 3,
    'mysql.slowlog.full_scan': true,
    'mysql.slowlog.query': 'select 1;',
  })
})

test('what is not listed, or does not fit, is kept under its name in lower case', () => {
  expect(
    readOne(
      slow,
      '# Query_time: 1 Rows: 18446744073709551615 Full: perhaps Odd_Name: a "b"\n# Zero: 007  Half: 0.5\nx',
    ),
  ).toEqual({
    'event.duration': 1_000_000_000,
    'mysql.slowlog.query': 'x',
    'mysql.slowlog.other': { rows: 18446744073709551615n, full: 'perhaps', odd_name: 'a "b"', zero: '007', half: 0.5 },
  })
})

test('texts are collected a line each, and lines that hold nothing known do no harm', () => {
  expect(
    readOne(slow, '#\n# explain: id\ttype\n# Note 1: a\n# explain: 1\tALL\n# Anything else\n# Query_time: 1\nx'),
  ).toEqual({
    'event.duration': 1_000_000_000,
    'mysql.slowlog.explain': 'id\ttype\n1\tALL',
    'mysql.slowlog.warnings': 'Note 1: a',
    'mysql.slowlog.query': 'x',
  })
})

test('empty values are none, later names replace earlier ones, and a body may begin with the mark', () => {
  expect(
    readOne(slow, '# Schema:   Query_time: 1\r\n# Rows: 1  Rows_sent: 2\r\n# administrator command: Quit;'),
  ).toEqual({
    'event.duration': 1_000_000_000,
    'mysql.slowlog.rows_sent': 2,
    'mysql.slowlog.query': '# administrator command: Quit;',
  })
})

test('a capture that counts unless the field is set', () => {
  expect(readOne(slow, '# Query_time: 1\nuse b;\nx')).toMatchObject({ 'mysql.slowlog.schema': 'b' })
  expect(readOne(slow, '# Query_time: 1  Schema: a\nuse b;\nx')).toMatchObject({ 'mysql.slowlog.schema': 'a' })
})

test('without what is needed a record is a failure that says so', () => {
  expect(readOne(slow, '# Rows: 1\nx')).toMatchObject({ code: 'expected_literal', expected: '"Query_time: "' })
  expect(readOne(slow, '# Query_time: soon\nx')).toMatchObject({ code: 'bad_value', field: 'event.duration', at: 14 })
  expect(readOne(slow, 'x')).toMatchObject({ expected: '"#"', at: 0 })
})

test('records do not leak into each other', () => {
  readOne(slow, '# explain: a\n# Odd: 1\n# Query_time: bad\nx')
  expect(readOne(slow, '# Query_time: 1\nx')).toEqual({ 'event.duration': 1_000_000_000, 'mysql.slowlog.query': 'x' })
})
