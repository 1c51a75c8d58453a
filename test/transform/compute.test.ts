import { expect, test, vi } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import type { Row } from '../../src/event/row.ts'
import { compute } from '../../src/transform/compute.ts'
import { set } from '../../src/transform/set.ts'
import { batchOf } from '../support/batch.ts'
import { documentsOf, through } from './documents.ts'

test('a function gets a typed row and returns fields of declared types', async () => {
  const step = compute(
    { 'app.total': 'double', 'app.big': 'boolean', 'event.start': 'date', 'client.ip': 'ip', 'labels.who': 'keyword' },
    (row) => ({
      'app.total': (row['http.response.status_code'] ?? 0) / 2,
      'app.big': (row['http.response.status_code'] ?? 0) > 300,
      'event.start': new Date(Date.UTC(2026, 2, 10)),
      'client.ip': '2001:DB8::1',
      'labels.who': row['user.name']?.toUpperCase(),
    }),
    { needs: ['http.response.status_code', 'user.name'] },
  )
  expect(step.problems).toEqual([])
  expect(step.needs).toEqual(['http.response.status_code', 'user.name'])
  expect(
    await through(
      [{ 'http.response.status_code': 301, 'user.name': '张三a' }, { 'http.response.status_code': 200 }],
      [step],
    ),
  ).toMatchObject([
    {
      app: { total: 150.5, big: true },
      event: { start: '2026-03-10T00:00:00.000Z' },
      client: { ip: '2001:db8::1' },
      labels: { who: '张三A' },
    },
    { app: { total: 100, big: false } },
  ])
})

test('a row is read by name, whatever its columns are', async () => {
  const seen: unknown[] = []
  const rows: Row[] = [
    {
      'source.ip': '::1',
      tags: ['a', 'b'],
      'app.ok': true,
      'labels.n': 7,
      '@timestamp': '2026-03-10T08:00:00.5Z',
      json: { a: [1], 'b.c': 'x' },
    },
    {},
  ]
  const look = compute({ 'app.x': 'long' }, (row) => {
    seen.push(
      Object.fromEntries(
        ['source.ip', 'tags', 'app.ok', 'labels.n', '@timestamp', 'json', 'service.name', 'nothing'].map((name) => [
          name,
          row[name],
        ]),
      ),
    )
    return undefined
  })
  await through(rows, [set({ 'service.name': 'shop' }), look])
  expect(seen).toMatchObject([
    { 'source.ip': '::1', tags: ['a', 'b'], 'app.ok': true, 'labels.n': 7, 'service.name': 'shop', nothing: undefined },
    { 'source.ip': undefined, tags: undefined, 'app.ok': undefined, 'service.name': 'shop' },
  ])
  expect((seen[0] as Row)['@timestamp']).toMatch(/^2026-03-10T08:00:00\.5/)
  expect((seen[0] as Row)['json']).toEqual({ a: [1], 'b.c': 'x' })
})

test('what it leaves out stays as it was', async () => {
  const step = compute({ 'user.name': 'keyword' }, (row) =>
    row['app.rename'] === true ? { 'user.name': 'new' } : row['app.rename'] === false ? {} : undefined,
  )
  const rows = [
    { 'user.name': 'a', 'app.rename': true },
    { 'user.name': 'b', 'app.rename': false },
    { 'user.name': 'c' },
    {},
  ]
  expect((await through(rows, [step])).map((one) => (one as { user?: { name: string } }).user?.name)).toEqual([
    'new',
    'b',
    'c',
    undefined,
  ])
})

