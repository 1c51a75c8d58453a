import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { fieldOf, fields } from '../../src/event/field.ts'
import { fieldsOf } from '../../src/query/fields-of.ts'
import { longestQuery, parseKql } from '../../src/query/kql.ts'
import { QueryError } from '../../src/query/query-error.ts'
import type { Query } from '../../src/query/tree.ts'

const parse = (kql: string): Query =>
  parseKql(kql, { fieldOf, names: Object.keys(fields), now: Date.parse('2026-11-23T08:00:00Z'), timezone: 'UTC' })

const errorOf = (kql: string): QueryError => {
  try {
    parse(kql)
  } catch (error) {
    if (error instanceof QueryError) return error
    throw error
  }
  throw new Error(`${kql} was taken`)
}

describe('mistakes show where they are', () => {
  // The marked part of the query, and a word of what is said.
  test.for([
    ['http.response.status_code: abc', 'abc', 'no number'],
    ['http.response.status_code: 2*', '2*', 'wildcard'],
    ['http.response.status_code: NaN', 'NaN', 'no number'],
    ['http.response.status_code >= 4*', '4*', 'range'],
    ['user_agent.bot: yes', 'yes', '`true` or `false`'],
    ['user_agent.bot > true', 'true', 'order'],
    ['message > a', 'a', 'order'],
    ['json.n > 5', '5', 'Declare'],
    ['json.n: *5', '*5', 'declare the member'],
    ['source.ip: 10.*', '10.*', 'network'],
    ['source.ip: example.com', 'example.com', 'address'],
    ['source.ip: 10.0.0.0/33', '10.0.0.0/33', 'address'],
    ['@timestamp > yesterday', 'yesterday', 'now-15m'],
    ['@timestamp > now-5x', 'now-5x', 'date'],
    ['@timestamp: 2026-02-30', '2026-02-30', 'date'],
    ['@timestamp: 2026-*', '2026-*', 'range'],
    ['status_code: 200', 'status_code', 'http.response.status_code'],
    ['http.request.metod: GET', 'http.request.metod', 'http.request.method'],
    ['nosuch.*: 1', 'nosuch.*', 'No field fits'],
    ['json.: x', 'json.', 'no field'],
    ['tags: { name: a }', 'tags', 'nested'],
    ['url.path: http://x', ':', 'double quotes'],
    ['foo not bar', 'not', 'and not'],
    ['foo "bar"', '"', 'and'],
    ['url.path: (a or b', '(', 'never closed'],
    ['message: "a', '"', 'never closed'],
    ['a)', ')', 'belong'],
    ['()', ')', 'value'],
    ['url.path: or', 'or', 'value'],
    ['a\\q', '\\', 'backslash'],
    ['a\\u12', '\\u', 'hexadecimal'],
  ] as const)('%s', ([kql, marked, said]) => {
    const { problems, message } = errorOf(kql)
    expect(problems.map(({ at, length }) => kql.slice(at, at + length))).toEqual([marked])
    expect(message).toContain(said)
  })

  test.for(['a and', 'not', 'url.path:', 'a or ', '\\u0061 and'])('%s ends too early', (kql) => {
    expect(errorOf(kql).problems).toMatchObject([{ at: kql.length, text: expect.stringContaining('ends') }])
  })

  test('fields and values that do not fit are told all at once', () => {
    const { problems } = errorOf('nosuch: 1 and http.response.status_code: (a or 200 or b) or source.ip: x')
    expect(problems).toHaveLength(4)
  })

  test('they are drawn under the query, wide characters and control characters too', () => {
    expect(errorOf('message: 中文 and user_agent.bot: 是').draw().split('\n')).toEqual([
      '  message: 中文 and user_agent.bot: 是',
      '                                    ^^',
      expect.stringContaining('Write `true` or `false`.'),
    ])
    expect(errorOf('url.path: "\x1b[31m" and nosuch: 1').draw()).not.toContain('\x1b')
  })

  test('a problem far into a long query is drawn with its surroundings only', () => {
    expect(
      errorOf(`url.path: ${'a'.repeat(5000)} and nosuch: 1`)
        .draw()
        .split('\n')[0]!.length,
    ).toBeLessThan(200)
  })
})

