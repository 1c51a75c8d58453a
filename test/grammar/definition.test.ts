import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { printDiagnostic } from '../../src/event/diagnostic.ts'
import { int, ip, oneOfWords, rest, text, word } from '../../src/grammar/capture.ts'
import { copy, rangesOf } from '../../src/grammar/derive.ts'
import { starts } from '../../src/grammar/framing.ts'
import { type Grammar, grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { either, line, optional } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { again, last, list, or } from '../../src/grammar/modify.ts'
import { oneOf } from '../../src/grammar/one-of.ts'
import { pairs } from '../../src/grammar/pairs.ts'
import type { Part } from '../../src/grammar/part.ts'
import { record } from '../../src/grammar/record.ts'
import { regex } from '../../src/grammar/regex.ts'
import { time } from '../../src/grammar/time.ts'
import { combined, sample } from './combined.ts'

const untyped = <T>(value: unknown): T => value as T
const said = ({ problems }: Pick<Grammar, 'problems'>): readonly string[] =>
  problems.map(({ text, mend }) => `${text}. ${mend}.`)
const of = (part: unknown): readonly string[] =>
  said(grammar({ name: 'test', line: untyped<Part>(part), samples: ['-'] }))

test('what has to stand behind a value is short', () => {
  expect(of(line`${last(text('message'), { before: line` ${text('app.a')}/` })} ${text('app.a')}/`)).toEqual([
    'test: What has to stand behind the value holds text of any length. Take words, numbers and times there: their ends are near.',
  ])
})

test('mistakes are collected, with place and remedy, and nothing is thrown', () => {
  const wrong = grammar({
    name: 'Test',
    line: untyped<Part>(
      line`${word(untyped<'app.x'>('http.response.status_code'))} ${int(untyped<'app.y'>('nonsense'))}${text('message')}`,
    ),
    samples: [],
  })
  expect(said(wrong)).toEqual([
    "Test: 'Test' is no name of a grammar. Write product.log: lower-case words, digits and underscores, parted by dots.",
    'Test: The grammar has no samples. Give records as the program writes them: samples: [...].',
    "Test: 'http.response.status_code' is a long, but is captured as a keyword. Take a capture that reads a long.",
    "Test: 'nonsense' is no field. Take a field of the table (tailrace fields), or a lower-case name under one of app., labels., nginx., mysql., ….",
    "Test: Nothing tells where 'nonsense' ends: 'message' follows at once. Put a literal between them, or capture with int, ip, oneOfWords or quoted and a literal behind.",
  ])
  for (const problem of wrong.problems) {
    expect(basename(problem.file!)).toBe('definition.test.ts')
    expect(printDiagnostic(problem)).toMatch(/definition\.test\.ts:\d+:\d+: Test: /)
  }
})

test.each<[string, unknown, string]>([
  ['captured twice', line`${word('user.name')} ${word('user.name')}`, "'user.name' is captured twice"],
  [
    'captured twice, in an optional piece',
    line`${word('user.name')}${optional(line` ${word('user.name')}`)}`,
    "'user.name' is captured twice",
  ],
  ['again, but not before', line`${again(word('user.name'))}.`, "'user.name' is captured again, but not before"],
  [
    'a capture before a branch that begins with one',
    line`${text('message')}${either(line`${int('process.pid')}`, line`x`)}`,
    "Nothing tells where 'message' ends: 'process.pid' follows",
  ],
  ['text behind pairs', line`${pairs({ A: int('app.a') })} x`, 'Nothing tells where pairs ends: " x" follows'],
  [
    'a line end in a line',
    line`a
b`,
    'A line holds a line end',
  ],
  ['only optional lines', record(optional(line`a`), optional(line`b`)), 'Every line of the record is optional'],
  ['a field that is a list', line`${word('tags')} x`, "'tags' is a list of keyword, but is captured as one value"],
  [
    'a field that is none',
    line`${list(', ', word('user.name'))}`,
    "'user.name' is one keyword, but is captured as a list",
  ],
  ['a list without separator', line`${list('', word('tags'))}`, 'A list has an empty separator'],
  ['a list of everything', line`${list(', ', rest('tags'))}`, 'A list cannot hold text'],
  ['no words', line`${oneOfWords('log.level', [])}`, "'log.level' has no words, or an empty one"],
  [
    'half a time',
    line`${time('@timestamp', 'dd/MMM/yyyy HH:mm')}`,
    "Time layout 'dd/MMM/yyyy HH:mm' lacks seconds (ss)",
  ],
  [
    'a part of a time twice',
    line`${time('@timestamp', 'yyyy yyyy-MM-dd HH:mm:ss')}`,
    "Time layout 'yyyy yyyy-MM-dd HH:mm:ss' names a part twice",
  ],
  ['a broken expression', line`${regex('(', {})}`, 'The expression cannot be read'],
  ['a group that is not there', line`${regex('(?<a>.)', { b: word('user.name') })}`, 'The expression has no group b'],
  [
    'one field of two types',
    either(line`a ${word('app.x')}`, line`b ${int('app.x')}`),
    "'app.x' is a keyword in one place and a long in another",
  ],
])('%s', (_, part, expected) => {
  expect(of(part).join('\n')).toContain(expected)
})

test('what is derived has to fit', () => {
  const wrong = grammar({
    name: 'test',
    line: line`${word('user.name')} ${int('process.pid')}`,
    samples: ['a 1'],
    derive: {
      'event.outcome': rangesOf('user.name', [[1, 'x']]),
      'app.y': copy('app.z'),
      nonsense: copy('process.pid'),
    },
  })
  expect(said(wrong)).toEqual([
    "test: 'user.name' is a keyword, not a number. Take wordsOf() for text.",
    "test: 'app.y' is derived from 'app.z', which the layout does not capture. Capture it, or derive from another field.",
    expect.stringContaining("test: 'nonsense' is no field"),
  ])
})

test('members of JSON are checked alike', () => {
  const wrong = json({
    name: 'test',
    members: untyped<never>({
      'log.level': key('level', 'long'),
      'user.name': key('level', 'keyword'),
      'app.t': key('t', 'date', { layouts: ['nope'] }),
    }),
    samples: ['{}'],
  })
  expect(said(wrong)).toEqual([
    "test: 'log.level' is a keyword, but is captured as a long. Take a capture that reads a keyword.",
    expect.stringContaining("test: Time layout 'nope' lacks"),
    "test: Member 'level' is read twice, by 'log.level' and 'user.name'. Read it once; derive: copy() makes a second field.",
  ])
})

test('a grammar with mistakes reads nothing', () => {
  const wrong = grammar({ name: 'test', line: line`${word('user.name')}`, samples: [] })
  expect(() => wrong.explain('x')).toThrow(/the grammar test has mistakes/)
})

test('alternatives with different framing need to be told theirs', () => {
  const joined = grammar({
    name: 'joined',
    line: line`a ${rest('message')}`,
    samples: ['a b'],
    framing: starts([line`a `]),
  })
  const single = grammar({ name: 'single', line: line`b ${ip('source.ip')}`, samples: ['b ::1'] })
  expect(said(oneOf('both', joined, single))).toEqual([
    'both: Its grammars frame lines differently. Give framing here.',
  ])
  expect(said(oneOf({ name: 'both', framing: joined.framing }, joined, single))).toEqual([])
  expect(
    oneOf(
      'both',
      joined,
      grammar({ name: 'other', line: line`c ${rest('message')}`, samples: ['c'], framing: joined.framing }),
    ).framing,
  ).toBe(joined.framing)
})

test('a grammar knows its fields, its samples and its form', () => {
  expect(combined.problems).toEqual([])
  expect(combined.schema.get('http.response.status_code')).toEqual({ type: 'long', about: 'Status code.' })
  expect(combined.schema.get('nginx.access.remote_ip_list')).toMatchObject({ type: 'keyword', list: true })
  expect(combined.samples[0]).toBe(sample)
  expect(JSON.parse(JSON.stringify(combined.form))).toEqual(combined.form)
  expect(Object.isFrozen(combined)).toBe(true)
  expect(of(line`${or('-', word('user.name'))} x`)).toEqual([])
})
