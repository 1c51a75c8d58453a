import { expect, test } from 'vitest'
import type { Framing } from '../../src/event/framing.ts'
import { duration, text, word } from '../../src/grammar/capture.ts'
import { continuedBy, continues, type FramingOf, indented, paragraphs, starts } from '../../src/grammar/framing.ts'
import { keyValues } from '../../src/grammar/key-values.ts'
import { line } from '../../src/grammar/line.ts'
import { quoted } from '../../src/grammar/modify.ts'
import { time } from '../../src/grammar/time.ts'
import { joinLines } from './join-lines.ts'

const records = (framing: Framing, lines: readonly string[]): readonly string[] =>
  joinLines(
    framing,
    lines.map((text) => Buffer.from(text)),
  ).map((one) => one.map((text) => Buffer.from(text).toString()).join('|'))

const python = starts([line`${time('@timestamp', 'iso')} `])

test('a traceback belongs to the line before it', () => {
  expect(
    records(python, [
      '2026-11-23 12:00:00,1 ERROR x',
      'Traceback (most recent call last):',
      '  File "a.py"',
      'ValueError: 5',
      '2026-11-23 12:00:01,1 INFO y',
    ]),
  ).toEqual([
    '2026-11-23 12:00:00,1 ERROR x|Traceback (most recent call last):|  File "a.py"|ValueError: 5',
    '2026-11-23 12:00:01,1 INFO y',
  ])
})

test('lines before any start are records of their own', () => {
  expect(records(python, ['stray', 'lines', '2026-11-23 12:00:00 x', 'more'])).toEqual([
    'stray',
    'lines',
    '2026-11-23 12:00:00 x|more',
  ])
})

test('indented lines belong to the line before them', () => {
  expect(records(indented(), [' first', 'a', '\tb', '  c', 'd'])).toEqual([' first', 'a|\tb|  c', 'd'])
})

// A slow log: data, as a format would give it.
const slow = starts([line`# Time: `, line`# User@Host: ${word('user.name')}[`], {
  between: [line`${text('process.name')}, Version: `, line`Tcp port: `, line`Time Id`],
  body: {
    header: ['#', 'use '],
    last: ['SET timestamp='],
    quotes: [{ mark: "'", escape: '\\' }, { mark: '"', escape: '\\' }, { mark: '`' }],
    comments: [
      ['/*', '*/'],
      ['-- ', '\n'],
      ['#', '\n'],
    ],
    end: ';',
    sure: '# Query_time: ',
  },
})
const head = ['# Time: 1', '# User@Host: a[a]', '# Query_time: 1']

test.each([
  ['two headers are one', [...head, 'select 1;', ...head, 'select 2;'], 2],
  ['a record without # Time', [...head, 'select 1;', '# User@Host: b[b]', '# Query_time: 1', 'select 2;'], 2],
  ['headers without statements', ['# Time: 1', '# Time: 2', '# User@Host: a[a]', '# User@Host: b[b]', 'select 1;'], 3],
  ['a header in a string', [...head, "select 'x;", '# Time: 2', "# User@Host: a[a]';", ...head, 'select 2;'], 2],
  ['a header in a comment', [...head, 'select /* ;', '# Time: 2', '*/ 1;', ...head, 'select 2;'], 2],
  ['a header in a name', [...head, 'select `;', '# Time: 2', '`;', ...head, 'select 2;'], 2],
  ['an escaped quote', [...head, "select 'it\\'s;", '# Time: 2', "';", ...head, 'select 2;'], 2],
  ['a doubled quote', [...head, "select 'it''s;", '# Time: 2', "';", ...head, 'select 2;'], 2],
  ['a quote in a line comment', [...head, "select 1 -- don't;", ...head, 'select 2;'], 2],
  ['a statement that has not ended', [...head, 'select 1,', '# Time: 2', '2;', ...head, 'select 2;'], 2],
  ['several statements of one record', [...head, 'use db;', 'SET timestamp=1;', 'select 1;', ...head, 'select 2;'], 2],
  ['an administrator command', [...head, '# administrator command: Ping;', ...head, 'select 2;'], 2],
  [
    'a banner between',
    [
      ...head,
      'select 1;',
      '/usr/sbin/mysqld, Version: 8. started with:',
      'Tcp port: 3306',
      'Time Id Command',
      ...head,
      'select 2;',
    ],
    2,
  ],
  [
    'a banner behind a statement that was cut',
    [...head, 'select 1,', '/usr/sbin/mysqld, Version: 8', ...head, 'x;'],
    2,
  ],
  ['a banner in a string', [...head, "select '", '/usr/sbin/mysqld, Version: 8', "';", ...head, 'select 2;'], 2],
  ['a header as the first line of a statement', [...head, 'SET timestamp=1;', '# Time: 2', 'x;', ...head, 'y;'], 2],
  ['a quotation left open', [...head, "select 'x;", ...head, "select 'y';", ...head, 'z;'], 3],
  ['a quotation left open at the end', [...head, "select 'x;", ...head, 'y;', ...head, 'z;'], 3],
  [
    'a quotation left open before many',
    [
      ...head,
      "select 'x;",
      ...Array(20)
        .fill([...head, 'y;'])
        .flat(),
      "'z';",
    ],
    21,
  ],
  ['a comment left open', [...head, 'select 1 /* x;', ...head, "select 'y';"], 2],
  ['a whole header in a string', [...head, "select 'x;", ...head, "y;';", ...head, "select 'z';", ...head, '1;'], 3],
  ['headers that lack a line in a string', [...head, "select 'x;", '# Time: 1', 'y;', "'", "'# Time: 1", ...head], 1],
  ['headers that lack a line in a comment', [...head, 'select 1;', '# Time: 1', '# User@Host: a[a]', 'x;', ...head], 2],
  ['a header that was cut at the end', [...head, 'select 1;', '# Time: 1', '# User@Host: a[a]'], 2],
  ['headers of other kinds', [...head, '# Anything', 'use db;', ...head, 'select 2;'], 2],
])('%s', (_, lines, count) => {
  expect(slow.problems).toEqual([])
  expect(records(slow, lines)).toHaveLength(count)
})

