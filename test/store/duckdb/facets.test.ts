import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Batch, release } from '../../../src/event/batch.ts'
import { absent, type Column } from '../../../src/event/column.ts'
import { equals, everything, not } from '../../../src/query/tree.ts'
import { openDatabase } from '../../../src/store/duckdb/database.ts'
import { openDuckdb } from '../../../src/store/duckdb/store.ts'
import type { Store } from '../../../src/store/store.ts'
import { batchOf, type Row } from '../../support/batch.ts'

const never = new AbortController().signal
let directory: string
let path: string
let store: Store
let batches: Batch[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-facets-'))
  path = join(directory, 'tailrace.duckdb')
  store = await openDuckdb({ path })
  batches = []
})
afterEach(async () => {
  await store.close()
  for (const batch of batches) release(batch)
  await rm(directory, { recursive: true, force: true })
})

const agent = ['user_agent.bot', 'user_agent.name', 'user_agent.version'] as const
type Agent = Partial<Record<(typeof agent)[number], unknown>>

/** A batch whose agent columns share their codes, as the transform that makes them leaves them. */
const made = (rows: readonly Row[], from = 0, key?: string): Batch => {
  const batch = batchOf(rows, undefined, { stored: true, from, ...(key === undefined ? {} : { key }) })
  batches.push(batch)
  const texts = rows.map((row) => JSON.stringify(agent.map((name) => row[name] ?? null)))
  const distinct = [...new Set(texts)]
  const codeOf = new Map(distinct.map((text, code) => [text, code]))
  const codes = batch.scratch.u32(rows.length)
  for (const [i, text] of texts.entries()) codes[i] = text === '[null,null,null]' ? absent : codeOf.get(text)!
  const values = distinct.map((text) => (JSON.parse(text) as unknown[]).map((value) => value ?? undefined))
  for (const [at, name] of agent.entries())
    batch.columns.set(name, {
      kind: 'dictionary',
      codes,
      values: valuesOf(
        batch,
        values.map((value) => value[at]),
      ),
    })
  return batch
}
const valuesOf = (batch: Batch, values: readonly unknown[]): Column => {
  if (values.some((value) => typeof value === 'boolean'))
    return { kind: 'boolean', values: Uint8Array.from(values, (value) => (value === undefined ? 255 : Number(value))) }
  const slices = values.map((value) =>
    value === undefined ? { start: absent, end: absent } : batch.scratch.write(String(value)),
  )
  return {
    kind: 'text',
    start: Uint32Array.from(slices, ({ start }) => start),
    end: Uint32Array.from(slices, ({ end }) => end),
  }
}
const find = async (where = everything): Promise<Agent[]> => {
  const found: Agent[] = []
  const sort = ['log.file.id', 'log.offset'].map((field) => ({ field, descending: false }))
  for await (const document of store.search({ where, limit: 100_000, sort, fields: agent }, never)) {
    const { user_agent: held = {} } = document as { user_agent?: Record<string, unknown> }
    found.push(Object.fromEntries(Object.entries(held).map(([name, value]) => [`user_agent.${name}`, value])))
  }
  return found
}
const count = async (sql: string): Promise<number> => {
  await store.close()
  const database = await openDatabase({ path })
  const rows = await database.rows(sql)
  await database.close()
  store = await openDuckdb({ path })
  return Number(rows[0]![0])
}
const facetCount = (): Promise<number> => count('SELECT count(*) FROM "facets.user_agent"')

const curl: Agent = { 'user_agent.bot': false, 'user_agent.name': 'curl', 'user_agent.version': '8.5.0' }
const bot: Agent = { 'user_agent.bot': true, 'user_agent.name': 'Googlebot' }

test('what goes together is kept once, over transactions and restarts, and every row has it', async () => {
  const rows = [curl, bot, {}, curl, curl]
  await store.write([made(rows), made([bot], 1000)], () => ({}), never)
  expect(await facetCount()).toBe(2)
  await store.write([made([curl, { 'user_agent.name': 'wget' }], 2000)], () => ({}), never)
  expect(await facetCount()).toBe(3)
  expect(await find()).toEqual([...rows, bot, curl, { 'user_agent.name': 'wget' }])
})

test('questions find rows by what they share', async () => {
  await store.write([made([curl, bot, {}, curl])], () => ({}), never)
  expect(await find(equals('user_agent.name', 'curl'))).toEqual([curl, curl])
  expect(await find(not(equals('user_agent.bot', true)))).toEqual([curl, {}, curl])
  const buckets = await store.aggregate(
    {
      where: everything,
      by: ['user_agent.name', 'user_agent.bot'],
      metrics: [{ kind: 'unique', field: 'user_agent.version' }],
    },
    never,
  )
  expect(buckets.map(({ by, count: n }) => [by!['user_agent.name'], by!['user_agent.bot'], n])).toEqual([
    ['curl', false, 2],
    ['Googlebot', true, 1],
    [null, null, 1],
  ])
})

test('values that are hardly ever the same stay with their rows, and are found beside the others', async () => {
  const many = Array.from(
    { length: 400 },
    (_, i): Agent => ({ 'user_agent.name': `one ${i}`, 'user_agent.bot': i % 2 === 0 }),
  )
  await store.write([made([curl, curl])], () => ({}), never)
  await store.write([made(many, 1000)], () => ({}), never)
  expect(await facetCount()).toBe(1)
  expect(await find()).toEqual([curl, curl, ...many])
  expect(await find(equals('user_agent.name', 'one 7'))).toEqual([many[7]])
})

