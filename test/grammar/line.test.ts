import { expect, test } from 'vitest'
import {
  bool,
  duration,
  identifier,
  int,
  ip,
  number,
  oneOfWords,
  rest,
  skip,
  text,
  word,
} from '../../src/grammar/capture.ts'
import { constant, copy, wordsOf } from '../../src/grammar/derive.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { blanks, either, line, optional } from '../../src/grammar/line.ts'
import { again, closed, escaped, last, list, never, or, quoted, through, twice } from '../../src/grammar/modify.ts'
import { address, host, url } from '../../src/grammar/network.ts'
import { pairs } from '../../src/grammar/pairs.ts'
import type { Part } from '../../src/grammar/part.ts'
import { anyOrder, record } from '../../src/grammar/record.ts'
import { regex } from '../../src/grammar/regex.ts'
import { combined, sample } from './combined.ts'
import { type Row, readOne, readRecords } from './read-records.ts'

const of = (part: Part) => grammar({ name: 'test', line: part, samples: ['-'] })
const read = (part: Part, text: string): unknown => readOne(of(part), text)
const failing = (code: string, at: number, expected: string): Row =>
  expect.objectContaining({ stage: 'parse', code, at, expected }) as Row

test('a combined line becomes typed fields', () => {
  expect(readOne(combined, sample)).toEqual({
    'source.address': '10.112.72.172',
    'source.ip': '10.112.72.172',
    'nginx.access.remote_ip_list': ['10.112.72.172'],
    '@timestamp': '2013-02-11T06:43:36',
    'http.request.method': 'GET',
    'url.original': '/client/?page=2',
    'url.path': '/client/',
    'url.query': 'page=2',
    'http.version': '1.1',
    'http.response.status_code': 200,
    'http.response.body.bytes': 5778,
    'user_agent.original': 'Mozilla/5.0',
    'event.outcome': 'success',
  })
})

