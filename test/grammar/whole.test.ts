import { expect, test } from 'vitest'
import { int, rest, skip, text, word } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { either, line, optional, whole } from '../../src/grammar/line.ts'
import { time } from '../../src/grammar/time.ts'
import { printRecords, readOne } from './read-records.ts'

const logins = grammar({
  name: 'test.logins',
  line: line`${whole('app.time', line`${time('@timestamp', 'iso')}`)} ${whole('message', either(line`login ${word('user.name')} from ${text('source.domain')} port ${int('source.port')}${skip('rest')}`, line`${skip('rest')}`))}`,
  samples: ['2026-11-23 12:34:56 login bob from shop port 7 (again)', '2026-11-23 12:34:56 started'],
})

test('a piece is read further and kept as it is written', () => {
  expect(logins.problems).toEqual([])
  expect(readOne(logins, logins.samples[0]!)).toEqual({
    '@timestamp': '2026-11-23T12:34:56',
    'app.time': '2026-11-23 12:34:56',
    message: 'login bob from shop port 7 (again)',
    'user.name': 'bob',
    'source.domain': 'shop',
    'source.port': 7,
  })
  expect(readOne(logins, '2026-11-23 12:34:56 login bob from shop port x')).toEqual({
    '@timestamp': '2026-11-23T12:34:56',
    'app.time': '2026-11-23 12:34:56',
    message: 'login bob from shop port x',
  })
})

test('nothing is no value', () => {
  expect(readOne(logins, '2026-11-23 12:34:56 ')).toEqual({
    '@timestamp': '2026-11-23T12:34:56',
    'app.time': '2026-11-23 12:34:56',
  })
})

test('it prints as it was written, whatever was skipped inside', () => {
  expect(printRecords(logins, logins.samples)).toEqual(logins.samples)
})

test('what it set is taken back with the branch it stands in', () => {
  const tried = grammar({
    name: 'test.tried',
    line: line`${optional(line`${whole('app.head', line`[${word('app.x')}]`)}: `)}${rest('message')}`,
    samples: ['[a]: b', 'c'],
  })
  expect(readOne(tried, '[a] b')).toEqual({ message: '[a] b' })
})

test('a field is captured once', () => {
  const twice = grammar({
    name: 'test.twice',
    line: line`${whole('message', line`${text('message')}`)}`,
    samples: ['a'],
  })
  expect(twice.problems.map(({ text: said }) => said)).toEqual(["test.twice: 'message' is captured twice"])
})
