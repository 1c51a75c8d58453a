import { describe, expect, test } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { convert } from '../../src/transform/convert.ts'
import { drop } from '../../src/transform/drop.ts'
import { lowercase } from '../../src/transform/lowercase.ts'
import { remove } from '../../src/transform/remove.ts'
import { rename } from '../../src/transform/rename.ts'
import { replace } from '../../src/transform/replace.ts'
import { sample } from '../../src/transform/sample.ts'
import { set } from '../../src/transform/set.ts'
import { split } from '../../src/transform/split.ts'
import { tag } from '../../src/transform/tag.ts'
import type { Transform } from '../../src/transform/transform.ts'
import { batchOf, type Row, schemaOf } from '../support/batch.ts'
import { documentsOf, through, values } from './documents.ts'

const problemsOf = (step: Transform<never, object>): readonly string[] => (step.problems ?? []).map(({ text }) => text)

describe('set', () => {
  test('gives every event the same values, each of its field’s type', async () => {
    const step = set({
      'service.name': 'shop',
      'source.port': 7,
      'client.ip': '2001:DB8::1',
      tags: ['a', 'b'],
      'labels.on': true,
    })
    expect(await through([{ 'service.name': 'old' }, {}], [step])).toEqual(
      Array(2).fill({
        service: { name: 'shop' },
        source: { port: 7 },
        client: { ip: '2001:db8::1' },
        tags: ['a', 'b'],
        labels: { on: true },
      }),
    )
    expect(step.adds).toMatchObject({
      'source.port': { type: 'long' },
      'labels.on': { type: 'boolean' },
      tags: { list: true },
    })
  })

  test('lets events keep their own where asked to', async () => {
    const rows = [{ 'service.name': 'own', 'source.port': 1 }, {}]
    expect(await through(rows, [set({ 'service.name': 'shop', 'source.port': 7 }, { keep: true })])).toEqual([
      { service: { name: 'own' }, source: { port: 1 } },
      { service: { name: 'shop' }, source: { port: 7 } },
    ])
  })

  test('refuses fields there are not and values of another type', () => {
    const step = set({ 'servce.name': 'x', 'source.port': '7', 'client.ip': 'lan', 'event.action': ['a'] } as never)
    expect(problemsOf(step)).toEqual([
      "set: there is no field 'servce.name'",
      'set: "7" is no value for \'source.port\'',
      'set: "lan" is no value for \'client.ip\'',
      "set: 'event.action' holds one value, not a list",
    ])
    expect(step.problems?.[0]?.mend).toContain('service.name')
    expect(step.problems?.[0]?.file).toMatch(/everyday\.test\.ts$/)
  })
})

describe('rename', () => {
  test('moves values, converting them to the type of the new name', async () => {
    const rows = [{ 'app.ip': '10.0.0.1', 'app.took': '12' }, { 'app.took': '7' }]
    expect(await through(rows, [rename({ 'app.ip': 'source.ip', 'app.took': 'event.duration' })])).toEqual([
      { source: { ip: '10.0.0.1' }, event: { duration: 12 } },
      { event: { duration: 7 } },
    ])
  })

  test('wins over values that are there, and leaves those where it has none', async () => {
    const rows = [{ 'app.user': 'new', 'user.name': 'old' }, { 'user.name': 'old' }]
    expect(await values('user.name', rows, rename({ 'app.user': 'user.name' }))).toEqual(['new', 'old'])
  })

  test('makes dead letters of values that cannot be converted', () => {
    const batch = batchOf([{ 'app.took': 'long' }, { 'app.took': '7' }])
    rename({ 'app.took': 'event.duration' }).apply(batch)
    expect([...batch.outcome]).toEqual([outcome.dead, outcome.live])
    expect(batch.failures.get(0)).toEqual({
      stage: 'transform',
      code: 'bad_value',
      field: 'event.duration',
      expected: 'a whole number',
      found: 'long',
    })
    release(batch)
  })
})

test('remove takes fields away, but none that stores rely on', async () => {
  expect(await through([{ message: 'm', 'user.name': 'u' }], [remove('user.name')])).toEqual([{ message: 'm' }])
  expect(problemsOf(remove('@timestamp', 'no.field'))).toEqual([
    "remove: every event has '@timestamp', stores rely on it",
    "remove: there is no field 'no.field'",
  ])
})

