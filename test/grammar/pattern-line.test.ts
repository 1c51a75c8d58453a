import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { int, ip, skip, text } from '../../src/grammar/capture.ts'
import { checkGrammars } from '../../src/grammar/check.ts'
import { dissectLine as dissect } from '../../src/grammar/dissect-line.ts'
import { indented } from '../../src/grammar/framing.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { grokLine as grok } from '../../src/grammar/grok-line.ts'
import { line } from '../../src/grammar/line.ts'
import { time } from '../../src/grammar/time.ts'
import { readRecords } from './read-records.ts'

const sample = '2026-11-27T08:00:00.5Z WARN 10.1.2.3 refused in 12 ms'
const gate = grammar({
  name: 'app.gate',
  line: grok(
    '%{TIMESTAMP_ISO8601:at} %{LOGLEVEL:[log][level]} %{IP:source.ip} %{WORD:app.verdict} in %{INT:app.ms:int} ms',
    {
      fields: { at: time('@timestamp', 'iso') },
    },
  ),
  samples: [sample],
})
const gateRow = {
  '@timestamp': '2026-11-27T08:00:00.500',
  'log.level': 'WARN',
  'source.ip': '10.1.2.3',
  'app.verdict': 'refused',
  'app.ms': 12,
}

describe('a grammar by a grok pattern', () => {
  test('reads captures as the fields they name, or as it is told', () => {
    expect(checkGrammars([gate])).toEqual([])
    expect(readRecords(gate, [sample, 'no', sample]).rows).toEqual([
      gateRow,
      expect.objectContaining({ code: 'bad_value', at: 0, found: 'no' }),
      gateRow,
    ])
    expect(gate.form.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      '@timestamp date',
      'log.level keyword',
      'source.ip ip',
      'app.verdict keyword',
      'app.ms long',
    ])
  })

  test('says how far a record fits', () => {
    expect(gate.explain('2026-11-27T08:00:00.5Z WARN 10.1.2.3 refused after')).toMatchObject({
      at: 44,
      expected: '" in "',
      found: ' after',
    })
    expect(gate.explain(sample)).toBeUndefined()
  })

  test('takes stock patterns and own ones, and several lines', () => {
    const orders = grammar({
      name: 'app.orders',
      line: grok('%{COMBINEDAPACHELOG} %{ORDER:app.order}\n%{GREEDYDATA:message}', {
        ecs: 'disabled',
        patterns: 'ORDER O-%{INT}\n# what else\n',
        fields: {
          clientip: ip('source.ip'),
          ident: skip(),
          auth: text('user.name'),
          timestamp: time('@timestamp', 'clf'),
          verb: text('http.request.method'),
          request: text('url.original'),
          httpversion: text('http.version'),
          rawrequest: skip(),
          response: int('http.response.status_code'),
          bytes: int('http.response.body.bytes'),
          referrer: skip(),
          agent: skip(),
          port: skip(),
        },
      }),
      framing: indented(),
      samples: ['10.1.2.3 - ann [27/Nov/2026:08:00:01 +0800] "GET / HTTP/1.1" 200 5 "-" "x" O-7\n  more'],
    })
    expect(orders.problems.map(({ text: what }) => what)).toEqual([
      "app.orders: The pattern captures nothing as 'port'",
    ])
  })

  const refused: readonly (readonly [what: string, make: () => unknown, sentence: string])[] = [
    ['a name that is no field', () => grok('%{IP:clientip}'), "'clientip' is no field"],
    [
      'a field of another type',
      () => grok('%{IP:source.ip}', { fields: { 'source.ip': int('source.ip' as never) } }),
      "'source.ip' is a ip, but is captured as a long",
    ],
    ['a time without a layout', () => grok('%{HTTPDATE:@timestamp}'), 'does not say how it is written'],
    ['a pattern that is not known', () => grok('%{NOPE:app.x}'), 'The pattern cannot be used: %{NOPE} is no pattern'],
    [
      'a field twice',
      () => grok('%{INT:a} %{INT:b}', { fields: { a: int('app.x'), b: int('app.x') } }),
      "'app.x' is captured twice",
    ],
    ['a pattern that takes for ever', () => grok('(?<app.x>(\\w+\\s?)*);'), 'can read one text in many ways'],
    ['something behind it', () => line`${grok('%{INT:app.x}') as never} z`, 'Nothing tells where a grok pattern ends'],
    ['an unknown dissect pattern', () => dissect('a'), 'The pattern cannot be used: the pattern has no field'],
    ['names that the record gives', () => dissect('%{?k}=%{&k}'), 'takes the name of a field from the record'],
  ]
  test.each(refused)('%s is refused at load, with its place', (_, make, sentence) => {
    const { problems } = grammar({ name: 'app.bad', line: make() as never, samples: ['1'] })
    expect(problems.map(({ text: what }) => what).join('\n')).toContain(sentence)
    expect(problems[0]?.file).toContain('pattern-line.test.ts')
  })

  test('a name that captured twice does not fit one field; of alternatives one did', () => {
    const either = grammar({
      name: 'app.either',
      line: grok('(?:n=%{INT:app.n}|m=%{INT:app.n};?)+$'),
      samples: ['n=1', 'm=2;'],
    })
    expect(readRecords(either, ['n=1', 'm=2;', 'n=1m=2']).rows).toEqual([
      { 'app.n': '1' },
      { 'app.n': '2' },
      expect.objectContaining({ code: 'bad_value', expected: 'one app.n, not 2' }),
    ])
  })

  test('a value that is none of its field is a failure, and takes back what was read', () => {
    const odd = grammar({ name: 'app.odd', line: grok('%{WORD:app.w} %{NOTSPACE:source.ip}'), samples: ['a 1.2.3.4'] })
    expect(readRecords(odd, ['a 1.2.3.4', '- b x', 'c ::1']).rows).toEqual([
      { 'app.w': 'a', 'source.ip': '1.2.3.4' },
      expect.objectContaining({ field: 'source.ip', at: 4, found: 'x' }),
      { 'app.w': 'c', 'source.ip': '::1' },
    ])
  })

  test('bytes that are no UTF-8 read as U+FFFD, and the record is flagged', () => {
    const all = grammar({ name: 'app.all', line: grok('^%{GREEDYDATA:message}$'), samples: ['a'] })
    const { rows, flags } = readRecords(all, [Buffer.from([97, 0xff, 98]), 'ok'])
    expect(rows).toEqual([{ message: 'a�b' }, { message: 'ok' }])
    expect(flags).toEqual([1, 0])
  })

  test.each([
    ['letters', 'a'],
    ['blanks', ' '],
    ['quotes', '\\"'],
    ['addresses', '1:'],
    ['words', 'GET / 1.2.3.4 [x] "y" '],
  ])('gets through 10 MB of %s', (_, part) => {
    const any = grammar({
      name: 'app.any',
      line: grok('^%{IP:source.ip} %{QUOTEDSTRING:app.q} %{GREEDYDATA:message}$'),
      samples: ['::1 "a" b'],
    })
    const long = part.repeat((10 << 20) / part.length)
    const { rows } = readRecords(any, [long, '::1 "a" b', `::1 "${long}`, `::1 "a" ${part}`])
    expect(rows).toHaveLength(4)
    expect(rows[1]).toEqual({ 'source.ip': '::1', 'app.q': '"a"', message: 'b' })
    expect(rows[0]).toHaveProperty('code')
  })

  test('a record that takes too long fails alone', () => {
    const slow = grammar({ name: 'app.slow', line: grok('^(?<message>(?:(?=a)a+)+)$'), samples: ['a'] })
    expect(readRecords(slow, ['aa', `${'a'.repeat(60)}b`, 'a']).rows).toEqual([
      { message: 'aa' },
      expect.objectContaining({ code: 'pattern_timeout' }),
      { message: 'a' },
    ])
  })
})

