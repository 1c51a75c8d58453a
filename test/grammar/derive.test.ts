import { expect, test } from 'vitest'
import { int, number, text, word } from '../../src/grammar/capture.ts'
import { extensionOf, lastOf, sumOf } from '../../src/grammar/derive.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { line, whole } from '../../src/grammar/line.ts'
import { escaped, list, or } from '../../src/grammar/modify.ts'
import { url } from '../../src/grammar/network.ts'
import { readOne } from './read-records.ts'

const asked = grammar({
  name: 'test.asked',
  line: line`${url('url.original')}`,
  derive: { 'url.extension': extensionOf('url.path') },
  samples: ['/a.png'],
})

test.each([
  ['/a.png?b=c.d', 'png'],
  ['/a.tar.GZ', 'GZ'],
  ['https://shop.example/a.html#b', 'html'],
  ['/.htaccess', 'htaccess'],
  ['/a.0123456789', '0123456789'],
  ['/a', undefined],
  ['/a.b/c', undefined],
  ['/a.', undefined],
  ['/a.b%20c', undefined],
  ['/a.01234567890', undefined],
  ['/%E5%95%86.\u5546', undefined],
  ['/?a.b', undefined],
])('the path of %s ends in %s', (target, extension) => {
  expect(asked.problems).toEqual([])
  const row = readOne(asked, target) as Readonly<Record<string, unknown>>
  expect(row['url.extension']).toBe(extension)
})

const tried = grammar({
  name: 'test.tried',
  line: line`${or('-', list(', ', text('nginx.access.upstream.address')))} ${or('-', list(', ', int('nginx.access.upstream.status')))} ${or('-', list(', ', number('nginx.access.upstream.response_time')))}`,
  derive: {
    'app.ip': lastOf('nginx.access.upstream.address', 'ip'),
    'app.port': lastOf('nginx.access.upstream.address', 'port'),
    'app.status': lastOf('nginx.access.upstream.status'),
    'app.took': sumOf('nginx.access.upstream.response_time'),
  },
  samples: ['10.0.0.1:80 200 0.1'],
})

test.each([
  ['10.0.0.1:80 200 0.1', { 'app.ip': '10.0.0.1', 'app.port': 80, 'app.status': 200, 'app.took': 0.1 }],
  [
    'a:1, [2001:db8::1]:8080 502, 200 0.1, 0.2',
    { 'app.ip': '2001:db8::1', 'app.port': 8080, 'app.status': 200, 'app.took': 0.3 },
  ],
  ['10.0.0.1, 10.0.0.2 1 -', { 'app.ip': '10.0.0.2', 'app.status': 1 }],
  ['unix:/run/a.sock - -', {}],
  ['- - -', {}],
])('of the lists in %s the last and the sum are known', (record, derived) => {
  expect(tried.problems).toEqual([])
  const row = readOne(tried, record) as Readonly<Record<string, unknown>>
  expect(Object.fromEntries(Object.entries(row).filter(([name]) => name.startsWith('app.')))).toEqual(derived)
})

test('what one record has in its list is not of the next', () => {
  const two = [readOne(tried, '10.0.0.1:80 200 0.1'), readOne(tried, '- - 0.2')]
  expect(two[1]).not.toHaveProperty(['app.status'])
})

test('a list is derived from as a list, and what is none is not', () => {
  const wrong = grammar({
    name: 'test.wrong',
    line: line`${word('app.a')} ${list(',', text('app.b'))}`,
    derive: { 'app.c': lastOf('app.a'), 'app.d': sumOf('app.b'), 'app.e': extensionOf('app.b') },
    samples: ['a b'],
  })
  expect(wrong.problems.map(({ text: said }) => said)).toEqual([
    "test.wrong: 'app.a' is no list",
    "test.wrong: 'app.b' is a keyword, not a number",
    "test.wrong: 'app.e' is derived from 'app.b', which is a list",
  ])
})

test('what HAProxy escaped is decoded, in a list each element by itself', () => {
  const captured = grammar({
    name: 'test.captured',
    line: line`{${or('', escaped('hash', list('|', text('app.headers'))))}} "${escaped('hash', text('message'))}"`,
    samples: ['{a} "b"'],
  })
  expect(readOne(captured, '{a#7Cb|#23#22|c#C3#A9} "#22\\x41 #2 #zz #"')).toEqual({
    'app.headers': ['a|b', '#"', 'c\u00e9'],
    message: '"\\x41 #2 #zz #',
  })
  // A backslash hides nothing.
  expect(readOne(captured, '{} "a\\"')).toEqual({ message: 'a\\' })
  expect(readOne(captured, '{#ff} "#C3"')).toMatchObject({ 'app.headers': ['\ufffd'], message: '\ufffd' })
})

test('a piece is read as a capture says, beside what stands in it', () => {
  const numbers = grammar({
    name: 'test.numbers',
    line: line`${whole(number('app.seconds'), line`${int('app.whole')}.${int('app.part')}`)} ${whole(escaped('any', text('message')), line`${word('app.first')} ${text('app.rest')}`)}`,
    samples: ['1.5 a b'],
  })
  expect(numbers.problems).toEqual([])
  expect(readOne(numbers, '1.25 a \\x41\\"')).toEqual({
    'app.seconds': 1.25,
    'app.whole': 1,
    'app.part': 25,
    message: 'a A"',
    'app.first': 'a',
    'app.rest': '\\x41\\"',
  })
})