test.each<[string, Part, string, unknown]>([
  [
    'a word ends at the literal',
    line`${word('process.name')}[${int('process.pid')}]: ${text('message')}`,
    'cron[12]: hi there',
    { 'process.name': 'cron', 'process.pid': 12, message: 'hi there' },
  ],
  ['a word ends at a blank', line`${word('user.name')}x`, 'a b', failing('expected_literal', 1, '"x"')],
  ['an empty word is no word', line`a ${word('user.name')} b`, 'a  b', failing('bad_value', 2, 'a word')],
  ...['shop.orders', 'a.b.c'].map((name): [string, Part, string, unknown] => [
    'a dotted name has a dot inside of it',
    line`${identifier('log.logger', { dotted: true })} ${rest('message')}`,
    `${name} said. More`,
    { 'log.logger': name, message: 'said. More' },
  ]),
  ...['shop', 'shop.', '.shop', '7.5', 'shop.a:', '.'].map((name): [string, Part, string, unknown] => [
    `${name} is no dotted name`,
    line`${identifier('log.logger', { dotted: true })} ${rest('message')}`,
    `${name} said. More`,
    expect.objectContaining({ code: 'bad_value', expected: 'a name with a dot' }),
  ]),
  ['text is not empty', line`"${text('message')}"`, '""', failing('bad_value', 1, 'some text')],
  ['an empty text may be no value', line`"${or('-', text('message'))}"`, '""', {}],
  ['a mark is no value', line`"${or('-', text('message'))}"`, '"-"', {}],
  ['one of several marks is no value', line`${or(['-', 'null'], int('process.pid'))}.`, 'null.', {}],
  ['a minus before digits is no mark', line`${or('-', int('process.pid'))} x`, '-5 x', { 'process.pid': -5 }],
  [
    'a number with a letter behind it is none',
    line`${int('process.pid')} x`,
    '5a x',
    failing('expected_literal', 1, '" x"'),
  ],
  ['what is no number', line`pid ${int('process.pid')} x`, 'pid x', failing('bad_value', 4, 'a whole number')],
  ['19 digits are kept', line`${int('process.pid')}`, '9223372036854775807', { 'process.pid': 9223372036854775807n }],
  [
    'the smallest number is kept',
    line`${int('process.pid')}`,
    '-9223372036854775808',
    { 'process.pid': -9223372036854775808n },
  ],
  [
    'a number beyond 64 bits',
    line`${int('process.pid')}`,
    '9223372036854775808',
    failing('number_out_of_range', 0, 'a whole number of 64 bits'),
  ],
  [
    'zeros in front do not make a number large',
    line`${int('process.pid')}`,
    '00000000000000000000007',
    { 'process.pid': 7 },
  ],
  [
    'decimals',
    line`${number('app.x')} ${number('app.y')} ${number('app.z')}`,
    '0.004 -12 1.5e3',
    { 'app.x': 0.004, 'app.y': -12, 'app.z': 1500 },
  ],
  [
    'a number no double holds',
    line`${number('app.x')}`,
    '1e999',
    failing('number_out_of_range', 0, 'a number that a double holds'),
  ],
  [
    'seconds are nanoseconds exactly',
    line`${duration('event.duration', 's')}`,
    '0.1',
    { 'event.duration': 100_000_000 },
  ],
  ['seconds with six digits', line`${duration('event.duration', 's')}`, '4.35', { 'event.duration': 4_350_000_000 }],
  ['milliseconds', line`${duration('event.duration', 'ms')}`, '1.001', { 'event.duration': 1_001_000 }],
  [
    'long durations stay exact',
    line`${duration('event.duration', 's')}`,
    '9007199254.740993',
    { 'event.duration': 9007199254740993000n },
  ],
  [
    'endless durations',
    line`${duration('event.duration', 's')}`,
    '99999999999',
    failing('number_out_of_range', 0, 'nanoseconds of 64 bits'),
  ],
  ['yes and no', line`${bool('user_agent.bot', { true: 'Yes', false: 'No' })}!`, 'No!', { 'user_agent.bot': false }],
  [
    'neither yes nor no',
    line`${bool('user_agent.bot', { true: 'Yes', false: 'No' })}!`,
    'no!',
    failing('bad_value', 0, '"Yes" or "No"'),
  ],
  [
    'the longest word that fits',
    line`${oneOfWords('log.level', ['warn', 'warning'])}${either(line`: `, line`-`)}${text('message')}`,
    'warning: x',
    { 'log.level': 'warning', message: 'x' },
  ],
  [
    'a word not listed',
    line`${oneOfWords('log.level', ['warn', 'error'])} `,
    'info ',
    failing('bad_value', 0, 'one of "warn", "error"'),
  ],
  [
    'addresses with ports',
    line`${ip('source.ip')}:${int('source.port')}`,
    '10.0.0.1:80',
    { 'source.ip': '10.0.0.1', 'source.port': 80 },
  ],
  [
    'IPv6 in brackets',
    line`[${ip('source.ip')}]:${int('source.port')}`,
    '[2001:db8::1]:80',
    { 'source.ip': '2001:db8::1', 'source.port': 80 },
  ],
  ['no address', line`${ip('source.ip')} `, '10.0.0.256 ', failing('bad_value', 0, 'an IP address')],
  ['a name where an address may stand', line`${address('source.address')} `, 'unix: ', { 'source.address': 'unix:' }],
  [
    'the first public of several addresses',
    line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} x`,
    '10.0.0.2, 203.0.113.9, 8.8.8.8 x',
    {
      'source.address': '203.0.113.9',
      'source.ip': '203.0.113.9',
      'nginx.access.remote_ip_list': ['10.0.0.2', '203.0.113.9', '8.8.8.8'],
    },
  ],
  [
    'addresses, some in quotes',
    line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} - x`,
    '"10.5.102.222, 199.96.1.1, 204.246.1.1" 10.2.1.185 - x',
    {
      'source.address': '199.96.1.1',
      'source.ip': '199.96.1.1',
      'nginx.access.remote_ip_list': ['10.5.102.222', '199.96.1.1', '204.246.1.1', '10.2.1.185'],
    },
  ],
  [
    'addresses without a public one',
    line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} - x`,
    'localhost, 10.0.0.1 fd00::1 - x',
    { 'source.address': 'localhost', 'nginx.access.remote_ip_list': ['localhost', '10.0.0.1', 'fd00::1'] },
  ],
  [
    'two words are no list of addresses',
    line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} - x`,
    'shop.example 10.0.0.1, 10.0.0.2 - x',
    failing('bad_value', 12, 'an address'),
  ],
  [
    'only commas',
    line`${address('source.address', { list: 'nginx.access.remote_ip_list' })} - x`,
    ', ,, - x',
    failing('bad_value', 0, 'an address'),
  ],
  ...(
    [
      ['shop.example:8080', { 'url.domain': 'shop.example', 'app.name': 'shop.example', 'url.port': 8080 }],
      ['shop.example', { 'url.domain': 'shop.example', 'app.name': 'shop.example' }],
      ['[2001:db8::5]:80', { 'url.domain': '2001:db8::5', 'source.ip': '2001:db8::5', 'url.port': 80 }],
      ['2001:db8::5', { 'url.domain': '2001:db8::5', 'source.ip': '2001:db8::5' }],
      ['192.0.2.1:65536', { 'url.domain': '192.0.2.1', 'source.ip': '192.0.2.1' }],
      [':80', { 'url.port': 80 }],
      ['a b', failing('bad_value', 2, 'a host')],
    ] as const
  ).map(([text, expected]): [string, Part, string, unknown] => [
    `the host ${text}`,
    line`<${host('url.domain', { port: 'url.port', ip: 'source.ip', domain: 'app.name' })}>`,
    `<${text}>`,
    expected,
  ]),
  [
    'a port is sure to stand behind an address without brackets',
    line`${host('source.address', { port: 'source.port', ip: 'source.ip', sure: true })} x`,
    '2001:db8::5:443 x',
    { 'source.address': '2001:db8::5', 'source.ip': '2001:db8::5', 'source.port': 443 },
  ],
  [
    'a socket has no port',
    line`${host('source.address', { port: 'source.port', ip: 'source.ip', sure: true })} x`,
    'unix:: x',
    { 'source.address': 'unix:' },
  ],
  [
    'a URL with everything',
    line`${url('url.original')} x`,
    'https://u:p@shop.example:8443/a?b=c#d x',
    {
      'url.original': 'https://u:p@shop.example:8443/a?b=c#d',
      'url.scheme': 'https',
      'url.domain': 'shop.example',
      'url.port': 8443,
      'url.path': '/a',
      'url.query': 'b=c',
    },
  ],
  ['a request target that is no path', line`${url('url.original')} x`, '* x', { 'url.original': '*' }],
  [
    'nginx escapes',
    line`"${escaped('hex', text('message'))}"`,
    '"a\\x22b\\x5C\\xE5\\x95\\x86"',
    { message: 'a"b\\商' },
  ],
  [
    'an escaped quote ends nothing',
    line`"${escaped('hex', text('message'))}" ${int('process.pid')}`,
    '"say \\"hi\\" \\\\" 5',
    { message: 'say "hi" \\', 'process.pid': 5 },
  ],
  [
    'escapes of either kind',
    line`"${escaped('any', text('message'))}","${or('-', escaped('any', text('error.message')))}"`,
    '"\\x22a\\x5C\\"\\\\x22\\u00e4\\n","-"',
    { message: '"a\\"\\x22ä\n' },
  ],
  [
    'escaped text that several texts may end',
    line`${escaped('hex', text('message'))}${either(line`; ${int('process.pid')}`, line`, ${int('app.x')}`)}`,
    'a\\x2C b, 7',
    { message: 'a, b', 'app.x': 7 },
  ],
  [
    'what a value never holds is not passed over',
    line`"${either(line`${never('"', text('app.a'))} HTTP/${word('http.version')}`, line`${text('app.b')}`)}" "${text('app.c')}"`,
    '"x" "y HTTP/1.1"',
    { 'app.b': 'x', 'app.c': 'y HTTP/1.1' },
  ],
  [
    'a closing quote with the next part behind it',
    line`a: "${closed('"', text('app.a'))}${optional(line`, b: "${closed('"', text('app.b'))}`)}`,
    'a: "x", y"z", b: "", b: ""',
    { 'app.a': 'x", y"z', 'app.b': '", b: "' },
  ],
  [
    'a closing quote that was cut off',
    line`a: "${closed('"', text('app.a'))}${optional(line`, b: "${closed('"', text('app.b'))}`)}`,
    'a: "x", b: "y',
    { 'app.a': 'x', 'app.b': 'y' },
  ],
  [
    'a closed word',
    line`a: "${closed('"', word('app.a'))}${optional(line`, b: "${closed('"', text('app.b'))}`)}`,
    'a: "x"',
    { 'app.a': 'x' },
  ],
  [
    'a value through line ends',
    record(line`${through(text('message'))}, by ${word('user.name')}`, line`end`),
    'one\ntwo, by bob\nend',
    { message: 'one\ntwo', 'user.name': 'bob' },
  ],
  [
    'a value up to the last stop before a text',
    line`${through(text('message'), { lastBefore: ', r: ' })}, c: ${text('app.c')}${optional(line`, r: ${text('app.r')}`)}`,
    'm, c: 1, c: 2, r: x, c: 3',
    { message: 'm, c: 1', 'app.c': '2', 'app.r': 'x, c: 3' },
  ],
  [
    'a value up to the last place from which more fits than the text behind it',
    line`${last(text('message'), { before: line` ${word('app.a')} ${int('app.b')}/${int('app.c')}` })} ${word('app.a')} ${int('app.b')}/${text('app.c')}`,
    'x y 1/2 z - 3/4 9 9/',
    { message: 'x y 1/2 z', 'app.a': '-', 'app.b': 3, 'app.c': '4 9 9/' },
  ],
  [
    'a name that is written twice and holds what divides it',
    line`${twice(or('', text('user.name')), '] @ ')}[${or('', text('app.a'))}] @ ${text('app.b')}`,
    'a[b][a[b]] @ h',
    { 'user.name': 'a[b]', 'app.a': 'a[b]', 'app.b': 'h' },
  ],
  [
    'a name of brackets',
    line`${twice(or('', text('user.name')), '] @ ')}[${or('', text('app.a'))}] @ ${text('app.b')}`,
    '[[[] @ h',
    { 'user.name': '[', 'app.a': '[', 'app.b': 'h' },
  ],
  [
    'two names',
    line`${twice(or('', text('user.name')), '] @ ')}[${or('', text('app.a'))}] @ ${text('app.b')}`,
    'a[b][c] @ h',
    { 'user.name': 'a[b]', 'app.a': 'c', 'app.b': 'h' },
  ],
  [
    'no name twice',
    line`${twice(or('', text('user.name')), '] @ ')}[${or('', text('app.a'))}] @ ${text('app.b')}`,
    '[] @ h] @ i[i',
    { 'app.b': 'h] @ i[i' },
  ],
  [
    'one name of two',
    line`${twice(or('', text('user.name')), '] @ ')}[${or('', text('app.a'))}] @ ${text('app.b')}`,
    '[ab] @ h',
    { 'app.a': 'ab', 'app.b': 'h' },
  ],
  [
    'lists side by side',
    line`${or('-', list([', ', ' : '], text('app.a')))} ${or('-', list([', ', ' : '], int('app.b')))} ${int('app.c')}`,
    'x:1, y : z 1, -, 2 : 3 4',
    { 'app.a': ['x:1', 'y', 'z'], 'app.b': [1, 2, 3], 'app.c': 4 },
  ],
  [
    'JSON escapes and half a pair',
    line`"${escaped('json', text('message'))}"`,
    '"a\\u00e4\\ud83d\\ude00\\ud83d\\n"',
    { message: 'aä😀�\n' },
  ],
  [
    'a quoted value ends at its own quote',
    line`${quoted(text('message'))} ${int('process.pid')}`,
    '"say \\"hi\\" \\\\" 5',
    { message: 'say "hi" \\', 'process.pid': 5 },
  ],
  ['a quoted value without end', line`${quoted(text('message'))} x`, '"say x', failing('unexpected_end', 6, '"\\""')],
  [
    'lists with two separators',
    line`"${or('-', list([', ', ' : '], int('nginx.access.upstream.status')))}"`,
    '"200, 502 : 404"',
    { 'nginx.access.upstream.status': [200, 502, 404] },
  ],
  [
    'absent elements are left out',
    line`"${or('-', list([', ', ' : '], number('nginx.access.upstream.response_time')))}"`,
    '"-, 0.5"',
    { 'nginx.access.upstream.response_time': [0.5] },
  ],
  [
    'a bad element',
    line`"${list(', ', int('nginx.access.upstream.status'))}"`,
    '"1, x"',
    failing('bad_value', 4, 'a whole number'),
  ],
  ['skipped text', line`${skip()} - ${int('process.pid')}`, 'what ever - 5', { 'process.pid': 5 }],
  [
    'blanks however many',
    line`${word('log.level')}:${blanks()}${int('process.pid')}`,
    'INFO:     5',
    { 'log.level': 'INFO', 'process.pid': 5 },
  ],
  [
    'an optional piece that is there',
    line`${text('message')}${optional(line`, client: ${word('source.address')}`)}${optional(line`, server: ${word('url.domain')}`)}`,
    'it broke, client: 1.2.3.4, server: shop',
    { message: 'it broke', 'source.address': '1.2.3.4', 'url.domain': 'shop' },
  ],
  [
    'optional pieces that are not',
    line`${text('message')}${optional(line`, client: ${text('source.address')}`)}${optional(line`, server: ${text('url.domain')}`)}`,
    'it broke, server: shop',
    { message: 'it broke', 'url.domain': 'shop' },
  ],
  [
    'a failed branch leaves nothing behind',
    line`${either(line`${word('user.name')} ${int('process.pid')}`, line`${text('message')}`)}`,
    'bob said',
    { message: 'bob said' },
  ],
  ['text left over', line`${int('process.pid')}`, '5 6', failing('trailing_text', 1, 'the end of the record')],
  ['a record that ends early', line`a ${int('process.pid')}`, 'a ', failing('unexpected_end', 2, 'a whole number')],
  [
    'pairs in any order',
    line`# ${pairs({ Query_time: duration('event.duration', 's'), Schema: word('mysql.slowlog.schema'), Rows: int('mysql.slowlog.rows_sent') })}`,
    '# Rows: 5  Unknown: a b c  Schema:   Query_time: 0.25',
    { 'mysql.slowlog.rows_sent': 5, 'event.duration': 250_000_000 },
  ],
  [
    'a pair whose value does not fit',
    line`# ${pairs({ Rows: int('mysql.slowlog.rows_sent') })}`,
    '# Rows: five',
    failing('bad_value', 8, 'a whole number'),
  ],
  [
    'lines of a record',
    record(
      optional(line`T ${int('app.t')}`),
      line`U ${word('user.name')}`,
      optional(line`use ${word('mysql.slowlog.schema')};`),
      line`${rest('mysql.slowlog.query')}`,
    ),
    'U bob\nuse db;\nselect 1\nfrom x;',
    { 'user.name': 'bob', 'mysql.slowlog.schema': 'db', 'mysql.slowlog.query': 'select 1\nfrom x;' },
  ],
  [
    'text stays in its line',
    record(line`a ${text('app.a')}`, line`b ${text('app.b')}`),
    'a 1\r\nb 2',
    { 'app.a': '1', 'app.b': '2' },
  ],
  [
    'lines in any order',
    record(
      line`x`,
      anyOrder(line`a ${int('app.a')}`, optional(line`b ${int('app.b')}`), optional(line`c ${int('app.c')}`)),
    ),
    'x\nc 3\na 1',
    { 'app.a': 1, 'app.c': 3 },
  ],
  [
    'a missing line',
    record(line`x`, anyOrder(line`a ${int('app.a')}`, optional(line`b ${int('app.b')}`))),
    'x\nb 3',
    failing('unexpected_end', 5, 'the end of the line'),
  ],
  [
    'captured again, the later counts',
    record(line`t ${int('app.t')}`, optional(line`u ${again(int('app.t'))}`)),
    't 1\nu 2',
    { 'app.t': 2 },
  ],
  [
    'not captured again, the first counts',
    record(line`t ${int('app.t')}`, optional(line`u ${again(int('app.t'))}`)),
    't 1',
    { 'app.t': 1 },
  ],
  [
    'a regular expression',
    line`[${regex('(?<who>\\w+)@(?<n>\\d+)', { who: word('user.name'), n: int('process.pid') })}]`,
    '[bob@12]',
    { 'user.name': 'bob', 'process.pid': 12 },
  ],
  [
    'a regular expression that does not fit',
    line`[${regex('(?<who>\\w+)', { who: word('user.name') })}]`,
    '[b b]',
    failing('bad_value', 1, 'text that fits (?<who>\\w+)'),
  ],
])('%s', (_, part, text, expected) => {
  expect(of(part).problems.map(({ text }) => text)).toEqual([])
  expect(read(part, text)).toEqual(expected)
})

