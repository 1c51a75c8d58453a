import { expect, test } from 'vitest'
import { int, rest, text, word } from '../../src/grammar/capture.ts'
import { checkGrammars } from '../../src/grammar/check.ts'
import { starts } from '../../src/grammar/framing.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { json } from '../../src/grammar/json.ts'
import { either, line } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { oneOf } from '../../src/grammar/one-of.ts'
import { recognise } from '../../src/grammar/recognise.ts'
import { time } from '../../src/grammar/time.ts'
import { combined, sample } from './combined.ts'

const problems = (...grammars: Parameters<typeof checkGrammars>[0]): readonly string[] =>
  checkGrammars(grammars).map(({ text, mend }) => `${text}. ${mend}.`.replace(/\(\/.*:\d+:\d+\)/, '(its place)'))
const pino = json({
  name: 'node.pino',
  members: { 'log.level': key('level', 'keyword', { required: true }) },
  samples: ['{"level":30}'],
})
const anyJson = (moreGeneralThan: readonly string[]) =>
  json({ name: 'json', members: {}, samples: ['{"x":1}'], moreGeneralThan })

test('samples that fit, each alternative used, none claimed twice: nothing to say', () => {
  expect(problems(combined, pino, anyJson(['node.pino']))).toEqual([])
})

test('a sample that does not fit is named with the place it stops', () => {
  const wrong = grammar({ name: 'test', line: line`pid ${int('process.pid')}.`, samples: ['pid 5.', 'pid x.'] })
  expect(problems(wrong)).toEqual([
    'test: the sample "pid x." does not fit: bad_value at byte 4, expected a whole number, found "x.". Mend the layout or the sample.',
  ])
})

test('a branch without a sample is named', () => {
  const half = grammar({
    name: 'test',
    line: either(line`a ${int('process.pid')}`, line`b ${word('user.name')}`),
    samples: ['a 5'],
  })
  expect(problems(half)).toEqual([
    'test: no sample fits test, branch 2 of either. Add one, or leave the alternative out.',
  ])
  const first = grammar({ name: 'first', line: line`a ${int('process.pid')}`, samples: ['a 1'] })
  const second = grammar({ name: 'second', line: line`b ${int('process.pid')}`, samples: ['a 1'] })
  expect(problems(oneOf('both', first, second))).toEqual([
    'both: no sample fits second. Add one, or leave the alternative out.',
  ])
})

test('a sample that another grammar reads too needs a word', () => {
  expect(problems(pino, anyJson([]))).toEqual([
    `json also reads the sample "{\\"level\\":30}" of node.pino (its place). Make one stricter, or give json moreGeneralThan: ['node.pino'], or twinOf: 'node.pino'.`,
  ])
  const twin = grammar({ name: 'twin', line: line`pid ${int('process.pid')}`, samples: ['pid 5'] })
  expect(
    problems(
      twin,
      grammar({ name: 'other', line: line`pid ${int('process.pid')}`, samples: ['pid 6'], twinOf: 'twin' }),
    ),
  ).toEqual([])
})

test('two grammars of one name', () => {
  expect(problems(pino, pino)[0]).toBe('Two grammars are called node.pino. Rename one.')
})

const python = grammar({
  name: 'python',
  line: line`${time('@timestamp', 'iso')} ${word('log.level')} ${rest('message')}`,
  framing: starts([line`${time('@timestamp', 'iso')} `]),
  samples: ['2026-11-23 12:00:00 INFO x'],
})
const found = (head: string, ...grammars: Parameters<typeof recognise>[1]) => recognise(Buffer.from(head), grammars)

test('the grammar that reads most of a head is recognised, and says why', () => {
  expect(found(`${sample}\n${sample}\nhalf a li`, pino, combined, python)).toEqual({
    kind: 'one',
    grammar: combined,
    why: 'test.combined reads all 2 records of the head',
  })
})

test('a traceback does not count against its format', () => {
  expect(
    found(`2026-11-23 12:00:00 ERROR x\nTraceback:\n  a\n  b\n  c\n2026-11-23 12:00:00 INFO y\n`, combined, python),
  ).toMatchObject({ kind: 'one', grammar: python })
})

test('a special grammar is preferred to the general one, whichever comes first', () => {
  const general = anyJson(['node.pino'])
  expect(found('{"level":30}\n{"level":30}\n', general, pino)).toMatchObject({ kind: 'one', grammar: pino })
  expect(found('{"level":30}\n{"level":30}\n', pino, general)).toMatchObject({ kind: 'one', grammar: pino })
  expect(found('{"x":30}\n{"level":30}\n{"x":30}\n', pino, general)).toMatchObject({ kind: 'one', grammar: general })
})

test('two that read as much are close, twins are not', () => {
  const a = grammar({ name: 'a', line: line`pid ${int('process.pid')}`, samples: ['pid 5'] })
  const b = grammar({ name: 'b', line: line`${text('message')}`, samples: ['x'] })
  expect(found('pid 5\n', a, b)).toMatchObject({ kind: 'close', close: [{ grammar: a }, { grammar: b }] })
  const twin = grammar({ name: 'twin', line: line`pid ${int('process.pid')}`, samples: ['pid 5'], twinOf: 'a' })
  expect(found('pid 5\n', a, twin)).toEqual({
    kind: 'one',
    grammar: a,
    why: 'a reads all 1 records of the head, as its twin twin does',
  })
})

test('too few records that fit are close, none is none', () => {
  expect(found(`${sample}\nx\ny\n`, combined)).toEqual({
    kind: 'close',
    close: [expect.objectContaining({ grammar: combined, read: 1, of: 3 })],
    why: 'test.combined reads 1 of 3 records; record 2 stops at byte 0: expected " - ", found "x"',
  })
  expect(found('x\ny\n', combined)).toMatchObject({ kind: 'none' })
  expect(found('', combined)).toEqual({ kind: 'none', why: 'there is no record yet' })
  expect(found('﻿{"level":30}', pino)).toMatchObject({ kind: 'one' })
})

test('a mistake of samples says where both grammars are', () => {
  const [mistake] = checkGrammars([pino, anyJson([])])
  expect(mistake).toMatchObject({ file: import.meta.filename, line: expect.any(Number), column: expect.any(Number) })
  expect(mistake!.text).toMatch(new RegExp(`of node\\.pino \\(${RegExp.escape(import.meta.filename)}:\\d+:\\d+\\)$`))
})

test('of twins the one goes first that the other names, unless the path names the other', () => {
  const line1 = line`pid ${int('process.pid')}`
  const first = grammar({ name: 'nginx.pid', line: line1, samples: ['pid 5'] })
  const twin = grammar({ name: 'gunicorn.pid', line: line1, samples: ['pid 5'], twinOf: 'nginx.pid' })
  const at = (path?: string) => recognise(Buffer.from('pid 5\n'), [twin, first], path)
  expect(at()).toMatchObject({ grammar: first })
  expect(at('/var/log/app/pid.log')).toMatchObject({ grammar: first })
  expect(at('/var/log/Gunicorn/pid.log')).toMatchObject({ grammar: twin })
})
