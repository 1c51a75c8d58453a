import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outcome, release } from '../../src/event/batch.ts'
import { flags } from '../../src/event/block.ts'
import { fieldOf, fields as fieldTable, type Schema } from '../../src/event/field.ts'
import { parseKql } from '../../src/query/kql.ts'
import { and, equals, everything, range, words } from '../../src/query/tree.ts'
import { type Aggregate, type Bucket, labelOf, type Metric } from '../../src/store/aggregate.ts'
import type { CommitRecord } from '../../src/store/sink.ts'
import type { Search, Store, StoredDocument } from '../../src/store/store.ts'
import { stringify } from '../../src/store/stringify.ts'
import { type BatchOptions, batchOf, type Row, schemaOf, withProvenance } from '../support/batch.ts'
import { expectedOf, queryCases, queryClock, queryDocuments } from './query-cases.ts'

export interface Opened {
  readonly store: Store
  /** Closes the store and removes what it kept. */
  readonly cleanup: () => Promise<void>
}

const never = new AbortController().signal
const seal = (): CommitRecord => ({ made: 'by the conformance suite' })
const noon = Date.parse('2026-11-23T12:00:00Z')
const hour = 3_600_000

/** `document.a.b` by its dotted name. */
const at = (document: StoredDocument | undefined, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document)

/**
 * What every store does alike. `open` makes an empty store (its own file, its own index names) for each test.
 * Numbers were worked out by hand from the rows.
 */
