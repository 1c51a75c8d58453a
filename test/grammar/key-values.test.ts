import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { int, text, word } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { keyValues } from '../../src/grammar/key-values.ts'
import { line } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { time } from '../../src/grammar/time.ts'
import { readOne } from './read-records.ts'

const plain = grammar({
  name: 'test.pairs',
  line: keyValues({
    members: {
      'log.level': key(['level', 'lvl'], 'keyword'),
      message: key('msg', 'text'),
      'process.pid': key('pid', 'long'),
      'event.duration': key('took', 'long', { unit: 'written' }),
      'app.ok': key('ok', 'boolean'),
      tags: key('tag', 'keyword'),
    },
    lines: { caller: line`${text('log.origin.file.name')}:${int('log.origin.file.line')}` },
    bare: true,
  }),
  samples: ['level=info msg="order paid"'],
})

test('declared keys become fields of their types, the others members with numbers and booleans as such', () => {
  expect(plain.problems).toEqual([])
  expect(
    readOne(
      plain,
      'lvl=info msg="order \\"7\\" paid\\n龙井" pid=7 took=1m30.5s ok=true caller=a/main.go:42 tag=x n=18446744073709551615 r=0.50 z=007 e=1e5 on=false s=two q="3" b.c=d vip',
    ),
  ).toEqual({
    'log.level': 'info',
    message: 'order "7" paid\n龙井',
    'process.pid': 7,
    'event.duration': 90_500_000_000,
    'app.ok': true,
    'log.origin.file.name': 'a/main.go',
    'log.origin.file.line': 42,
    tags: ['x'],
    json: {
      n: 18446744073709551615n,
      r: 0.5,
      z: '007',
      e: 100000,
      on: false,
      s: 'two',
      q: '3',
      'b.c': 'd',
      vip: true,
    },
  })
})

test('what does not fit its field stays as it is; empty values are none; of equal keys the last wins', () => {
  expect(readOne(plain, 'level=info pid=many took=5 msg= ok="" x=1 x=2 caller=nowhere')).toEqual({
    'log.level': 'info',
    json: { pid: 'many', took: 5, x: 2, caller: 'nowhere' },
  })
})

test('an escaped backslash before a quote is a backslash', () => {
  expect(readOne(plain, String.raw`msg="a\\'b\\" s="\\\\" q="it\'s \x41\u0042"`)).toEqual({
    message: `${String.raw`a\'b`}\\`,
    json: { s: '\\\\', q: "it's AB" },
  })
})

test('units of durations are those Go prints', () => {
  for (const [written, ns] of [
    ['0s', 0],
    ['250ms', 250_000_000],
    ['12.5µs', 12_500],
    ['12.5μs', 12_500],
    ['7us', 7000],
    ['3ns', 3],
    ['1h2m3.000000004s', 3_723_000_000_004],
    ['-1.5s', -1_500_000_000],
  ] as const)
    expect(readOne(plain, `took=${written}`)).toEqual({ 'event.duration': ns })
  for (const written of ['1', 's', '1x', '1s2', '99999999999h', '1.s'])
    expect(readOne(plain, `took=${written}`)).not.toHaveProperty(['event.duration'])
})

test('a quote that is not closed, a text that is no key and a text behind a quote are told with their place', () => {
  const failed = (text: string) => readOne(plain, text)
  expect(failed('level=info msg="no end')).toMatchObject({ code: 'unexpected_end', at: 22, expected: '"\\""' })
  expect(failed('level=info =x')).toMatchObject({ code: 'expected_literal', at: 11, expected: 'a key' })
  expect(failed('msg="a"b=c')).toMatchObject({ code: 'expected_literal', at: 7, expected: 'a blank' })
  const strict = grammar({ name: 'test.strict', line: keyValues({ members: {} }), samples: ['a=1'] })
  expect(readOne(strict, 'a=1 b')).toMatchObject({ code: 'unexpected_end', at: 5, expected: '"="' })
})

