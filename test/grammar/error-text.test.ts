import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { errorText } from '../../src/grammar/error-text.ts'
import { json } from '../../src/grammar/json.ts'
import { key } from '../../src/grammar/members.ts'
import { withTrace } from '../../src/grammar/trace.ts'
import { readOne } from './read-records.ts'

const members = {
  type: 'type',
  message: 'value',
  notes: 'notes',
  frames: 'frames',
  file: 'file',
  line: 'line',
  function: 'name',
  source: 'source',
  variables: 'locals',
  cause: 'is_cause',
  errors: 'exceptions',
  syntax: 'syntax',
  column: 'offset',
  reason: 'msg',
} as const
const trace = (value: unknown): string | undefined => errorText(JSON.stringify(value), members)?.trace

describe('errors as JSON', () => {
  test('are printed as Python prints them, causes first', () => {
    expect(
      trace([
        {
          type: 'A',
          value: 'a',
          frames: [{ file: 'a.py', line: 1, name: 'f', source: '  go()', locals: { x: '1', y: [2] } }],
        },
        { type: 'B', value: '', is_cause: true, notes: ['one\ntwo', 'three'] },
        { type: 'C', value: 'c', is_cause: false, frames: [{ file: '', line: -1, name: 'Skipped frames: 7' }] },
      ]),
    ).toBe(
      [
        ...['Traceback (most recent call last):', '  Skipped frames: 7', 'C: c', ''],
        ...['During handling of the above exception, another exception occurred:', ''],
        ...['B', 'one', 'two', 'three', ''],
        ...['The above exception was the direct cause of the following exception:', ''],
        ...[
          'Traceback (most recent call last):',
          '  File "a.py", line 1, in f',
          '    go()',
          '    x = 1',
          '    y = [2]',
          'A: a',
        ],
      ].join('\n'),
    )
  })

  test('of which one is a group, each of its errors with what it came of', () => {
    const one = { type: 'E', value: 'e\nf', frames: [{ file: 'e.py', line: 2, name: 'g' }] }
    expect(
      trace([
        {
          type: 'G',
          value: 'two',
          exceptions: [[one, { type: 'D', value: 'd', is_cause: true }], { type: 'F', value: '' }],
        },
      ]),
    ).toBe(
      [
        ...['  | G: two', '  +-+---------------- 1 ----------------', '    | D: d', '    | '],
        ...['    | The above exception was the direct cause of the following exception:', '    | '],
        ...['    | Traceback (most recent call last):', '    |   File "e.py", line 2, in g', '    | E: e', '    | f'],
        ...['    +---------------- 2 ----------------', '    | F', `    +${'-'.repeat(36)}`],
      ].join('\n'),
    )
  })

  test('of syntax show the place', () => {
    expect(
      trace([
        {
          type: 'SyntaxError',
          value: 'no (a, line 1)',
          syntax: { file: 'a', line: 1, source: '  x y\n', offset: 5, msg: 'no' },
        },
      ]),
    ).toBe('  File "a", line 1\n    x y\n      ^\nSyntaxError: no')
  })

  test.each([[{}], [[]], [[1]], ['text'], [null], [[{ frames: [] }]], [[{ type: 'A' }, 7]]])('%j is none', (value) => {
    expect(trace(value)).toBeUndefined()
  })

  const any = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(null, true, '\n\n', {}, [], [[]], [null], { a: [1] }))
  const list = (of: fc.Arbitrary<unknown>) => fc.oneof(any, fc.array(of, { maxLength: 3 }))
  const { error } = fc.letrec((again) => ({
    error: fc.record(
      {
        type: any,
        value: any,
        frames: list(fc.record({ file: any, locals: any, line: any }, { requiredKeys: [] })),
        notes: list(any),
        is_cause: any,
        syntax: fc.oneof(any, fc.record({ source: fc.string(), offset: fc.integer(), line: any })),
        exceptions: fc.oneof({ maxDepth: 3 }, any, list(list(again('error')))),
      },
      { requiredKeys: [] },
    ),
  }))
  property.prop([list(error)])('of any shape throw nothing', (errors) => {
    const text = JSON.stringify(errors)
    expect(errorText(text, members)?.trace.length ?? 0).toBeLessThanOrEqual(1000 + text.length * 4)
  })

  test('in deep groups stand no further in than ten of them, so that a text is not made longer than what it tells', () => {
    let error: object = { type: 'A', value: '\n'.repeat(100) }
    for (let i = 0; i < 200; i++) error = { type: 'G', value: '', exceptions: [[error]] }
    const longest = Math.max(
      ...trace([error])!
        .split('\n')
        .map((line) => line.length),
    )
    expect(longest).toBeLessThan(100)
  })
})

test('what is nested as deep as JSON may be is none, however deep that is', () => {
  const nested = (groups: number): string =>
    `${'{"type":"A","exceptions":[['.repeat(groups)}{"type":"Z"}${']]}'.repeat(groups)}`
  expect(errorText(nested(256), members)?.trace).toContain('Z')
  for (const groups of [257, 1363, 100_000]) expect(errorText(nested(groups), members)).toBeUndefined()
})

test('what would be far longer than its JSON is none', () => {
  let error: object = { type: 'A', value: '\n'.repeat(10_000) }
  for (let i = 0; i < 10; i++) error = { type: 'G', value: '', exceptions: [[error]] }
  expect(trace([error])).toBeUndefined()
})

describe('a member with them', () => {
  const grammar = json({
    name: 'test',
    members: { message: key('event', 'text', { required: true }) },
    lines: { exception: withTrace('error.stack_trace', { heads: ['Traceback (most recent call last):'], members }) },
    samples: ['{"event":"a"}'],
  })
  test('becomes type, message and trace; other objects stay what they are', () => {
    expect(readOne(grammar, '{"event":"x","exception":[{"type":"A","value":"a\\u4e2d"}]}')).toEqual({
      message: 'x',
      'error.type': 'A',
      'error.message': 'a中',
      'error.stack_trace': 'A: a中',
    })
    expect(readOne(grammar, '{"event":"x","exception":{"type":"A"}}')).toEqual({
      message: 'x',
      'error.type': 'A',
      'error.stack_trace': 'A',
    })
    expect(readOne(grammar, '{"event":"x","exception":[1]}')).toEqual({ message: 'x', json: { exception: [1] } })
  })
  test('is read as text where it is one', () => {
    expect(
      readOne(grammar, '{"event":"x","exception":"Traceback (most recent call last):\\n  a\\nE: 1"}'),
    ).toMatchObject({
      'error.type': 'E',
    })
  })
})