export const runStoreSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`store ${name}`, () => {
    let opened: Opened
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.cleanup())

    const prepare = (dataset: string, schema: Schema, namespace = 'default'): Promise<void> =>
      store.prepare(new Map([[dataset, withProvenance(schema)]]), namespace, never)

    /** Stores rows and gives back the outcomes. */
    const put = async (rows: readonly Row[], options: BatchOptions = {}, schema?: Schema): Promise<number[]> => {
      const batch = batchOf(rows, schema, { stored: true, dataset: 'test.log', ...options })
      await prepare(batch.dataset, batch.schema, options.namespace)
      try {
        await store.write([batch], seal, never)
        await store.refresh(never)
        return [...batch.outcome]
      } finally {
        release(batch)
      }
    }
    const find = async (question: Partial<Search> = {}): Promise<StoredDocument[]> => {
      const found: StoredDocument[] = []
      for await (const document of store.search({ where: everything, limit: 1000, ...question }, never))
        found.push(document)
      return found
    }
    const ask = (question: Partial<Aggregate>): Promise<readonly Bucket[]> =>
      store.aggregate({ where: everything, by: [], metrics: [], ...question }, never)
    const minutes = (rows: readonly Row[]): Row[] =>
      rows.map((row, i) => ({ '@timestamp': new Date(noon + i * 60_000).toISOString(), ...row }))

    describe('writing', () => {
      it('every live row is stored and the others are left as they were', async () => {
        const batch = batchOf([{ message: 'one' }, { message: 'two' }, { message: 'three' }], undefined, {
          stored: true,
        })
        await prepare('test.log', batch.schema)
        batch.outcome[1] = outcome.filtered
        await store.write([batch], seal, never)
        await store.refresh(never)
        expect([...batch.outcome]).toEqual([outcome.stored, outcome.filtered, outcome.stored])
        expect((await find()).map((document) => document['message']).sort()).toEqual(['one', 'three'])
        release(batch)
      })

      it('several batches of several datasets go in one call', async () => {
        const batches = [
          batchOf([{ message: 'a' }, { message: 'b' }], undefined, {
            stored: true,
            dataset: 'test.one',
            key: '000000000000000a',
          }),
          batchOf([{ 'http.response.status_code': 200 }], undefined, {
            stored: true,
            dataset: 'test.two',
            key: '000000000000000b',
          }),
        ]
        for (const { dataset, schema } of batches) await prepare(dataset, schema)
        await store.write(batches, seal, never)
        await store.refresh(never)
        expect(await find({ datasets: ['test.one'] })).toHaveLength(2)
        expect(
          (await find({ datasets: ['test.two'] })).map((document) => at(document, 'http.response.status_code')),
        ).toEqual([200])
        expect(await find()).toHaveLength(3)
        for (const batch of batches) release(batch)
      })

      it('preparing again changes nothing and takes new fields', async () => {
        await put([{ message: 'before' }])
        await put([{ message: 'after', 'user.name': 'ann' }], { from: 1000 })
        expect((await find({ where: equals('user.name', 'ann') })).map(({ message }) => message)).toEqual(['after'])
        expect(await find()).toHaveLength(2)
      })

      it('writes at the same time are all stored', async () => {
        const batches = Array.from({ length: 8 }, (_, i) =>
          batchOf(
            Array.from({ length: 50 }, (_, j) => ({ message: `w${i} ${j}` })),
            undefined,
            {
              stored: true,
              key: `00000000000000${i}0`,
            },
          ),
        )
        await prepare('test.log', batches[0]!.schema)
        await Promise.all(batches.map((batch) => store.write([batch], seal, never)))
        await store.refresh(never)
        for (const [i] of batches.entries()) expect(await store.countOf(`00000000000000${i}0`, never)).toBe(50)
        expect(batches.every((batch) => batch.outcome.every((one) => one === outcome.stored))).toBe(true)
        for (const batch of batches) release(batch)
      })

      it('an aborted write throws and leaves its rows live', async () => {
        const batch = batchOf([{ message: 'never' }], undefined, { stored: true })
        await prepare('test.log', batch.schema)
        await expect(store.write([batch], seal, AbortSignal.abort())).rejects.toThrow()
        expect([...batch.outcome]).toEqual([outcome.live])
        release(batch)
      })

      it('a number beyond what a long holds is a dead letter and its neighbours are stored', async () => {
        const schema = schemaOf([{ 'app.id': 1 }])
        const ended = await put([{ 'app.id': 1 }, { 'app.id': 1e30 }, { 'app.id': 3 }], {}, schema)
        expect(ended).toEqual([outcome.stored, outcome.dead, outcome.stored])
        expect((await find()).map((document) => at(document, 'app.id')).sort()).toEqual([1, 3])
      })

      it('a text of a megabyte is kept whole', async () => {
        const long = 'x'.repeat(1 << 20)
        await put([{ 'url.original': long, message: `${long} end` }])
        const [document] = await find()
        expect(at(document, 'url.original')).toBe(long)
        expect(at(document, 'message')).toBe(`${long} end`)
      })

      it('searching while writing sees whole batches only', async () => {
        await put([{ message: 'first' }])
        const rows = Array.from({ length: 500 }, (_, i) => ({ message: `row ${i}` }))
        let writing = true
        const writes = (async () => {
          for (let i = 1; i <= 5; i++) await put(rows, { from: i * 1_000_000 })
          writing = false
        })()
        const counts: number[] = []
        while (writing) {
          const [bucket] = await ask({ metrics: [{ kind: 'count' }] })
          counts.push(bucket!.count)
        }
        await writes
        expect(counts).toEqual([...counts].sort((a, b) => a - b))
        if (store.transactional) expect(counts.every((count) => count % 500 === 1)).toBe(true)
        expect((await ask({ metrics: [{ kind: 'count' }] }))[0]!.count).toBe(2501)
      })
    })

    describe('replacing', () => {
      it('puts rows in the place of the documents of their ids, and leaves all others alone', async () => {
        const [key, other] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb']
        await put([{ message: 'one' }, { message: 'two' }, { message: 'three' }], { key })
        await put([{ message: 'theirs' }], { key: other })
        const rows = [{ message: 'first', 'app.n': 1 }, { message: 'left' }, { message: 'third', 'app.n': 3 }]
        for (const again of [1, 2]) {
          const batch = batchOf(rows, undefined, { stored: true, dataset: 'test.log', key })
          await prepare('test.log', batch.schema)
          batch.outcome[1] = outcome.duplicate
          await store.replace([batch], seal, never)
          expect([...batch.outcome], `time ${again}`).toEqual([outcome.stored, outcome.duplicate, outcome.stored])
          release(batch)
          await store.refresh(never)
          const sort = [{ field: 'log.offset', descending: false }]
          const found = await find({ where: equals('log.file.id', key), sort })
          expect(found.map((document) => [document['message'], at(document, 'app.n')])).toEqual([
            ['first', 1],
            ['two', undefined],
            ['third', 3],
          ])
          expect(found.map((document) => at(document, 'event.id'))).toEqual([`${key}-0`, `${key}-100`, `${key}-200`])
          expect(await store.countOf(other, never)).toBe(1)
        }
      })
    })

    describe('documents', () => {
      it('come back nested, with what the pipeline added', async () => {
        await put([{ message: 'hello', 'http.response.status_code': 404, '@timestamp': '2026-11-23T12:00:00.250Z' }], {
          from: 700,
          path: '/var/log/a b.log',
        })
        expect(await find()).toEqual([
          {
            '@timestamp': '2026-11-23T12:00:00.250Z',
            message: 'hello',
            http: { response: { status_code: 404 } },
            event: { dataset: 'test.log', id: '00c0ffee00c0ffee-700', ingested: '2026-11-23T09:00:00.000Z' },
            data_stream: { type: 'logs', dataset: 'test.log', namespace: 'default' },
            host: { name: 'web-1' },
            log: { file: { id: '00c0ffee00c0ffee', path: '/var/log/a b.log' }, offset: 700, length: 100 },
          },
        ])
      })

      it('an absent value is absent', async () => {
        await put([{ 'user.name': 'ann' }, { 'url.path': '/' }])
        const found = await find({
          fields: ['user.name', 'url.path'],
          sort: [{ field: 'log.offset', descending: false }],
        })
        expect(found).toEqual([{ user: { name: 'ann' } }, { url: { path: '/' } }])
      })

      it('whole numbers are exact to 64 bits', async () => {
        const exact = [
          9007199254740993n,
          -9007199254740993n,
          9223372036854775807n,
          -9223372036854775808n,
          1234567890123456789n,
        ]
        await put(exact.map((id) => ({ 'app.id': id })))
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => stringify(at(document, 'app.id')))).toEqual(exact.map(String))
      })

      it('small numbers, fractions and both signs come back as they were', async () => {
        const rows = [0, -1, 4294967296, -4294967297, 9007199254740991].map((id) => ({
          'app.id': id,
          'app.share': id / 8 + 0.1,
        }))
        await put(rows, {}, schemaOf([{ 'app.id': 1, 'app.share': 0.5 }]))
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => [at(document, 'app.id'), at(document, 'app.share')])).toEqual(
          rows.map((row) => [row['app.id'], row['app.share']]),
        )
      })

      it('times keep as many fraction digits as the log had, three at least', async () => {
        const given = [
          '2026-11-23T12:00:00Z',
          '2026-11-23T12:00:01.5Z',
          '2026-11-23T12:00:02.123Z',
          '2026-11-23T12:00:03.123456Z',
          '2026-11-23T12:00:04.123456789Z',
          '2026-11-23T12:00:05.100000000Z',
          '1969-12-31T23:59:59.999999Z',
        ]
        await put(given.map((time) => ({ '@timestamp': time })))
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => document['@timestamp'])).toEqual([
          '2026-11-23T12:00:00.000Z',
          '2026-11-23T12:00:01.500Z',
          ...given.slice(2),
        ])
      })

      it('lists come back as lists, of one element too', async () => {
        await put([
          { tags: ['b', 'a', 'b'], 'nginx.access.upstream.status': [502, 200] },
          { tags: ['one'], 'nginx.access.upstream.response_time': [0.25] },
          { message: 'none' },
        ])
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => [at(document, 'tags'), at(document, 'nginx.access.upstream')])).toEqual([
          [['b', 'a', 'b'], { status: [502, 200] }],
          [['one'], { response_time: [0.25] }],
          [undefined, undefined],
        ])
      })

      it('addresses are printed by RFC 5952', async () => {
        const given = ['10.0.0.1', '2001:0db8:0000:0000:0000:0000:0000:0001', '::ffff:192.0.2.7', '::1']
        await put(given.map((ip) => ({ 'source.ip': ip })))
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => at(document, 'source.ip'))).toEqual([
          '10.0.0.1',
          '2001:db8::1',
          '192.0.2.7',
          '::1',
        ])
      })

      it('undeclared JSON members come back as they were', async () => {
        const member = {
          a: 1,
          b: { c: [true, null, 'x'] },
          'odd "key"': 'v',
          big: 12345678901234567890n,
          deep: { er: {} },
        }
        await put([{ json: member }, { json: { single: 'x' } }, { message: 'none' }], {})
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map(({ json }) => json)).toEqual([member, { single: 'x' }, undefined])
      })

      it('columns of every kind hold the same values', async () => {
        const rows = [
          {
            'user.name': 'ann',
            'source.geo.country_iso_code': 'DE',
            'service.name': 'shop',
            'source.as.number': 1,
            'user_agent.bot': true,
          },
          {
            'user.name': 'bob',
            'source.geo.country_iso_code': undefined,
            'service.name': 'shop',
            'source.as.number': undefined,
            'user_agent.bot': false,
          },
          {
            'user.name': 'ann',
            'source.geo.country_iso_code': 'FR',
            'service.name': 'shop',
            'source.as.number': 3,
            'user_agent.bot': undefined,
          },
        ]
        await put(rows, {
          as: {
            'source.geo.country_iso_code': 'dictionary',
            'source.as.number': 'dictionary',
            'service.name': 'constant',
          },
        })
        await put([{ 'service.name': 'mail' }], { from: 5000 })
        const fields = [
          'user.name',
          'source.geo.country_iso_code',
          'service.name',
          'source.as.number',
          'user_agent.bot',
        ]
        const found = await find({ fields, sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => fields.map((field) => at(document, field)))).toEqual([
          ...rows.map((row) => fields.map((field) => (row as Row)[field])),
          [undefined, undefined, 'mail', undefined, undefined],
        ])
      })

      it('hostile text is kept to the byte', async () => {
        const given = [
          '\u001b[31mred\u001b[0m \u0007 \u0000 end',
          `"quotes" 'single' \\ back \t tab \r cr`,
          '<script>alert(1)</script>',
          "=cmd|' /C calc'!A0",
          "'; DROP TABLE events; --",
          '\u202egnp.exe \ufeff \u2028 \ufffd',
          '日本語 🎉 e\u0301',
          '{"json": [1, "two"]}',
          '$1 ? %s {{x}} $y',
        ]
        // Elasticsearch's flattened fields take any key but one with a null byte.
        const member = (text: string) => ({ [text.replaceAll('\u0000', '')]: text })
        await put(given.map((text) => ({ message: text, 'url.original': text, tags: [text], json: member(text) })))
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(
          found.map((document) => [
            document['message'],
            at(document, 'url.original'),
            document['tags'],
            document['json'],
          ]),
        ).toEqual(given.map((text) => [text, text, [text], member(text)]))
        expect(await find({ where: equals('url.original', given[4]!) })).toHaveLength(1)
      })

      it('bytes that were no UTF-8 are flagged', async () => {
        await put([{ message: 'caf\ufffd' }, { message: 'fine' }], { flag: [flags.invalidUtf8 | flags.truncated, 0] })
        const found = await find({ sort: [{ field: 'log.offset', descending: false }] })
        expect(found.map((document) => at(document, 'log.flags'))).toEqual([['invalid_utf8', 'truncated'], undefined])
      })
    })

    describe('searching', () => {
      const five = minutes([
        { 'app.n': 3, 'user.name': 'ann', message: 'connection refused by peer' },
        { 'app.n': 1, 'user.name': 'bob', message: 'connection closed' },
        { 'app.n': 5, message: 'all fine' },
        { 'app.n': 2, 'user.name': 'ann', message: 'refused' },
        { 'user.name': 'cid', message: 'no number' },
      ])
      const ns = (documents: readonly StoredDocument[]): unknown[] => documents.map((document) => at(document, 'app.n'))

      it('newest come first, and no more than asked for', async () => {
        await put(five)
        expect(ns(await find({ limit: 2 }))).toEqual([undefined, 2])
      })

      it('sorts by fields, what is absent last both ways, ties by offset', async () => {
        await put(five)
        expect(ns(await find({ sort: [{ field: 'app.n', descending: false }] }))).toEqual([1, 2, 3, 5, undefined])
        expect(ns(await find({ sort: [{ field: 'app.n', descending: true }] }))).toEqual([5, 3, 2, 1, undefined])
        expect(ns(await find({ sort: [{ field: 'user.name', descending: true }] }))).toEqual([undefined, 1, 3, 2, 5])
      })

      it('times bound it, the first included and the last not', async () => {
        await put(five)
        expect(ns(await find({ since: noon + 60_000, until: noon + 180_000 }))).toEqual([5, 1])
      })

      it('a query narrows it', async () => {
        await put(five)
        expect(ns(await find({ where: words('message', 'REFUSED') }))).toEqual([2, 3])
        expect(ns(await find({ where: and(equals('user.name', 'ann'), words('message', 'peer')) }))).toEqual([3])
        expect(ns(await find({ where: range('@timestamp', { gte: noon + 240_000 }) }))).toEqual([undefined])
      })

      it('only the fields asked for come back', async () => {
        await put(five)
        expect(await find({ fields: ['user.name'], limit: 2 })).toEqual([
          { user: { name: 'cid' } },
          { user: { name: 'ann' } },
        ])
      })

      it('datasets and namespaces are kept apart', async () => {
        await put([{ message: 'a' }], { dataset: 'test.one', namespace: 'shop', key: '000000000000000a' })
        await put([{ message: 'b' }], { dataset: 'test.one', namespace: 'blog', key: '000000000000000b' })
        await put([{ message: 'c' }], { dataset: 'test.two', namespace: 'shop', key: '000000000000000c' })
        const said = async (question: Partial<Search>): Promise<unknown[]> =>
          (await find(question)).map(({ message }) => message).sort()
        expect(await said({ namespace: 'shop' })).toEqual(['a', 'c'])
        expect(await said({ datasets: ['test.one'] })).toEqual(['a', 'b'])
        expect(await said({ datasets: ['test.one'], namespace: 'blog' })).toEqual(['b'])
        expect(await said({ where: equals('event.dataset', 'test.two') })).toEqual(['c'])
        expect(await said({ datasets: ['test.none'] })).toEqual([])
      })

      it('an empty store answers with nothing', async () => {
        expect(await find()).toEqual([])
        expect(
          await find({ where: equals('user.name', 'ann'), sort: [{ field: 'user.name', descending: true }] }),
        ).toEqual([])
      })

      it('an aborted search ends with the reason', async () => {
        await put(five)
        const search = store.search({ where: everything, limit: 10 }, AbortSignal.abort(new Error('enough')))
        await expect(search[Symbol.asyncIterator]().next()).rejects.toThrow('enough')
      })
    })

    describe('questions', () => {
      it('every case finds what it says', async () => {
        await put(queryDocuments)
        const wrong: unknown[] = []
        for (const one of queryCases) {
          const found = await find({
            where: parseKql(one.kql, { fieldOf, names: Object.keys(fieldTable), ...queryClock }),
            fields: ['event.code'],
          })
          const codes = found.map((document) => String(at(document, 'event.code'))).sort()
          const expected = [...expectedOf(one)].sort()
          if (codes.join() !== expected.join()) wrong.push({ kql: one.kql, codes, expected })
        }
        expect(wrong).toEqual([])
      })
    })

    describe('aggregating', () => {
      const count: Metric = { kind: 'count' }
      const byKey = (buckets: readonly Bucket[], field: string): Record<string, number> =>
        Object.fromEntries(buckets.map((bucket) => [String(bucket.by?.[field]), bucket.count]))
      const requests = minutes([
        {
          'http.response.status_code': 200,
          'event.duration': 10,
          'user.name': 'ann',
          tags: ['a', 'b'],
          'source.ip': '10.0.0.1',
        },
        {
          'http.response.status_code': 500,
          'event.duration': 30,
          'user.name': 'bob',
          tags: ['b'],
          'source.ip': '10.0.0.2',
        },
        {
          'http.response.status_code': 200,
          'event.duration': 20,
          'user.name': 'ann',
          tags: ['b', 'b'],
          'source.ip': '10.0.0.1',
        },
        { 'http.response.status_code': 404, 'user.name': 'cid', 'user_agent.bot': true },
        { 'http.response.status_code': 200, 'event.duration': 40, 'nginx.access.upstream.response_time': [0.5, 1.5] },
        {
          'http.response.status_code': 200,
          'event.duration': 0,
          'user.name': 'bob',
          'nginx.access.upstream.response_time': [1],
        },
      ])

      it('counts, sums and averages over everything', async () => {
        await put(requests)
        const metrics: Metric[] = [
          count,
          ...(['sum', 'avg', 'min', 'max', 'unique'] as const).map((kind) => ({ kind, field: 'event.duration' })),
        ]
        expect(await ask({ metrics })).toEqual([
          {
            count: 6,
            values: {
              count: 6,
              'sum(event.duration)': 100,
              'avg(event.duration)': 20,
              'min(event.duration)': 0,
              'max(event.duration)': 40,
              'unique(event.duration)': 5,
            },
          },
        ])
      })

      it('a field no row has measures null', async () => {
        await put(requests)
        const metrics: Metric[] = (['sum', 'avg', 'min', 'max', 'unique'] as const).map((kind) => ({
          kind,
          field: 'source.port',
        }))
        metrics.push({ kind: 'percentile', field: 'source.port', of: 50 })
        const [bucket] = await ask({ metrics })
        expect(bucket!.values).toEqual(Object.fromEntries(metrics.map((metric) => [labelOf(metric), null])))
      })

      it('groups by a field, rows without it in a group of their own', async () => {
        await put(requests)
        const buckets = await ask({ by: ['user.name'], metrics: [count, { kind: 'sum', field: 'event.duration' }] })
        expect(byKey(buckets, 'user.name')).toEqual({ ann: 2, bob: 2, cid: 1, null: 1 })
        expect(buckets.map(({ by }) => by?.['user.name'])).toEqual(['ann', 'bob', 'cid', null])
        expect(buckets.find(({ by }) => by?.['user.name'] === 'bob')!.values['sum(event.duration)']).toBe(30)
        expect(buckets.find(({ by }) => by?.['user.name'] === 'cid')!.values['sum(event.duration)']).toBeNull()
      })

      it('groups by numbers, booleans and addresses', async () => {
        await put(requests)
        expect(
          (await ask({ by: ['http.response.status_code'], metrics: [count] })).map(({ by, count: n }) => [
            by?.['http.response.status_code'],
            n,
          ]),
        ).toEqual([
          [200, 4],
          [404, 1],
          [500, 1],
        ])
        expect(
          (await ask({ by: ['user_agent.bot'], metrics: [count] })).map(({ by, count: n }) => [
            by?.['user_agent.bot'],
            n,
          ]),
        ).toEqual([
          [null, 5],
          [true, 1],
        ])
        expect(
          (await ask({ by: ['source.ip'], metrics: [count] })).map(({ by, count: n }) => [by?.['source.ip'], n]),
        ).toEqual([
          [null, 3],
          ['10.0.0.1', 2],
          ['10.0.0.2', 1],
        ])
      })

      it('groups by two fields', async () => {
        await put(requests)
        const buckets = await ask({ by: ['http.response.status_code', 'user.name'], metrics: [count] })
        expect(buckets.map(({ by, count: n }) => [by?.['http.response.status_code'], by?.['user.name'], n])).toEqual([
          [200, 'ann', 2],
          [200, 'bob', 1],
          [200, null, 1],
          [404, 'cid', 1],
          [500, 'bob', 1],
        ])
      })

      it('a list counts once for each of its elements', async () => {
        await put(requests)
        expect(byKey(await ask({ by: ['tags'], metrics: [count] }), 'tags')).toEqual({ a: 1, b: 3, null: 3 })
      })

      it('measures every element of a list', async () => {
        await put(requests)
        const field = 'nginx.access.upstream.response_time'
        const metrics: Metric[] = [
          ...(['sum', 'avg', 'min', 'max', 'unique'] as const).map((kind) => ({ kind, field })),
          { kind: 'percentile', field, of: 50 },
        ]
        const [bucket] = await ask({ metrics })
        expect(Object.values(bucket!.values)).toEqual([3, 1, 0.5, 1.5, 3, 1])
      })

      it('a question without a row has no groups', async () => {
        await put(requests)
        expect(await ask({ where: equals('user.name', 'nobody'), by: ['user.name'], metrics: [count] })).toEqual([])
        const [whole] = await ask({ where: equals('user.name', 'nobody'), metrics: [count] })
        expect(whole!.count).toBe(0)
      })

      it('fields that no document has are absent, also where they rank the top groups', async () => {
        await put(requests)
        const metrics: Metric[] = [{ kind: 'sum', field: 'mysql.slowlog.rows_sent' }]
        const buckets = await ask({ by: ['mysql.slowlog.digest'], metrics, top: 5 })
        expect(buckets.every(({ by }) => by?.['mysql.slowlog.digest'] === null)).toBe(true)
        expect(buckets.every(({ values }) => values['sum(mysql.slowlog.rows_sent)'] === null)).toBe(true)
      })

      it('buckets of time begin at multiples of the interval and empty ones are left out', async () => {
        await put(requests)
        await put([{ '@timestamp': '2026-11-23T12:59:59.999Z' }], { from: 9000 })
        const buckets = await ask({ interval: 2 * 60_000, metrics: [count, { kind: 'max', field: 'event.duration' }] })
        expect(buckets).toEqual([
          { at: noon, count: 2, values: { count: 2, 'max(event.duration)': 30 } },
          { at: noon + 120_000, count: 2, values: { count: 2, 'max(event.duration)': 20 } },
          { at: noon + 240_000, count: 2, values: { count: 2, 'max(event.duration)': 40 } },
          { at: noon + 3_480_000, count: 1, values: { count: 1, 'max(event.duration)': null } },
        ])
      })

      it('times before 1970 fall into the bucket that begins before them', async () => {
        await put([{ '@timestamp': '1969-12-31T23:59:59.500Z' }])
        expect((await ask({ interval: hour, metrics: [count] }))[0]!.at).toBe(-hour)
      })

      it('groups within time, and only the top groups of all times', async () => {
        await put(requests)
        const buckets = await ask({ by: ['user.name'], interval: 180_000, metrics: [count], top: 2 })
        expect(buckets.map(({ at: begin, by, count: n }) => [begin, by?.['user.name'], n])).toEqual([
          [noon, 'ann', 2],
          [noon, 'bob', 1],
          [noon + 180_000, 'bob', 1],
        ])
      })

      it('the top groups are those with the highest first metric', async () => {
        await put(requests)
        const sum: Metric = { kind: 'sum', field: 'event.duration' }
        const buckets = await ask({ by: ['user.name'], metrics: [sum], top: 2 })
        expect(buckets.map(({ by, values }) => [by?.['user.name'], values['sum(event.duration)']])).toEqual([
          [null, 40],
          ['ann', 30],
        ])
      })

      it('a query, times and datasets narrow it', async () => {
        await put(requests)
        await put([{ 'http.response.status_code': 200 }], { dataset: 'test.other', key: '000000000000000f' })
        const [bucket] = await ask({
          where: equals('http.response.status_code', 200),
          since: noon,
          until: noon + 300_000,
          datasets: ['test.log'],
          metrics: [count],
        })
        expect(bucket!.count).toBe(3)
      })

      it('percentiles are within one per cent of rank', async () => {
        // A fixed shuffle of 1…5000.
        const values = Array.from({ length: 5000 }, (_, i) => ((i * 1873) % 5000) + 1)
        await put(values.map((value) => ({ 'event.duration': value })))
        const metrics: Metric[] = [1, 50, 95, 99].map((of) => ({ kind: 'percentile', field: 'event.duration', of }))
        const [bucket] = await ask({ metrics })
        for (const of of [1, 50, 95, 99]) {
          const value = bucket!.values[`p${of}(event.duration)`]!
          expect(Math.abs(value - of * 50)).toBeLessThanOrEqual(50)
        }
      })

      it('unique is exact up to three thousand', async () => {
        await put(Array.from({ length: 6000 }, (_, i) => ({ 'user.id': `u${i % 3000}` })))
        const [bucket] = await ask({ metrics: [{ kind: 'unique', field: 'user.id' }] })
        expect(bucket!.values['unique(user.id)']).toBe(3000)
      })

      it('times are measured in milliseconds', async () => {
        await put(requests)
        const [bucket] = await ask({
          metrics: [
            { kind: 'min', field: '@timestamp' },
            { kind: 'max', field: '@timestamp' },
          ],
        })
        expect(bucket!.values).toEqual({ 'min(@timestamp)': noon, 'max(@timestamp)': noon + 300_000 })
      })
    })

    describe('retention', () => {
      const day = 24 * hour
      const old = (days: number): Row => ({ '@timestamp': new Date(noon - days * day).toISOString(), 'app.n': days })
      const left = async (dataset: string): Promise<unknown[]> =>
        (await find({ datasets: [dataset] })).map((document) => at(document, 'app.n')).sort()

      it('what is older than the limit of its dataset goes', async () => {
        await put([old(1), old(8), old(31)], { dataset: 'test.one', key: '000000000000000a' })
        await put([old(1), old(8), old(31)], { dataset: 'test.two', key: '000000000000000b' })
        await store.retain([{ maxAge: 30 * day }, { dataset: 'test.two', maxAge: 7 * day }], noon, never)
        await store.refresh(never)
        expect(await left('test.one')).toEqual([1, 8])
        expect(await left('test.two')).toEqual([1])
        expect(await store.countOf('000000000000000a', never)).toBe(2)
        // A store that counts what it removes counts all of it, once.
        const removed = await store.removed?.(never)
        if (removed !== undefined)
          expect([...removed].sort()).toEqual([
            ['000000000000000a', 1],
            ['000000000000000b', 2],
          ])
      })

      it('without a rule everything stays, and what came later is stored as ever', async () => {
        await put([old(400)])
        await store.retain([{ dataset: 'test.none', maxAge: day }], noon, never)
        await store.refresh(never)
        expect(await left('test.log')).toEqual([400])
        await store.retain([{ maxAge: day }], noon, never)
        await put([old(0)], { from: 900 })
        expect(await left('test.log')).toEqual([0])
      })
    })

    describe('accounting', () => {
      it('knows which bytes of a generation it holds', async () => {
        const key = 'aaaaaaaaaaaaaaaa'
        await put([{ message: '1' }, { message: '2' }, { message: '3' }, { message: '4' }], {
          key,
          from: 1000,
          width: 50,
        })
        await put([{ message: 'other' }], { key: 'bbbbbbbbbbbbbbbb', from: 1000 })
        expect(await store.covered(key, 1050, 1150, never)).toEqual([
          { from: 1050, to: 1100 },
          { from: 1100, to: 1150 },
        ])
        expect(await store.covered(key, 0, 1e12, never)).toHaveLength(4)
        expect(await store.covered('cccccccccccccccc', 0, 1e12, never)).toEqual([])
        expect(await store.countOf(key, never)).toBe(4)
        expect(await store.countOf('cccccccccccccccc', never)).toBe(0)
      })

      it('which records it holds, by id', async () => {
        const key = 'aaaaaaaaaaaaaaaa'
        const other = 'bbbbbbbbbbbbbbbb'
        await put([{ message: 'a' }, { message: 'b' }], { key, from: 1000, width: 50 })
        await put([{ message: 'other' }], { key: other, from: 1000, dataset: 'test.other' })
        const asked = [1000, 1001, 1050, 1100].flatMap((offset) =>
          [key, other, 'cccccccccccccccc'].map((of) => ({ key: of, offset })),
        )
        expect([...(await store.holds(asked, never))].sort()).toEqual([`${key}-1000`, `${key}-1050`, `${other}-1000`])
        expect(await store.holds([], never)).toEqual(new Set())
      })

      it('more spans than one page of an answer', async () => {
        const key = 'dddddddddddddddd'
        await put(
          Array.from({ length: 12_000 }, () => ({ 'app.n': 1 })),
          { key, width: 10 },
        )
        const spans = await store.covered(key, 0, 120_000, never)
        expect(spans).toHaveLength(12_000)
        expect(spans.every(({ from, to }, i) => from === i * 10 && to === from + 10)).toBe(true)
        expect(await store.countOf(key, never)).toBe(12_000)
      })
    })
  })
}
