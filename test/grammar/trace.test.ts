import { expect, test } from 'vitest'
import { grammar } from '../../src/grammar/grammar.ts'
import { line } from '../../src/grammar/line.ts'
import { withTrace } from '../../src/grammar/trace.ts'
import { readOne } from './read-records.ts'

const style = {
  heads: ['Traceback (most recent call last):', '  + Exception Group Traceback (most recent call last):'],
  stacks: ['Stack (most recent call last):'],
} as const
const log = grammar({
  name: 'test.trace',
  line: line`! ${withTrace('message', style)}`,
  samples: ['! x'],
})

test.each([
  ['no trace', 'a\nb', { message: 'a\nb' }],
  [
    'an error',
    'm\nTraceback (most recent call last):\n  File "a"\n    x\nshop.Refused: no\nmoney',
    { message: 'm', type: 'shop.Refused', reason: 'no\nmoney' },
  ],
  [
    'an error without a reason',
    'm\nTraceback (most recent call last):\n  File "a"\nStopIteration',
    { message: 'm', type: 'StopIteration' },
  ],
  [
    'the last of several',
    'm\nTraceback (most recent call last):\n  a\nKeyError: 1\n\nDuring …:\n\nTraceback (most recent call last):\n  b\nIndexError: 2',
    { message: 'm', type: 'IndexError', reason: '2' },
  ],
  [
    'a group, whose members are not the error',
    'm\n  + Exception Group Traceback (most recent call last):\n  |   File "a"\n  | ExceptionGroup: two (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | Traceback (most recent call last):\n    |   b\n    | KeyError: 1\n    +------------------------------------',
    { message: 'm', type: 'ExceptionGroup', reason: 'two (2 sub-exceptions)' },
  ],
  ['a stack without error', 'm\nStack (most recent call last):\n  File "a"\nx: y', { message: 'm' }],
  [
    'a stack behind an error',
    'm\nTraceback (most recent call last):\n  a\nValueError: 1\nStack (most recent call last):\n  File "b"',
    { message: 'm', type: 'ValueError', reason: '1' },
  ],
  ['a trace that was cut', 'm\nTraceback (most recent call last):\n  File "a"', { message: 'm' }],
  [
    'a trace without message',
    'Traceback (most recent call last):\n  a\nValueError: 1',
    { type: 'ValueError', reason: '1' },
  ],
  [
    'CR LF',
    'm\r\nTraceback (most recent call last):\r\n  a\r\nValueError: 1',
    { message: 'm', type: 'ValueError', reason: '1' },
  ],
  ['a line that is no error', 'm\nTraceback (most recent call last):\n  a\nnot a name: x', { message: 'm' }],
  [
    'a head within a line',
    'see Traceback (most recent call last):\nx',
    { message: 'see Traceback (most recent call last):\nx' },
  ],
])('%s', (_, text, { message, type, reason }: { message?: string; type?: string; reason?: string }) => {
  const row = readOne(log, `! ${text}`) as Record<string, unknown>
  expect({ message: row['message'], type: row['error.type'], reason: row['error.message'] }).toEqual({
    message,
    type,
    reason,
  })
  const trace = row['error.stack_trace']
  const begins = text.search(/^(Traceback|Stack| {2}\+)/m)
  expect(trace).toBe(begins < 0 ? undefined : text.slice(begins))
})

test('a text that is a trace is kept whole', () => {
  const whole = grammar({ name: 'test', line: line`${withTrace('error.stack_trace', style)}`, samples: ['x'] })
  expect(readOne(whole, 'intro\nTraceback (most recent call last):\n  a\nKeyError: 1')).toEqual({
    'error.stack_trace': 'intro\nTraceback (most recent call last):\n  a\nKeyError: 1',
    'error.type': 'KeyError',
    'error.message': '1',
  })
})

test('an empty line is no head', () => {
  expect(
    grammar({ name: 'test', line: line`${withTrace('message', { heads: [''] })}`, samples: ['x'] }).problems[0]?.text,
  ).toContain('empty line')
})

const java = grammar({
  name: 'test.java',
  line: line`! ${withTrace('message', { calls: ['\tat ', '\t... '], dotted: true })}`,
  samples: ['! x'],
})
const trace =
  'com.shop.Orders$Refused: no: money\nleft\n\tat com.shop.Orders.pay(Orders.java:7)\nCaused by: java.lang.Error\n\t... 2 more'

test('a trace told by its calls begins with the name of an error', () => {
  expect(java.problems).toEqual([])
  const error = {
    'error.type': 'com.shop.Orders$Refused',
    'error.message': 'no: money\nleft',
    'error.stack_trace': trace,
  }
  expect(readOne(java, `! failed\n\n${trace}\n`)).toEqual({ message: 'failed', ...error })
  expect(readOne(java, `! ${trace}`)).toEqual(error)
  expect(readOne(java, `! order: 7\nitem: 8\n${trace}`)).toEqual({ message: 'order: 7\nitem: 8', ...error })
  expect(readOne(java, '! failed\njava.lang.Error\n\tat a.b(C.java:1)')).toEqual({
    message: 'failed',
    'error.type': 'java.lang.Error',
    'error.stack_trace': 'java.lang.Error\n\tat a.b(C.java:1)',
  })
  for (const none of ['failed\n\tat nowhere', 'java.lang.Error: no calls', 'a\nb: c\n\tat x'])
    expect(readOne(java, `! ${none}`)).toEqual({ message: none })
})

test('a name of an error may have a code behind it, and no dot', () => {
  const node = grammar({
    name: 'test.node',
    line: line`! ${withTrace('message', { calls: ['    at '] })}`,
    samples: ['! x'],
  })
  expect(readOne(node, '! failed\nTypeError [ERR_X]: no\n    at a.js:1:1')).toEqual({
    message: 'failed',
    'error.type': 'TypeError',
    'error.message': 'no',
    'error.stack_trace': 'TypeError [ERR_X]: no\n    at a.js:1:1',
  })
})

test('a style that tells nothing of a trace is refused', () => {
  expect(grammar({ name: 'test.none', line: withTrace('message', {}), samples: ['x'] }).problems).toHaveLength(1)
})
