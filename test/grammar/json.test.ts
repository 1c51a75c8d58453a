import { expect, test } from 'vitest'
import { int, text, word } from '../../src/grammar/capture.ts'
import { comparedWith } from '../../src/grammar/derive.ts'
import { json } from '../../src/grammar/json.ts'
import { line } from '../../src/grammar/line.ts'
import { everyField, key } from '../../src/grammar/members.ts'
import { type Row, readOne, readRecords } from './read-records.ts'

const app = json({
  name: 'test.app',
  members: {
    '@timestamp': key(['time', 'ts'], 'date'),
    'log.level': key('level', 'keyword'),
    message: key('msg', 'text'),
    'process.pid': key('pid', 'long'),
    'app.load': key('load', 'double'),
    'app.ok': key('ok', 'boolean'),
    'source.ip': key('ip', 'ip'),
    'event.duration': key('took', 'long', { unit: 'ms' }),
    'http.request.method': key('req.method', 'keyword'),
    tags: key('tags', 'keyword'),
  },
  samples: ['{}'],
})
const read = (text: string): unknown => readOne(app, text)

test.each<[string, string, unknown]>([
  [
    'members become fields',
    '{"time":"2026-11-23T12:00:00.5Z","level":"info","msg":"hi","pid":5,"load":0.5,"ok":true,"ip":"::1","took":1.5}',
    {
      '@timestamp': '2026-11-23T12:00:00.500',
      'log.level': 'info',
      message: 'hi',
      'process.pid': 5,
      'app.load': 0.5,
      'app.ok': true,
      'source.ip': '::1',
      'event.duration': 1_500_000,
    },
  ],
  ['blanks are free', ' { "pid" : 5 , "ok":false } ', { 'process.pid': 5, 'app.ok': false }],
  [
    'nested and dotted alike',
    '{"req":{"method":"GET","id":7}}',
    { 'http.request.method': 'GET', json: { 'req.id': 7 } },
  ],
  ['dotted', '{"req.method":"GET","req.id":7}', { 'http.request.method': 'GET', json: { 'req.id': 7 } }],
  ['the first key there is', '{"ts":1795477831378,"time":null}', { '@timestamp': '2026-11-23T23:50:31.378' }],
  [
    'the other key is kept',
    '{"ts":1795477831,"time":"2026-11-23T12:00:00Z"}',
    { '@timestamp': '2026-11-23T12:00:00', json: { ts: 1795477831 } },
  ],
  [
    'numbers as strings',
    '{"pid":"12","load":"1.5","ok":"false"}',
    { 'process.pid': 12, 'app.load': 1.5, 'app.ok': false },
  ],
  ['texts that are numbers', '{"level":30,"msg":true}', { 'log.level': '30', message: 'true' }],
  ['whole numbers with a point', '{"pid":2e2}', { 'process.pid': 200 }],
  ['fractions are no whole numbers', '{"pid":1.5}', { json: { pid: 1.5 } }],
  [
    'numbers beyond 64 bits are kept as they are',
    '{"pid":18446744073709551616}',
    { json: { pid: 18446744073709551616n } },
  ],
  ['19 digits', '{"pid":9223372036854775807}', { 'process.pid': 9223372036854775807n }],
  [
    'what does not fit is undeclared',
    '{"pid":"x","ip":"no","level":{"a":1}}',
    { json: { pid: 'x', ip: 'no', level: { a: 1 } } },
  ],
  ['null and empty strings are no value', '{"pid":null,"level":"","other":null}', { json: { other: null } }],
  ['lists', '{"tags":["a",null,"","b",5]}', { tags: ['a', 'b', '5'] }],
  ['a list of one', '{"tags":"a"}', { tags: ['a'] }],
  ['a list with an object is undeclared', '{"tags":["a",{"b":1}]}', { json: { tags: ['a', { b: 1 }] } }],
  [
    'escapes in values and keys',
    '{"m\\u0073g":"a\\n\\u00e4\\ud83d\\ude00\\ud800","k\\"":"\\""}',
    { message: 'a\nä😀�', json: { 'k"': '"' } },
  ],
  ['the last of a key wins', '{"pid":1,"x":1,"pid":2,"x":{"y":[]}}', { 'process.pid': 2, json: { x: { y: [] } } }],
  [
    'a repeated key inside',
    '{"x":{"a":1,"a":12345678901234567890,"b":[{"c":1,"c":2}]}}',
    { json: { x: { a: 12345678901234567890n, b: [{ c: 2 }] } } },
  ],
  [
    'an own key of __proto__',
    '{"__proto__":{"a":1},"constructor":2}',
    { json: Object.assign(Object.create(null), { constructor: 2, ['__proto__']: { a: 1 } }) },
  ],
  ['an empty object', '{}', {}],
])('%s', (_, text, expected) => {
  expect(app.problems).toEqual([])
  expect(read(text)).toEqual(expected)
})