describe('convert', () => {
  const cases: readonly (readonly [string, Parameters<typeof convert>[0][string], unknown])[] = [
    [' 42 ', 'long', 42],
    ['-7', 'long', -7],
    ['5.00', 'long', 5],
    ['-1.5e3', 'double', -1500],
    ['Yes', 'boolean', true],
    ['0', 'boolean', false],
    ['2001:DB8::1', 'ip', '2001:db8::1'],
    ['2026-11-23T08:00:00.123456+08:00', 'date', '2026-11-23T00:00:00.123456Z'],
    ['2026-11-23 08:00:00', 'date', '2026-11-23T08:00:00.000Z'],
    ['1700000000', 'date', '2023-11-14T22:13:20.000Z'],
    ['1700000000123', 'date', '2023-11-14T22:13:20.123Z'],
  ]
  test.each(cases)('%j as %s', async (text, type, expected) => {
    expect(await values('labels.x', [{ 'labels.x': text }], convert({ 'labels.x': type }))).toEqual([expected])
  })

  test('keeps whole numbers beyond 2^53 exact', () => {
    const batch = batchOf([{ 'labels.x': '9007199254740993' }])
    convert({ 'labels.x': 'long' }).apply(batch)
    const column = batch.columns.get('labels.x')
    if (column?.kind !== 'dictionary' || column.values.kind !== 'number') throw new Error('not a number')
    const { text } = column.values
    expect(batch.block.arena.node.toString('latin1', text!.start[0], text!.end[0])).toBe('9007199254740993')
    release(batch)
  })

  const refused: readonly (readonly [string, Parameters<typeof convert>[0][string]])[] = [
    ['4x', 'long'],
    ['4.5', 'long'],
    ['9223372036854775808', 'long'],
    ['0x10', 'double'],
    ['1e999', 'double'],
    ['maybe', 'boolean'],
    ['10.0.0.256', 'ip'],
    ['2026-02-30T08:00:00Z', 'date'],
  ]
  test.each(refused)('%j is no %s', async (text, type) => {
    const rows = [{ 'labels.x': text }]
    expect(await through(rows, [convert({ 'labels.x': type })])).toEqual([undefined])
    expect(await through(rows, [convert({ 'labels.x': type }, { otherwise: 'absent' })])).toEqual([{}])
  })

  test('writes numbers, addresses and truth as texts', async () => {
    const rows = [{ 'labels.n': 1.5, 'labels.b': true }]
    expect(await through(rows, [convert({ 'labels.n': 'keyword', 'labels.b': 'keyword' })])).toEqual([
      { labels: { n: '1.5', b: 'true' } },
    ])
  })

  test('leaves fields of the table their types', () => {
    expect(problemsOf(convert({ 'source.ip': 'keyword' }))).toEqual([
      "convert: 'source.ip' is of type ip wherever it is stored, and cannot be keyword here",
    ])
    expect(problemsOf(convert({ 'labels.x': 'integer' as never }))).toEqual(['convert knows no type called integer'])
  })
})

