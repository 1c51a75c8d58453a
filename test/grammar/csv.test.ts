import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { int, text } from '../../src/grammar/capture.ts'
import { starts } from '../../src/grammar/framing.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { line, optional } from '../../src/grammar/line.ts'
import { csv, or } from '../../src/grammar/modify.ts'
import { joinLines } from './join-lines.ts'
import { readOne } from './read-records.ts'

const table = grammar({
  name: 'test.table',
  line: line`${csv(int('app.id'))},${csv(or('', text('message')))},${csv(or('', text('app.last')))}`,
  samples: ['1,"a ""b""",c', '2,,'],
})

test.each([
  ['7,plain,last', { 'app.id': 7, message: 'plain', 'app.last': 'last' }],
  ['"7","a,b","c"', { 'app.id': 7, message: 'a,b', 'app.last': 'c' }],
  ['7,"a\nb, ""c""",', { 'app.id': 7, message: 'a\nb, "c"' }],
  ['7,"",""', { 'app.id': 7 }],
  ['7,"""","a"""', { 'app.id': 7, message: '"', 'app.last': 'a"' }],
  ['7,a"b,c', { 'app.id': 7, message: 'a"b', 'app.last': 'c' }],
  ['7,a,"cut', { 'app.id': 7, message: 'a', 'app.last': 'cut' }],
])('%j is read', (record, expected) => {
  expect(readOne(table, record)).toEqual(expected)
})

test.each([
  ['7,"a"b,c', 'expected_literal', 5],
  ['7,"a', 'unexpected_end', 4],
  ['x,a,b', 'bad_value', 0],
  ['7,"a","b"c', 'expected_literal', 9],
])('%j is refused where it ends to be one', (record, code, at) => {
  expect(readOne(table, record)).toMatchObject({ code, at })
})

const field = fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a', ' ', 'ä', '\\'), minLength: 1, maxLength: 8 })
property.prop([fc.nat(), field, field])('what is quoted is read back', (id, first, last) => {
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`
  expect(readOne(table, `${id},${quoted(first)},${quoted(last)}`)).toEqual({
    'app.id': id,
    message: first,
    'app.last': last,
  })
})

test('a line inside of a value is no record, however it is made to look', () => {
  const inQuotes = line`,"${optional(line`""`)}${text('message')}${optional(line`"`)}`
  const framing = starts([line`${csv(int('app.id'))}${inQuotes}`])
  const doubled = (value: string): string => value.replaceAll('"', '""')
  const own = ['7,"""quoted"" and', 'more",x', '8,"whole",y']
  const forged = ['9,"forged",z', '9,"",z', '9,"""",z', '9,plain,z'].map(doubled)
  const lines = [own[0]!, ...forged, own[1]!, own[2]!].map((one) => Buffer.from(one))
  expect(framing.problems).toEqual([])
  expect(joinLines(framing, lines)).toHaveLength(2)
})
