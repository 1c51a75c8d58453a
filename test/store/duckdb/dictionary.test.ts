import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { afterEach, beforeEach, expect } from 'vitest'
import { type Batch, release } from '../../../src/event/batch.ts'
import { everything } from '../../../src/query/tree.ts'
import { openDuckdb } from '../../../src/store/duckdb/store.ts'
import type { Store } from '../../../src/store/store.ts'
import { batchOf, type Row } from '../../support/batch.ts'

const never = new AbortController().signal
let directory: string
let store: Store
let batches: Batch[]
let from: number

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-dictionary-'))
  store = await openDuckdb({ path: join(directory, 'tailrace.duckdb') })
  batches = []
  from = 0
})
afterEach(async () => {
  await store.close()
  for (const batch of batches) release(batch)
  await rm(directory, { recursive: true, force: true })
})

const fields = ['user_agent.name', 'app.size', 'app.ratio', 'source.ip', 'event.created', 'user_agent.bot'] as const
const as = Object.fromEntries(fields.map((name) => [name, 'dictionary' as const]))

/** Writes the rows of each batch, all in one transaction, and reads them back in their order. */
const throughStore = async (all: readonly (readonly Row[])[]): Promise<Row[]> => {
  const begin = from
  const made = all.map((rows) => {
    const batch = batchOf(rows, undefined, { stored: true, as, from })
    from += rows.length * 100
    batches.push(batch)
    return batch
  })
  await store.write(made, () => ({}), never)
  const found: Row[] = []
  const sort = [{ field: 'log.offset', descending: false }]
  for await (const document of store.search(
    { where: everything, limit: 1_000_000, sort, fields: [...fields, 'log.offset'] },
    never,
  )) {
    const flat = Object.fromEntries(
      fields.map((name) => [
        name,
        name.split('.').reduce<unknown>((held, part) => (held as Row | undefined)?.[part], document),
      ]),
    )
    if ((document as { log: { offset: number } }).log.offset >= begin) found.push(flat)
  }
  return found
}
const filled = (rows: readonly Row[]): Row[] =>
  rows.map((row) => Object.fromEntries(fields.map((name) => [name, row[name]])))

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 })
const row: fc.Arbitrary<Row> = fc.record({
  'user_agent.name': maybe(
    fc.oneof(fc.constantFrom('', 'curl', '浏览器', 'x'.repeat(300)), fc.string({ unit: 'grapheme' })),
  ),
  'app.size': maybe(fc.constantFrom(0, -1, 2 ** 31, 2 ** 53 - 1)),
  'app.ratio': maybe(fc.constantFrom(0.5, -1.25, 1e-300)),
  'source.ip': maybe(fc.constantFrom('192.0.2.1', '2001:db8::1', '::')),
  'event.created': maybe(fc.constantFrom('2026-02-11T06:43:36.123Z', '1969-12-31T23:59:59.999Z')),
  'user_agent.bot': maybe(fc.boolean()),
})

test.prop([fc.array(fc.array(row, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 })], { numRuns: 30 })(
  'values of dictionaries come back as they went in, from any number of batches',
  async (all) => {
    expect(await throughStore(all)).toEqual(filled(all.flat()))
  },
)

test('more values than a byte can tell, pages of one value and pages without any come back', async () => {
  const rows = (count: number, name: (i: number) => string | undefined): Row[] =>
    Array.from({ length: count }, (_, i) => ({ 'user_agent.name': name(i), 'app.size': i % 7 }))
  const all = [
    rows(3000, (i) => `agent ${i % 700}`),
    rows(1500, () => 'agent 699'),
    rows(700, () => undefined),
    rows(900, (i) => (i % 2 === 0 ? `agent ${i % 300}` : undefined)),
  ]
  expect(await throughStore(all)).toEqual(filled(all.flat()))
})