describe('text', () => {
  test('lowercase writes letters small in texts, lists, dictionaries and constants', async () => {
    const rows = [{ 'http.request.method': 'GET', tags: ['A', 'é', 'ÉCOLE'], 'host.name': 'WEB', 'user.name': 'Ann' }]
    const step = lowercase('http.request.method', 'tags', 'host.name', 'user.name')
    const as = { 'host.name': 'constant', 'user.name': 'dictionary' } as const
    expect(await through(rows, [step], { as })).toEqual([
      { http: { request: { method: 'get' } }, tags: ['a', 'é', 'école'], host: { name: 'web' }, user: { name: 'ann' } },
    ])
    expect(problemsOf(lowercase('source.ip'))).toEqual(["lowercase: 'source.ip' holds no text but ip"])
  })

  test('replace takes texts as they are and patterns with their groups', async () => {
    const rows = [{ 'url.path': '/a//b//c' }]
    expect(await values('url.path', rows, replace('url.path', '//', '$&/'))).toEqual(['/a$&/b$&/c'])
    expect(await values('url.path', rows, replace('url.path', /\/\/(\w)/, '/<$1>'))).toEqual(['/a/<b>/<c>'])
    expect(await values('url.path', rows, replace('url.path', 'x', ''))).toEqual(['/a//b//c'])
  })

  test('replace refuses patterns whose time has no bound', () => {
    for (const pattern of [/(?=a)/, /(?<!a)b/, /(a)\1/, /a/i, /a/u, /a{1000}/])
      expect(problemsOf(replace('message', pattern, ''))).toHaveLength(1)
    expect(problemsOf(replace('message', /(?<x>\\1|[(?=]+)/, ''))).toEqual([])
    expect(problemsOf(replace('message', '', ''))).toHaveLength(1)
  })

  test('split makes lists without empty parts', async () => {
    const rows = [{ 'app.roles': 'a, b,,a' }, {}, { 'app.roles': ' ' }]
    expect(await through(rows, [split('app.roles', ',')])).toEqual([{ app: { roles: ['a', 'b', 'a'] } }, {}, {}])
    expect(await values('tags', rows, split('app.roles', ',', 'tags'))).toEqual([['a', 'b', 'a'], undefined, undefined])
    expect(problemsOf(split('user.name', ','))).toEqual(["split: 'user.name' cannot hold a list of texts"])
  })
})

describe('tag', () => {
  test('marks events once, after the tags they have', async () => {
    const rows: Row[] = [
      { tags: ['a'], 'event.duration': 5 },
      { 'event.duration': 50 },
      { tags: ['slow', 'a'], 'event.duration': 60 },
    ]
    expect(await values('tags', rows, tag('slow', 'event.duration > 10'))).toEqual([['a'], ['slow'], ['slow', 'a']])
    expect(await values('tags', [{}], tag('all'))).toEqual([['all']])
  })
})

describe('drop and sample', () => {
  const rows: Row[] = [{ 'http.response.status_code': 200 }, { 'http.response.status_code': 503 }, {}]

  test('drop filters what the query asks for', () => {
    const batch = batchOf(rows)
    drop('http.response.status_code < 500').apply(batch)
    expect([...batch.outcome]).toEqual([outcome.filtered, outcome.live, outcome.live])
    release(batch)
  })

  test("a parser's own fields are compared as what they are", () => {
    const batch = batchOf([{ 'app.count': 9 }, { 'app.count': 10 }], schemaOf([{ 'app.count': 9 }]))
    drop('app.count >= 10').apply(batch)
    expect([...batch.outcome]).toEqual([outcome.live, outcome.filtered])
    release(batch)
  })

  test('a query that cannot be read is a mistake of the definition, and drops nothing', () => {
    const step = drop('http.response.status_code: abc')
    expect(problemsOf(step)).toHaveLength(1)
    expect(problemsOf(step)[0]).toContain("drop cannot read its query 'http.response.status_code: abc' at character 28")
    expect(step.problems?.[0]?.file).toMatch(/everyday\.test\.ts$/)
    const batch = batchOf(rows)
    step.apply(batch)
    expect([...batch.outcome]).toEqual([0, 0, 0])
    release(batch)
  })

  test('sample keeps about its share, the same events each time', () => {
    const many = Array.from({ length: 4000 }, (_, i) => ({ 'log.level': i % 2 === 0 ? 'debug' : 'error' }))
    const keptOf = (from: number): readonly boolean[] => {
      const batch = batchOf(many, undefined, { from })
      sample(0.25, 'log.level: debug').apply(batch)
      const kept = documentsOf(batch).map((document) => document !== undefined)
      release(batch)
      return kept
    }
    const kept = keptOf(0)
    expect(kept.filter((_, i) => i % 2 === 1).every((live) => live)).toBe(true)
    const share = kept.filter((live, i) => live && i % 2 === 0).length / 2000
    expect(share).toBeGreaterThan(0.21)
    expect(share).toBeLessThan(0.29)
    // The batch begins two records later: records, not rows, are what is chosen.
    expect(keptOf(200).slice(0, 100)).toEqual(kept.slice(2, 102))
  })

  test('sample refuses shares that are none', () => {
    expect(problemsOf(sample(10))).toEqual(['sample cannot keep a share of 10'])
    expect(problemsOf(sample(1))).toEqual([])
  })
})