test.each([
  ['', 'unexpected_end', 0],
  ['5', 'bad_json', 0],
  ['{"a":1', 'bad_json', 6],
  ['{"a":1} x', 'bad_json', 8],
  ['{"a" 1}', 'bad_json', 5],
  ['{"a":01}', 'bad_json', 6],
  ['{"a":1,}', 'bad_json', 7],
  ['{"a":[1,]}', 'bad_json', 8],
  ['{"a":"\\x"}', 'bad_json', 6],
  ['{"a":"\t"}', 'bad_json', 6],
  ['{"a":tru}', 'bad_json', 8],
  ['{"a":[}}', 'bad_json', 6],
])('%s is no record', (text, code, at) => {
  expect(read(text)).toMatchObject({ code, at })
})

test('deep values are kept as text, endless ones fail', () => {
  const deep = (depth: number): string => `{"x":${'['.repeat(depth)}"\\n"${']'.repeat(depth)}}`
  expect(read(deep(16))).toHaveProperty(['json', 'x', 0])
  expect(read(deep(17))).toEqual({ json: { x: `${'['.repeat(17)}"\\n"${']'.repeat(17)}` } })
  expect(read(deep(100_000))).toMatchObject({ code: 'too_deep' })
})

test('required members are asked for', () => {
  const strict = json({
    name: 'test',
    members: {
      '@timestamp': key(['time', 'ts'], 'date', { required: true }),
      'process.pid': key('pid', 'long', { required: true }),
    },
    samples: ['{}'],
  })
  expect(readOne(strict, '{"pid":1}')).toMatchObject({
    code: 'missing_member',
    expected: 'a member "time"',
    field: '@timestamp',
  })
  expect(readOne(strict, '{"pid":"x","ts":1}')).toMatchObject({ code: 'bad_value', at: 8, field: 'process.pid' })
  expect(readOne(strict, '{"pid":99999999999999999999,"ts":1}')).toMatchObject({
    code: 'number_out_of_range',
    field: 'process.pid',
  })
  expect(readOne(strict, '{"pid":1,"ts":"2026-02-30T00:00:00Z"}')).toMatchObject({
    code: 'time_out_of_range',
    field: '@timestamp',
  })
})

test('the text of a member is read further, and kept where it does not fit', () => {
  const nested = json({
    name: 'test',
    members: {},
    lines: {
      request: line`${word('http.request.method')} ${text('url.original')} HTTP/${word('http.version')}`,
      at: line`${text('log.origin.file.name')}:${int('log.origin.file.line')}`,
    },
    samples: ['{}'],
  })
  expect(readOne(nested, '{"request":"GET /\\u00e4 HTTP/1.1","at":"a.py:7"}')).toEqual({
    'http.request.method': 'GET',
    'url.original': '/ä',
    'http.version': '1.1',
    'log.origin.file.name': 'a.py',
    'log.origin.file.line': 7,
  })
  expect(readOne(nested, '{"request":"nonsense"}')).toEqual({ json: { request: 'nonsense' } })
})

test('undeclared members may be dropped', () => {
  const strict = json({
    name: 'test',
    members: { 'process.pid': key('pid', 'long') },
    undeclared: 'drop',
    samples: ['{}'],
  })
  expect(readOne(strict, '{"pid":1,"x":{"y":2}}')).toEqual({ 'process.pid': 1 })
})

test('the whole field table reads ECS loggers, dotted and nested', () => {
  const ecs = json({ name: 'test.ecs', members: everyField(), samples: ['{}'] })
  expect(ecs.problems).toEqual([])
  expect(
    readOne(
      ecs,
      '{"@timestamp":"2026-11-23T12:00:00.000Z","log.level":"info","message":"hi","ecs.version":"1.6.0","process":{"pid":7,"thread":{"name":"main"}},"http":{"response":{"status_code":200}},"event":{"kind":"event","category":["web"]},"service.node.name":"b","mine":1}',
    ),
  ).toEqual({
    '@timestamp': '2026-11-23T12:00:00.000',
    'log.level': 'info',
    message: 'hi',
    'ecs.version': '1.6.0',
    'process.pid': 7,
    'process.thread.name': 'main',
    'http.response.status_code': 200,
    'event.kind': 'event',
    'event.category': ['web'],
    'service.node.name': 'b',
    json: { mine: 1 },
  })
})

test('records do not leak into each other', () => {
  const { rows } = readRecords(app, ['{"tags":["a"],"x":1}', '{"tags":', '{"y":2,"tags":["b","c"]}', '{}'])
  expect(rows).toEqual([
    { tags: ['a'], json: { x: 1 } },
    expect.objectContaining({ code: 'bad_json' }),
    { tags: ['b', 'c'], json: { y: 2 } },
    {},
  ])
})