test('a start is a layout, not only its first words', () => {
  expect(records(python, ['2026-11-23 12:00:00 x', '2026-13-23 12:00:00 x', '2026-11-23 no'])).toHaveLength(1)
})

test('a line in any of the layouts begins a record, whichever the one before began as', () => {
  const mixed = starts([line`${time('@timestamp', 'iso')} `, line`${word('log.level')}:`])
  expect(records(mixed, ['2026-11-23 12:00:00 a', 'INFO: b', 'more', '2026-11-23 12:00:00 c', 'INFO: d'])).toEqual([
    '2026-11-23 12:00:00 a',
    'INFO: b|more',
    '2026-11-23 12:00:00 c',
    'INFO: d',
  ])
})

test('limits are handed on', () => {
  expect(starts([line`a`], { maxBytes: 10, flushAfter: 5 })).toMatchObject({ joins: true, maxBytes: 10, flushAfter: 5 })
  expect(starts([]).problems).toHaveLength(1)
})

test('a time that stood in the same memory before is no start', () => {
  const reader = starts([line`[${time('@timestamp', 'clf')}] `]).begin()
  const memory = Buffer.from('[11/Feb/2026:06:43:36 +0000] GET /')
  expect(reader.starts(memory, 0, memory.length)).toBe(true)
  memory.write('[11-Feb-2026-06-43-36-+0000] GET /')
  expect(reader.starts(memory, 0, memory.length)).toBe(false)
})

test('lines that continue the one before are told by what they begin with, or by what that ended in', () => {
  expect(records(continues([line`caused by `, line`| `]), ['| stray', 'a', '| b', 'caused by c', 'd'])).toEqual([
    '| stray',
    'a|| b|caused by c',
    'd',
  ])
  expect(records(continuedBy('\\'), ['a \\', 'b\\', 'c', 'd', '\\', 'e'])).toEqual(['a \\|b\\|c', 'd', '\\|e'])
})

test('blank lines divide paragraphs, and are part of none', () => {
  expect(records(paragraphs(), ['', 'a', 'b', ' \t', '', 'c', '', ''])).toEqual(['a|b', 'c'])
})

test('a record has no more lines than it may have', () => {
  expect(records(indented({ maxLines: 2 }), ['a', ' b', ' c', ' d', 'e'])).toEqual(['a| b', ' c| d', 'e'])
  expect(records(continues([line`+`], { maxLines: 3 }), ['a', '+1', '+2', '+3', '+4', 'b'])).toEqual([
    'a|+1|+2',
    '+3|+4',
    'b',
  ])
  expect(records(paragraphs({ maxLines: 1 }), ['a', 'b', '', 'c'])).toEqual(['a', 'b', 'c'])
  // Who begins with no start goes on by himself.
  expect(records(starts([line`[`], { maxLines: 2 }), ['[a', 'b', 'c', 'd', '[e'])).toEqual(['[a|b', 'c', 'd', '[e'])
})

test('limits that are none, and layouts that say nothing, are told at load', () => {
  const told = (framing: FramingOf): readonly string[] => framing.problems.map(({ text }) => text)
  expect(told(indented({ maxBytes: 0, maxLines: 0.5, flushAfter: -1 }))).toEqual([
    'A record cannot have 0 bytes at most',
    'A record cannot have 0.5 lines at most',
    'A record cannot be ended after -1 ms',
  ])
  expect(told(starts([line`x`], { maxLines: 0 }))).toHaveLength(1)
  expect(told(continues([]))).toHaveLength(1)
  expect(told(continuedBy(''))).toHaveLength(1)
})

test('a start with quoted text is told from any bytes, and reads nothing that has names of its own', () => {
  const framing = starts([line`at ${quoted(time('@timestamp', 'iso'))} `])
  expect(framing.problems).toEqual([])
  expect(
    records(framing, ['at "2026-11-23T12:00:00Z" a', 'at "2026\\u002d11-23T12:00:00Z" b', 'at "\\', 'at "\\" c']),
  ).toEqual(['at "2026-11-23T12:00:00Z" a|at "2026\\u002d11-23T12:00:00Z" b|at "\\|at "\\" c'])
  expect(starts([keyValues({ members: {} })]).problems).toHaveLength(1)
  const timed = starts([line`${duration('event.duration', 's')}s `])
  expect(records(timed, ['1s a', '99999999999s b', `${'9'.repeat(40)}s c`])).toEqual([
    '1s a',
    `99999999999s b|${'9'.repeat(40)}s c`,
  ])
})