describe('a grammar by a dissect pattern', () => {
  const door = grammar({
    name: 'app.door',
    line: dissect('%{ts} %{+ts} door %{app.door} %{} %{[user][name]}', {
      separator: ' ',
      fields: { ts: time('@timestamp', 'yyyy-MM-dd HH:mm:ss'), 'app.door': int('app.door') },
    }),
    samples: ['2026-11-27 08:00:00 door 7 for ann'],
  })

  test('reads captures as the fields they name, or as it is told', () => {
    expect(checkGrammars([door])).toEqual([])
    expect(readRecords(door, ['2026-11-27 08:00:00 door 7 for ann', '2026-11-27 08:00:00 gate']).rows).toEqual([
      { '@timestamp': '2026-11-27T08:00:00', 'app.door': 7, 'user.name': 'ann' },
      expect.objectContaining({ code: 'unexpected_end', expected: '" door "' }),
    ])
  })

  test('a value that is none of its field is told where it stands', () => {
    expect(readRecords(door, ['2026-11-27 08:00:00 door x for ann']).rows).toEqual([
      expect.objectContaining({ field: 'app.door', at: 25, found: 'x for ann' }),
    ])
    const named = grammar({ name: 'app.named', line: dissect('%{app.a} %{[source][ip]}'), samples: ['1 ::1'] })
    expect(readRecords(named, ['é x']).rows).toEqual([expect.objectContaining({ field: 'source.ip', at: 3 })])
  })

  test('what is empty is no value', () => {
    const csv = grammar({ name: 'app.csv', line: dissect('%{app.a},%{app.b}'), samples: ['1,2'] })
    expect(readRecords(csv, [',2', '1,']).rows).toEqual([{ 'app.b': '2' }, { 'app.a': '1' }])
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(sample, sample.slice(0, 40), `${sample} `, sample.replace('WARN', '警告')),
)
test.prop([fc.array(hostile, { maxLength: 12 })])('records are read alike, alone and together', (records) => {
  const lines = records.map((one) => one.replace(/\n/g, ' '))
  const { rows } = readRecords(gate, lines)
  expect(rows).toEqual(lines.flatMap((one) => readRecords(gate, [one]).rows))
})