test('what a record has to have may go by the value of a member; all that is missing is named', () => {
  const event = json({
    name: 'test.event',
    members: {
      '@timestamp': key('time', 'date', { required: true }),
      'event.action': key('do', 'keyword', { required: true, words: ['buy', 'pay'] }),
      'app.order': key('order.id', 'keyword'),
      'app.amount': key(['amount', 'sum'], 'double'),
    },
    needs: { field: 'event.action', by: { pay: ['app.order', 'app.amount'] } },
    samples: ['{"time":1,"do":"buy"}'],
  })
  expect(event.problems).toEqual([])
  expect(readOne(event, '{"time":1,"do":"pay","sum":2,"order":{"id":"a"}}')).toMatchObject({ 'app.amount': 2 })
  expect(readOne(event, '{"time":1,"do":"buy"}')).toMatchObject({ 'event.action': 'buy' })
  expect(readOne(event, '{"do":"pay","sum":"x"}')).toMatchObject({
    code: 'missing_member',
    expected: 'members "time", "order.id", "amount"',
    field: '@timestamp',
  })
  expect(readOne(event, '{"time":1,"do":"pay","sum":2}')).toMatchObject({ expected: 'a member "order.id"' })
  expect(readOne(event, '{"time":1,"do":"sell"}')).toMatchObject({
    code: 'bad_value',
    expected: 'one of "buy", "pay"',
    field: 'event.action',
  })
  // What a failed record lacked says nothing of the next one.
  expect(readRecords(event, ['{"do":"pay"}', '{"time":1,"do":"buy"}']).rows[1]).toMatchObject({ 'event.action': 'buy' })
  const bad = json({
    name: 'test.bad',
    members: { 'event.action': key('do', 'keyword'), tags: key('tags', 'keyword') },
    needs: { field: 'event.action', by: { pay: ['tags'] } },
    samples: ['{"do":"x"}'],
  })
  expect(bad.problems.map(({ text }) => text)).toEqual(["test.bad: 'tags' is needed, but is no member with one value"])
})

test('a member may have to be there, if only empty', () => {
  const log = json({
    name: 'test.there',
    members: { message: key('msg', 'text', { there: true }) },
    samples: ['{"msg":""}'],
  })
  expect(readOne(log, '{"msg":""}')).toEqual({})
  expect(readOne(log, '{"message":"x"}')).toMatchObject({ code: 'missing_member', expected: 'a member "msg"' })
})

test('two numbers of a record are compared', () => {
  const stock = json({
    name: 'test.stock',
    members: { 'app.had': key('had', 'long'), 'app.asked': key('asked', 'long') },
    derive: { 'event.outcome': comparedWith('app.had', 'app.asked', { less: 'failure', same: 'success' }) },
    samples: ['{"had":1,"asked":1}'],
  })
  expect(stock.problems).toEqual([])
  const outcome = (record: string) => (readOne(stock, record) as Row)['event.outcome']
  expect(outcome('{"had":1,"asked":1}')).toBe('success')
  expect(outcome('{"had":0,"asked":1}')).toBe('failure')
  expect(outcome('{"had":2,"asked":1}')).toBeUndefined()
  expect(outcome('{"had":2}')).toBeUndefined()
  const bad = json({
    name: 'test.bad',
    members: { 'app.had': key('had', 'keyword') },
    derive: { 'event.outcome': comparedWith('app.had', 'app.asked', { same: 'success' }) },
    samples: ['{}'],
  })
  expect(bad.problems.map(({ text }) => text)).toEqual([
    "test.bad: 'event.outcome' is compared with 'app.asked', which the layout does not capture",
    "test.bad: 'app.had' and 'app.asked' are not both numbers",
  ])
})

test('a text that is a JSON object is read as if it stood there', () => {
  const wrapped = json({
    name: 'test.nested',
    members: {
      'log.level': key('log.level', 'keyword'),
      message: key('log.body.msg', 'text', { required: true }),
      'user.id': key('user.id', 'keyword'),
    },
    nested: ['log', 'log.body'],
    samples: ['{"log":"{\\"body\\":{\\"msg\\":\\"x\\"}}"}'],
  })
  expect(wrapped.problems).toEqual([])
  const body = JSON.stringify({ msg: 'paid "7"\n龙井', n: 1 })
  const log = JSON.stringify({ level: 'info', body, 'a.b': [1, { c: '}' }] })
  expect(readOne(wrapped, JSON.stringify({ stream: 'stdout', log, user: { id: 'u7' } }))).toEqual({
    'log.level': 'info',
    message: 'paid "7"\n龙井',
    'user.id': 'u7',
    json: { stream: 'stdout', 'log.a.b': [1, { c: '}' }], 'log.body.n': 1 },
  })
  expect(readOne(wrapped, JSON.stringify({ log: { body: { msg: 'as an object' } } }))).toEqual({
    message: 'as an object',
  })
  for (const text of ['plain', '', '{"body":', '{"body":{"msg":"x"}} behind', '[1]', '7'])
    expect(readOne(wrapped, JSON.stringify({ log: text, 'log.body.msg': 'beside' }))).toEqual({
      message: 'beside',
      json: { log: text },
    })
  expect(readOne(wrapped, JSON.stringify({ log: '{}' }))).toMatchObject({
    code: 'missing_member',
    expected: 'a member "log.body.msg"',
  })
  const bad = json({ name: 'test.bad', members: { message: key('log', 'text') }, nested: ['log', ''], samples: ['{}'] })
  expect(bad.problems).toHaveLength(2)
})