test('more than are known at once are still kept once each', async () => {
  const part = (n: number): Agent[] =>
    Array.from(
      { length: 4500 * 4 },
      (_, i): Agent => ({ 'user_agent.name': `agent ${n} ${i >> 2}`, 'user_agent.version': '1' }),
    )
  for (const [i, n] of [0, 1, 2, 3, 0].entries()) await store.write([made(part(n), i * 10_000_000)], () => ({}), never)
  expect(await facetCount()).toBe(4 * 4500)
  expect(await find(equals('user_agent.name', 'agent 0 7'))).toHaveLength(8)
  expect(await find(equals('user_agent.name', 'agent 3 4499'))).toHaveLength(4)
})

test('texts that are few in many rows are kept once, and not looked for where they are many', async () => {
  const rows = Array.from(
    { length: 600 },
    (_, i): Row => ({
      'http.request.method': ['GET', 'POST', undefined][i % 3],
      'url.path': `/${i}`,
    }),
  )
  const batch = batchOf(rows, undefined, { stored: true })
  batches.push(batch)
  await store.write([batch], () => ({}), never)
  const buckets = await store.aggregate({ where: everything, by: ['http.request.method'], metrics: [] }, never)
  expect(buckets.map(({ by, count: n }) => [by!['http.request.method'], n])).toEqual([
    ['GET', 200],
    ['POST', 200],
    [null, 200],
  ])
  expect(await count('SELECT count(*) FROM "facets.http.request.method"')).toBe(2)
  expect(await count(`SELECT count(*) FROM fields WHERE stream LIKE 'facets.url%'`)).toBe(0)
})

test('a field that comes as another type later is kept with its rows', async () => {
  await store.write([made([curl, bot])], () => ({}), never)
  const odd: Agent = { 'user_agent.name': 'odd', 'user_agent.bot': 'perhaps' }
  const batch = made([odd, curl], 1000)
  const codes = batch.scratch.u32(2)
  codes.set([0, 1])
  batch.columns.set('user_agent.bot', {
    kind: 'dictionary',
    codes: (batch.columns.get('user_agent.name') as { codes: Uint32Array }).codes,
    values: valuesOf(batch, ['perhaps', 'no']),
  })
  await store.write([batch], () => ({}), never)
  expect((await find()).map((row) => row['user_agent.name'])).toEqual(['curl', 'Googlebot', 'odd', 'curl'])
})

test('a field that is of two types in one transaction spoils neither', async () => {
  const odd = made([
    { ...curl, 'user_agent.bot': 'true' },
    { ...bot, 'user_agent.bot': 'false' },
  ])
  await store.write([odd, made([curl, bot], 1000)], () => ({}), never)
  expect((await find()).map((row) => [row['user_agent.name'], row['user_agent.bot']])).toEqual([
    ['curl', true],
    ['Googlebot', false],
    ['curl', false],
    ['Googlebot', true],
  ])
})

test('what no event has any more goes with the events', async () => {
  const old = Date.parse('2020-01-01T00:00:00Z')
  const now = Date.parse('2026-01-01T00:00:00Z')
  await store.write(
    [
      made([
        { ...bot, '@timestamp': old },
        { ...curl, '@timestamp': now },
      ]),
    ],
    () => ({}),
    never,
  )
  await store.retain!([{ maxAge: 86_400_000 }], now + 1000, never)
  await store.write([made([bot, curl], 1000)], () => ({}), never)
  expect(await find()).toEqual([curl, bot, curl])
  await store.retain!([{ maxAge: 86_400_000 }], now + 1000, never)
  expect(await facetCount()).toBe(2)
})

test('a transaction that failed leaves no row that refers to nothing', async () => {
  const batch = made([curl, bot, curl])
  let tries = 0
  const seal = (): Record<string, number> => {
    if (tries++ === 0) throw new Error('IO Error: a fault made by the test')
    return { tries }
  }
  await store.write([batch], seal, never)
  expect(await find()).toEqual([curl, bot, curl])
  expect(await facetCount()).toBe(2)
})

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })
const row: fc.Arbitrary<Row> = fc.record({
  'user_agent.name': maybe(fc.constantFrom('', 'a', 'b', 'c', '浏览器', "it's")),
  'user_agent.version': maybe(fc.constantFrom('', '1', '1\n2', 'bool')),
  'user_agent.bot': maybe(fc.boolean()),
})
property.prop([fc.array(fc.array(row, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 })], {
  numRuns: 25,
})('any rows come back as they went in', async (all) => {
  const key = Math.random().toString(16).slice(2).padEnd(16, '0').slice(0, 16)
  let from = 0
  const written = all.map((rows) => {
    const batch = made(rows, from, key)
    from += rows.length * 100
    return batch
  })
  await store.write(written, () => ({}), never)
  const there = (held: Row): Agent =>
    Object.fromEntries(agent.flatMap((name) => (held[name] === undefined ? [] : [[name, held[name]]])))
  expect(await find(equals('log.file.id', key))).toEqual(all.flat().map(there))
})