describe('what is too much is refused', () => {
  test.for([
    ['long', 'a'.repeat(longestQuery + 1)],
    ['deep in parentheses', '('.repeat(5000)],
    ['deep in negations', 'not '.repeat(3000)],
    ['deep in value lists', `tags: ${'('.repeat(5000)}`],
    ['wide', Array.from({ length: 300 }, (_, i) => `w${i}`).join(' or ')],
    ['a pattern no engine compiles', `url.path: *${'x'.repeat(200)}*`],
    ['a limit no engine compiles', `url.path > ${'x'.repeat(1000)}`],
  ] as const)('%s', ([, kql]) => expect(errorOf(kql).problems).toHaveLength(1))
})

describe('escapes', () => {
  test.for([
    ['url.path: a\\:b\\(c\\)\\"\\*', 'a:b(c)"*'],
    ['url.path: "a\\"b\\\\c\\d*"', 'a"b\\c\\d*'],
    ['url.path: \\u00e9\\t.', 'é\t.'],
    ['url.path: "\\u00e9\\n"', 'é\n'],
    ['url.path: \\not \\or \\AND', 'not or AND'],
    ['url.path:   a  b  ', 'a  b'],
    ['url.path: nothing orders', 'nothing orders'],
    ['url.path: "\\ud800"', '\ufffd'],
  ] as const)('%s', ([kql, value]) => expect(parse(kql)).toMatchObject({ kind: 'equals', value }))
})

describe('the tree', () => {
  test('is frozen data that JSON keeps', () => {
    const query = parse(
      'not (event.duration: 9007199254740993 or source.ip: 10.0.0.0/8) and message: "a b" and url.path: a*',
    )
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
    expect(frozen(query)).toBe(true)
    expect(JSON.parse(JSON.stringify(query))).toEqual(query)
  })

  test('a field wildcard leaves out fields that cannot hold the value', () => {
    expect(JSON.stringify(parse('user_agent.*: true'))).toContain('user_agent.bot')
    expect(JSON.stringify(parse('user_agent.*: Chrome'))).not.toContain('user_agent.bot')
  })

  test('`not(` and `and(` need no blank', () => {
    expect(parse('tags: a and(tags: b) or not(tags: c)')).toEqual(parse('(tags: a and tags: b) or not tags: c'))
  })
})

property.prop([fc.array(fc.constantFrom('a', ' ', ':', '(', ')', '"', '*', '\\', 'and ', ' or ', 'not ', 'tags', '<', '>=', '{', '}', '5', 'json.', '中', '\u0000'), { maxLength: 12 })])(
  'any text is a query or a mistake with its place',
  (parts) => {
    const kql = parts.join('')
    try {
      parse(kql)
    } catch (error) {
      expect(error).toBeInstanceOf(QueryError)
      for (const { at, length } of (error as QueryError).problems) {
        expect(at).toBeLessThanOrEqual(kql.length)
        expect(length).toBeGreaterThan(0)
      }
      ;(error as QueryError).draw()
    }
  },
) // biome-ignore format: a list

describe('another name of a field', () => {
  const aliases = new Map([['user.name', { of: 'user.id', datasets: ['door.log', 'gate.log'] }]])
  const read = (text: string) =>
    parseKql(text, { fieldOf, names: Object.keys(fields), aliases, now: 0, timezone: 'UTC' })

  test('asks for the field itself too, in the datasets that have the name', () => {
    const own = '(event.dataset: (door.log or gate.log) and user.id: alice)'
    expect(read('user.name: alice')).toEqual(parse(`user.name: alice or ${own}`))
    expect(read('not user.name: alice')).toEqual(parse(`not (user.name: alice or ${own})`))
  })

  test('is not asked for by who names the field itself', () => {
    expect([...fieldsOf(read('user.id: alice'))]).toEqual(['user.id'])
    expect([...fieldsOf(read('user.name: a*'))].sort()).toEqual(['event.dataset', 'user.id', 'user.name'])
  })
})