test('a function that throws or returns nonsense makes dead letters, one a record, and stops nothing', () => {
  const wrong: readonly (() => unknown)[] = [
    () => ({ 'app.n': 1 }),
    () => {
      throw new TypeError('no price')
    },
    () => {
      throw {
        toString: () => {
          throw new Error('no text')
        },
      }
    },
    () => ({ 'app.n': 'one' }),
    () => ({ 'app.n': 1.5 }),
    () => ({ 'app.other': 1 }),
    () => 7,
    () => [1],
    () => Promise.reject(new Error('later')),
    () => ({ 'app.n': Number.NaN }),
    () => ({ 'app.n': 2 }),
  ]
  const batch = batchOf(wrong.map((_, i) => ({ 'labels.i': i })))
  compute({ 'app.n': 'long' }, (row) => wrong[row['labels.i'] as number]!() as never).apply(batch)
  expect([...batch.failures]).toMatchObject([
    [1, { stage: 'transform', code: 'user_function_failed', reason: 'no price' }],
    [2, { code: 'user_function_failed', reason: 'something that has no text' }],
    [3, { code: 'bad_value', field: 'app.n', expected: 'a whole number', found: 'one' }],
    [4, { code: 'bad_value', found: '1.5' }],
    [5, { code: 'user_function_failed', reason: "it returned 'app.other', which it does not declare" }],
    [6, { code: 'user_function_failed', reason: 'it returned 7, and no fields' }],
    [7, { code: 'user_function_failed' }],
    [8, { code: 'user_function_failed', reason: 'it returned a promise' }],
    [9, { code: 'bad_value' }],
  ])
  expect([...batch.outcome].map((one) => one === outcome.live)).toEqual(wrong.map((_, i) => i === 0 || i === 10))
  release(batch)
})

test('a function that does not end is stopped, its record alone', () => {
  const asked: number[] = []
  const batch = batchOf([0, 1, 2, 3, 4].map((i) => ({ 'labels.i': i, 'user.name': `u${i}` })))
  batch.outcome[1] = outcome.filtered
  compute({ 'user.name': 'keyword', 'app.n': 'long' }, (row) => {
    const i = row['labels.i'] as number
    asked.push(i)
    try {
      for (; i === 2; );
    } catch {
      // What stops it is nothing that it could catch.
      return { 'app.n': -1 }
    }
    return { 'user.name': `v${i}`, 'app.n': i }
  }).apply(batch)
  expect([...batch.failures]).toEqual([
    [2, { stage: 'transform', code: 'user_function_timeout', reason: expect.stringContaining('500 ms') }],
  ])
  expect(documentsOf(batch)).toMatchObject([
    { user: { name: 'v0' }, app: { n: 0 } },
    ...[undefined, undefined],
    { user: { name: 'v3' }, app: { n: 3 } },
    { user: { name: 'v4' }, app: { n: 4 } },
  ])
  expect(batch.outcome[1]).toBe(outcome.filtered)
  // Once more by itself, and no other.
  expect(asked.filter((i) => i !== 2)).toEqual([0, 3, 4])
  release(batch)
})

test('rows that are dead already are not asked about, and a row that is kept is gone', async () => {
  const kept: Row[] = []
  const by = vi.fn((row: Row) => void kept.push(row))
  const batch = batchOf([{ 'user.name': 'a' }, { 'user.name': 'b' }])
  batch.outcome[0] = outcome.filtered
  compute({ 'app.n': 'long' }, by as never).apply(batch)
  release(batch)
  expect(by).toHaveBeenCalledTimes(1)
  expect(() => kept[0]!['user.name']).toThrow('the row is gone')
})

test('mistakes are told at load', () => {
  const step = compute(
    { 'servce.name': 'keyword', 'source.port': 'keyword', tags: 'keyword', 'app.o': 'flattened' } as never,
    () => undefined,
  )
  expect(step.problems?.map(({ text }) => text)).toEqual([
    "compute: there is no field 'servce.name'",
    "compute: 'source.port' is of type long wherever it is stored, and cannot be keyword here",
    "compute: 'tags' holds several values",
    'compute knows no type called flattened',
  ])
  expect(compute({}, () => undefined).problems).toHaveLength(1)
})
