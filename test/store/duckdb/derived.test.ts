import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Batch, release } from '../../../src/event/batch.ts'
import { equals, everything, exists, not } from '../../../src/query/tree.ts'
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
  directory = await mkdtemp(join(tmpdir(), 'tailrace-derived-'))
  path = join(directory, 'tailrace.duckdb')
  store = await openDuckdb({ path })
  batches = []
})
afterEach(async () => {
  await store.close()
  for (const batch of batches) release(batch)
  await rm(directory, { recursive: true, force: true })
})

let keys = 0
const nextKey = (): string => (++keys).toString(16).padStart(16, '0')
const write = async (rows: readonly Row[], key = nextKey()): Promise<void> => {
  const batch = batchOf(rows, undefined, { stored: true, key })
  batches.push(batch)
  await store.write([batch], () => ({}), never)
}
const find = async (where = everything): Promise<unknown[]> => {
  const found: unknown[] = []
  const sort = ['log.file.id', 'log.offset'].map((field) => ({ field, descending: false }))
  for await (const document of store.search({ where, limit: 10_000, sort }, never))
    found.push((document as { url?: unknown }).url)
  return found
}

const whole = { 'url.original': '/a?x=1&y', 'url.path': '/a', 'url.query': 'x=1&y' }
const bare = { 'url.original': '/b', 'url.path': '/b' }
const odd = { 'url.original': 'http://h/c?z', 'url.path': '/c', 'url.query': 'z' }
const none = {}
const nested = (row: Row): unknown => {
  const members = Object.entries(row).map(([name, value]) => [name.slice('url.'.length), value] as const)
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

test('a text that its parts make is not stored and is there all the same', async () => {
  await write([whole, bare, odd, none])
  expect(await find()).toEqual([whole, bare, odd, none].map(nested))
  expect(await find(equals('url.original', '/a?x=1&y'))).toEqual([nested(whole)])
  expect(await find(equals('url.original', 'http://h/c?z'))).toEqual([nested(odd)])
  expect(await find(not(exists('url.original')))).toEqual([undefined])
  const buckets = await store.aggregate({ where: everything, by: ['url.original'], metrics: [] }, never)
  expect(buckets.map(({ by }) => by!['url.original'])).toEqual(['/a?x=1&y', '/b', 'http://h/c?z', null])
  await store.close()
  const database = await openDatabase({ path })
  const stored = await database.rows(`SELECT count("url.original") FROM "logs-test.log-default"`)
  await database.close()
  store = await openDuckdb({ path })
  expect(stored).toEqual([[1n]])
  expect(await find()).toEqual([whole, bare, odd, none].map(nested))
})

test('few paths of many rows are kept once each, and make the texts all the same', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => [whole, bare, odd][i % 3]!)
  await write(rows)
  expect(await find()).toEqual(rows.map(nested))
  expect(await find(equals('url.original', '/b'))).toHaveLength(100)
  expect(await find(equals('url.path', '/c'))).toHaveLength(100)
})

test('rows that have a path and no text to derive get none', async () => {
  const alone = { 'url.path': '/alone', 'url.query': 'q' }
  await write([whole, alone])
  await write([bare])
  expect(await find()).toEqual([nested(whole), nested(alone), nested(bare)])
})

const text = fc.constantFrom('', '/', '/a', '?', 'a?b', '/a?', 'x=1', '中')
const maybe = fc.option(text, { nil: undefined, freq: 3 })
const row: fc.Arbitrary<Row> = fc.oneof(
  fc.record({ path: text, query: maybe }).map(({ path: from, query }) => ({
    'url.original': from + (query === undefined ? '' : `?${query}`),
    'url.path': from,
    ...(query === undefined ? {} : { 'url.query': query }),
  })),
  fc
    .record({ original: maybe, path: maybe, query: maybe })
    .map((held) =>
      Object.fromEntries(
        Object.entries(held).flatMap(([name, value]) => (value === undefined ? [] : [[`url.${name}`, value]])),
      ),
    ),
)
property.prop([fc.array(row, { minLength: 1, maxLength: 20 })], { numRuns: 40 })(
  'any texts come back as they went in',
  async (rows) => {
    const key = nextKey()
    await write(rows, key)
    expect(await find(equals('log.file.id', key))).toEqual(rows.map(nested))
  },
)