test('derived values are set where the layout gave none', () => {
  const derived = grammar({
    name: 'test',
    line: line`${word('http.request.method')} ${int('process.pid')}`,
    samples: ['GET 1'],
    derive: {
      'event.action': wordsOf('http.request.method', { GET: 'read' }, 'write'),
      'app.pid': copy('process.pid'),
      'service.name': constant('shop'),
    },
  })
  expect(derived.problems).toEqual([])
  expect(readRecords(derived, ['GET 1', 'PUT 2']).rows).toEqual([
    { 'http.request.method': 'GET', 'process.pid': 1, 'event.action': 'read', 'app.pid': 1, 'service.name': 'shop' },
    { 'http.request.method': 'PUT', 'process.pid': 2, 'event.action': 'write', 'app.pid': 2, 'service.name': 'shop' },
  ])
})

test('a name that holds the text before a time is read to the time', () => {
  expect(readOne(combined, sample.replace('- - [', '- x [y] [11/Feb/2013:06:43:36 +0200] ['))).toMatchObject({
    code: 'expected_literal',
  })
  expect(readOne(combined, sample.replace('- - [', '- x [y] "z" ['))).toMatchObject({ 'user.name': 'x [y] "z"' })
})

test('decoded bytes that are no UTF-8 are replaced, and the record is flagged', () => {
  const { rows, flags } = readRecords(combined, [sample.replace('Mozilla', '\\xE4'), sample])
  expect(rows[0]).toMatchObject({ 'user_agent.original': '�/5.0' })
  expect(flags).toEqual([1, 0])
})

test('a pattern that takes too long fails alone, the records beside it are read', () => {
  const slow = of(line`${regex('(?<a>(?:(?=x)x+)+y)', { a: text('message') })}`)
  const { rows } = readRecords(slow, ['xxy', `${'x'.repeat(40)}z`, 'xxxy'])
  expect(rows).toEqual([
    { message: 'xxy' },
    expect.objectContaining({ code: expect.stringMatching(/^(pattern_timeout|bad_value)$/) }),
    { message: 'xxxy' },
  ])
})
