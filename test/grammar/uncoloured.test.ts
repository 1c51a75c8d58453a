import { expect, test } from 'vitest'
import { oneOfWords, rest, word } from '../../src/grammar/capture.ts'
import { starts } from '../../src/grammar/framing.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { keyValues } from '../../src/grammar/key-values.ts'
import { either, line, optional } from '../../src/grammar/line.ts'
import { key } from '../../src/grammar/members.ts'
import { uncoloured } from '../../src/grammar/uncoloured.ts'
import { joinLines } from './join-lines.ts'
import { readOne } from './read-records.ts'

const layout = line`[${oneOfWords('log.level', ['info', 'warn'])}] ${word('log.logger')}: `
const plain = line`${layout}${optional(rest('message'))}`
const coloured = grammar({
  name: 'test.coloured',
  line: either(plain, uncoloured(plain)),
  framing: starts([layout, uncoloured(layout)]),
  samples: ['[info] shop: paid', '\u001b[1m[info] shop: paid\u001b[0m'],
})

test('colours are taken out wherever they stand, other escapes are kept', () => {
  expect(coloured.problems).toEqual([])
  const read = { 'log.level': 'info', 'log.logger': 'shop', message: 'paid' }
  expect(readOne(coloured, '[info] shop: paid')).toEqual(read)
  expect(readOne(coloured, '\u001b[2m[\u001b[32m\u001b[1minfo\u001b[0m] sh\u001b[38;5;9mop\u001b[m: paid')).toEqual(
    read,
  )
  expect(readOne(coloured, '\u001b[1m[info] shop: \u001b[31mpa\u001b[2Kid\u001b\nmore\u001b[0m')).toMatchObject({
    message: 'pa\u001b[2Kid\u001b\nmore',
  })
})

test('a failure tells where the coloured text begins', () => {
  const only = grammar({ name: 'test.only', line: uncoloured(plain), samples: ['\u001b[1m[info] shop: paid'] })
  expect(only.problems).toEqual([])
  expect(readOne(only, '[\u001b[1mno\u001b[0m] shop: x')).toMatchObject({ code: 'bad_value', at: 0 })
})

test('lines begin records, coloured or not', () => {
  const lines = ['[\u001b[1minfo\u001b[0m] a: b', '\u001b[31mmore', '[warn] c: d', '[error] no start']
  expect(
    joinLines(
      coloured.framing,
      lines.map((text) => Buffer.from(text)),
    ),
  ).toHaveLength(2)
})

test('gets through any number of colours, whole and torn', () => {
  for (const part of ['\u001b[31m', '\u001b[', '\u001b', '\u001b[3;'])
    expect(readOne(coloured, `\u001b[1m[info] shop: ${part.repeat(1 << 18)}`)).toBeDefined()
})

test('also where members are read in it', () => {
  const members = grammar({
    name: 'test.members',
    line: line`> ${uncoloured(keyValues({ members: { 'app.n': key('n', 'long', { required: true }), 'app.m': key('m', 'long') } }))}`,
    samples: ['> \u001b[1mn\u001b[0m=1'],
  })
  expect(members.problems).toEqual([])
  expect(readOne(members, '> \u001b[1mm\u001b[0m=x \u001b[1mn\u001b[0m=y')).toMatchObject({ code: 'bad_value', at: 2 })
  expect(readOne(members, '> \u001b[1mm\u001b[0m=1')).toMatchObject({ code: 'missing_member', at: 2 })
})