const python = grammar({
  name: 'test.python',
  line: line`${time('@timestamp', 'iso')} ${keyValues({ members: { 'user.name': key('user', 'keyword') }, text: 'message', quotes: ['"', "'"], brackets: true, prefix: 'x.' })}`,
  samples: ["2026-03-10T08:00:00Z order paid   user='a b' client={'ip': '::1', 'n': [1, 2]}"],
})

test('text before the pairs, values in brackets, other quotes and a prefix', () => {
  expect(python.problems).toEqual([])
  expect(
    readOne(
      python,
      "2026-03-10T08:00:00Z order = paid   user='a \\'b\\'' client={'ip': '}', 'n': [1, (2)]} when=dt(2026, 1) said=\"it's\"",
    ),
  ).toEqual({
    '@timestamp': '2026-03-10T08:00:00',
    message: 'order = paid',
    'user.name': "a 'b'",
    json: { 'x.client': "{'ip': '}', 'n': [1, (2)]}", 'x.when': 'dt(2026, 1)', 'x.said': "it's" },
  })
  expect(readOne(python, '2026-03-10T08:00:00Z a=[1 b=2 c=(3 d=4')).toEqual({
    '@timestamp': '2026-03-10T08:00:00',
    json: { 'x.a': '[1', 'x.b': 2, 'x.c': '(3', 'x.d': 4 },
  })
  expect(readOne(python, '2026-03-10T08:00:00Z nothing but text')).toMatchObject({ message: 'nothing but text' })
})

test('pairs may be divided by text', () => {
  const cef = grammar({
    name: 'test.divided',
    line: line`${word('user.name')} ${keyValues({ members: { message: key('what happened', 'text') }, separator: ': ', between: ';' })}`,
    samples: ['alice what happened: it rained; a: 1'],
  })
  expect(cef.problems).toEqual([])
  expect(readOne(cef, 'alice what happened: it rained ;  a: 1;b: "x; y"')).toEqual({
    'user.name': 'alice',
    message: 'it rained',
    json: { a: 1, b: 'x; y' },
  })
})

test('mistakes are told at load, all at once', () => {
  const { problems } = grammar({
    name: 'test.bad',
    line: line`${keyValues({ members: { message: key('a b', 'text'), 'app.x': key('m', 'keyword', { words: [] }) }, separator: ' ', between: ' ' })} end`,
    samples: ['x'],
  })
  expect(problems.map(({ text }) => text)).toEqual([
    "test.bad: The words of a key are none, or no keyword's",
    'test.bad: The separator of keys and values is blank, or a quote',
    'test.bad: What stands between two pairs is blank, or the separator',
    "test.bad: Key 'a b' of 'message' holds a blank or the separator",
    'test.bad: Nothing tells where key-value pairs ends: " end" follows at once',
  ])
})

property.prop(
  [
    fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.string({ unit: 'binary', maxLength: 12 })), {
      minLength: 1,
      maxLength: 8,
    }),
  ],
  { numRuns: 60 },
)('what a program quotes is read as it was', (entries) => {
  const any = grammar({ name: 'test.any', line: keyValues({ members: {} }), samples: ['a=1'] })
  const said = Object.fromEntries(entries.filter(([, value]) => value !== ''))
  fc.pre(Object.keys(said).length > 0 && !Object.keys(said).includes('__proto__'))
  const record = Object.entries(said)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
  const read = readOne(any, record) as { readonly json: Record<string, unknown> }
  expect({ ...read.json }).toEqual(
    Object.fromEntries(Object.entries(said).map(([name, value]) => [name, value.toWellFormed()])),
  )
})

// What takes time that grows with the square of a line's length would not end.
test.each([
  ['brackets that nothing closes', 'a=( '],
  ['brackets and quotes', "a=([{' "],
  ['keys alone', 'a '],
  ['separators', '= '],
  ['quotes', 'a="" '],
  ['one value', 'a'],
])('gets through much of %s', (_, part) => {
  const long = part.repeat(1 << 18)
  for (const record of [`2026-03-10T08:00:00Z ${long}`, `2026-03-10T08:00:00Z x=1 ${long}`])
    expect(readOne(python, record)).toBeDefined()
})
