import { describe, expect, test } from 'vitest'
import { fieldOf, fields } from '../../src/event/field.ts'
import { toDsl } from '../../src/query/dsl.ts'
import { parseKql } from '../../src/query/kql.ts'
import { QueryError } from '../../src/query/query-error.ts'
import { and, anyOf, equals, everything, exists, not, nothing, or, range, words } from '../../src/query/tree.ts'

const parse = (kql: string) => parseKql(kql, { fieldOf, names: Object.keys(fields), now: 0, timezone: 'UTC' })

describe('queries built by code are those that KQL writes', () => {
  test.for([
    [equals('http.response.status_code', 503), 'http.response.status_code: 503'],
    [equals('event.duration', 9007199254740993n), 'event.duration: 9007199254740993'],
    [equals('user_agent.bot', true), 'user_agent.bot: true'],
    [equals('message', 'no space left'), 'message: "no space left"'],
    [words('message', 'no space'), 'message: no space'],
    [equals('source.ip', '10.0.0.0/8'), 'source.ip: 10.0.0.0/8'],
    [equals('json.user.id', 7), 'json.user.id: 7'],
    [anyOf('log.level', ['error', 'fatal']), 'log.level: (error or fatal)'],
    [range('@timestamp', { gte: 100_000, lt: 200_000 }), '@timestamp >= 100000 and @timestamp < 200000'],
    [and(exists('url.path'), not(equals('tags', 'x'))), 'url.path: * and not tags: x'],
  ] as const)('%#: %j', ([query, kql]) => expect(query).toEqual(parse(kql)))
})

test('a field or value that does not fit is refused with the sentence that mends it', () => {
  expect(() => equals('nosuch', 1)).toThrow(QueryError)
  expect(() => equals('http.response.status_code', 'abc')).toThrow('Write a number')
  expect(equals('app.kind', 'x', () => ({ type: 'keyword', about: 'Kind.' }))).toMatchObject({ field: 'app.kind' })
})

test('all and none vanish where they change nothing, and win where they decide', () => {
  const one = equals('tags', 'a')
  expect(and()).toBe(everything)
  expect(or()).toBe(nothing)
  expect(and(one, everything)).toBe(one)
  expect(or(one, nothing)).toBe(one)
  expect(and(one, nothing)).toBe(nothing)
  expect(or(one, everything)).toBe(everything)
  expect(not(not(one))).toBe(one)
  expect(not(everything)).toBe(nothing)
  expect(and(one, and(one, one))).toEqual({ kind: 'and', of: [one, one, one] })
})

describe('query DSL', () => {
  test.for([
    ['log.level: (error or fatal or warn*)', { bool: { should: [{ terms: { 'log.level': ['error', 'fatal'] } }, { wildcard: { 'log.level': { value: 'warn*' } } }], minimum_should_match: 1 } }],
    ['url.path: a and not url.path: b', { bool: { filter: [{ term: { 'url.path': { value: 'a' } } }], must_not: [{ term: { 'url.path': { value: 'b' } } }] } }],
    ['url.path: a\\*?\\\\b*', { wildcard: { 'url.path': { value: 'a\\*\\?\\\\b*' } } }],
    ['nginx.access.gzip_ratio: 0', { range: { 'nginx.access.gzip_ratio': { gte: '-0.0', lte: '0.0' } } }],
    ['@timestamp < "1969-12-31"', { range: { '@timestamp': { lt: '1969-12-31T00:00:00.000Z', format: 'strict_date_optional_time' } } }],
    ['event.duration > 9007199254740992', { range: { 'event.duration': { gte: '9007199254740993' } } }],
    ['json.a.b: x*', { prefix: { 'json.a.b': { value: 'x' } } }],
    ['message: "Disk is full"', { match_phrase: { message: { query: 'disk is full' } } }],
  ] as const)('%s', ([kql, dsl]) => expect(toDsl(parse(kql))).toEqual(dsl)) // biome-ignore format: a table
})
