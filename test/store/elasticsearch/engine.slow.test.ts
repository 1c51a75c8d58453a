import { afterAll, beforeAll, expect, it } from 'vitest'
import { outcome, release } from '../../../src/event/batch.ts'
import { everything } from '../../../src/query/tree.ts'
import type { Store } from '../../../src/store/store.ts'
import { schemaOf, withProvenance } from '../../support/batch.ts'
import { type OwnEngine, ownEngine } from '../../support/engine.ts'
import { needs } from '../../support/needs.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { gatewayThatLosesAnswers } from './gateway.ts'
import { allStored, never, rowsOf, seal, stored, withStore, write } from './with-store.ts'

const minute = 60_000

for (const kind of ['elasticsearch', 'opensearch'] as const)
  needs(kind)(`a real ${kind}`, () => {
    let engine: OwnEngine
    beforeAll(async () => {
      engine = await ownEngine(kind, { 'http.max_content_length': '1mb' })
    }, 2 * minute)
    afterAll(() => engine?.close())

    const send = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${engine.url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return JSON.parse(text) as Record<string, unknown>
    }
    const prepare = (store: Store, dataset: string, row: Record<string, unknown>): Promise<void> =>
      store.prepare(new Map([[dataset, withProvenance(schemaOf([row]))]]), 'default', never)
    const count = async (store: Store, dataset: string): Promise<number> => {
      await store.refresh(never)
      const [bucket] = await store.aggregate({ where: everything, by: [], metrics: [], datasets: [dataset] }, never)
      return bucket!.count
    }
    const mapping = async (dataset: string): Promise<string> =>
      JSON.stringify(await send('GET', `/logs-${dataset}-default/_mapping`))

    it(
      'killed and started again in the middle of deliveries it ends up with every record once',
      async () => {
        const key = 'a000000000000001'
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.outage', { message: '' })
          let wrote = 0
          const all = Promise.all(
            Array.from({ length: 40 }, async (_, i) => {
              const { outcomes } = await write(store, rowsOf(500), { dataset: 'test.outage', key, from: i * 50_000 })
              wrote++
              return outcomes
            }),
          )
          await waitUntil('some are written', () => wrote >= 3)
          await engine.stop('SIGKILL')
          await waitUntil('it complains', () => store.trouble)
          await engine.start()
          expect((await all).flat()).toEqual(allStored(20_000))
          expect(await count(store, 'test.outage')).toBe(20_000)
          expect(await store.countOf(key, never)).toBe(20_000)
          expect(await store.covered(key, 0, 2_000_000, never)).toHaveLength(20_000)
        })
      },
      3 * minute,
    )

    it(
      'answers lost after a rollover store nothing twice',
      async () => {
        const rollOver = async () => {
          await send('POST', '/logs-test.lost-default/_rollover')
        }
        await using gateway = await gatewayThatLosesAnswers(engine.url, 2, rollOver)
        await withStore([gateway.url], async (store) => {
          await prepare(store, 'test.lost', { message: '' })
          const { outcomes } = await write(store, rowsOf(3000), { dataset: 'test.lost', key: 'a000000000000002' })
          expect(outcomes).toEqual(allStored(3000))
          expect(gateway.cut).toBe(2)
          expect(await count(store, 'test.lost')).toBe(3000)
        })
      },
      minute,
    )

    it(
      'a block is waited out, said aloud, and then everything is stored',
      async () => {
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.block', { message: '' })
          await write(store, rowsOf(1), { dataset: 'test.block', key: 'a000000000000003' })
          for (const block of ['index.blocks.write', 'index.blocks.read_only_allow_delete', 'index.blocks.read_only']) {
            await send('PUT', '/logs-test.block-default/_settings', { [block]: true })
            const from = 1000 * (1 + block.length)
            const writing = write(store, rowsOf(20), {
              dataset: 'test.block',
              key: 'a000000000000003',
              from: from * 10,
            })
            const said = await waitUntil('it complains', () => store.trouble)
            expect(said).toMatch(/store answers (403|429) for 20 documents: cluster_block_exception: .*\(since /)
            await send('PUT', '/logs-test.block-default/_settings', { [block]: null })
            expect((await writing).outcomes).toEqual(allStored(20))
          }
          expect(await count(store, 'test.block')).toBe(61)
        })
      },
      minute,
    )

    it(
      'a document that does not fit the mapping is dead, its neighbours are stored',
      async () => {
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.conflict', { 'app.id': 1 })
          const rows = [{ 'app.id': '1' }, { 'app.id': 'one' }, { 'app.id': '3' }]
          const schema = withProvenance(schemaOf([{ 'app.id': 'text' }]))
          const batch = stored(rows, { dataset: 'test.conflict', key: 'a000000000000004' })
          expect(schema.get('app.id')?.type).toBe('keyword')
          await store.write([batch], seal, never)
          expect([...batch.outcome]).toEqual([outcome.stored, outcome.dead, outcome.stored])
          const failure = batch.failures.get(1)
          expect(failure).toMatchObject({ stage: 'store', code: 'rejected_by_store', field: 'app.id' })
          expect(failure?.reason).toContain('For input string: "one"')
          release(batch)
        })
      },
      minute,
    )

    it(
      'an immense term under a foreign mapping is dead at once',
      async () => {
        const name = 'logs-test.immense-default'
        const mappings = { properties: { url: { properties: { original: { type: 'keyword' } } } } }
        if (kind === 'elasticsearch')
          await send('PUT', `/${name}-000001`, { aliases: { [name]: { is_write_index: true } }, mappings })
        else {
          const template = { index_patterns: [name], priority: 900, data_stream: {}, template: { mappings } }
          await send('PUT', '/_index_template/immense', template)
        }
        await withStore(
          [engine.url],
          async (store) => {
            const rows = [{ 'url.original': 'short' }, { 'url.original': 'x'.repeat(40_000) }, { 'url.original': 'y' }]
            const { outcomes, batch } = await write(store, rows, { dataset: 'test.immense', key: 'a000000000000005' })
            expect(outcomes).toEqual([outcome.stored, outcome.dead, outcome.stored])
            expect(batch.failures.get(1)).toMatchObject({ code: 'rejected_by_store', field: 'url.original' })
            expect(batch.failures.get(1)?.reason).toMatch(/immense term/)
          },
          { installTemplates: false },
        )
      },
      minute,
    )

    it(
      'a document over the limit of fields of a foreign mapping is dead, its neighbours are stored',
      async () => {
        const name = 'logs-test.fields-default'
        const settings = { 'index.mapping.total_fields.limit': 60 }
        if (kind === 'elasticsearch')
          await send('PUT', `/${name}-000001`, { aliases: { [name]: { is_write_index: true } }, settings })
        else {
          const template = { index_patterns: [name], priority: 900, data_stream: {}, template: { settings } }
          await send('PUT', '/_index_template/fields', template)
        }
        await withStore(
          [engine.url],
          async (store) => {
            const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`app.f${i}`, i]))
            const rows = [{ message: 'a' }, many, { message: 'b' }]
            const { outcomes, batch } = await write(store, rows, { dataset: 'test.fields', key: 'a00000000000000c' })
            expect(outcomes).toEqual([outcome.stored, outcome.dead, outcome.stored])
            expect(batch.failures.get(1)?.reason).toMatch(/Limit of total fields \[60\] has been exceeded/)
          },
          { installTemplates: false },
        )
      },
      minute,
    )

    it(
      'bodies over its limit are sent in parts, and a document over it is a dead letter',
      async () => {
        await withStore(
          [engine.url],
          async (store) => {
            await prepare(store, 'test.large', { message: '' })
            const rows = rowsOf(6000).map((row, i) => (i === 3000 ? { message: 'word '.repeat(300_000) } : row))
            const { outcomes, batch } = await write(store, rows, { dataset: 'test.large', key: 'a000000000000006' })
            expect(outcomes.map((one, i) => (one === outcome.stored ? -1 : i)).filter((i) => i >= 0)).toEqual([3000])
            expect(batch.failures.get(3000)).toMatchObject({ code: 'too_large' })
            expect(await count(store, 'test.large')).toBe(5999)
          },
          { bodyBytes: 8 << 20 },
        )
      },
      minute,
    )

    it(
      'compressed bodies are read by it',
      async () => {
        await withStore(
          [engine.url],
          async (store) => {
            await prepare(store, 'test.gzip', { message: '' })
            const { outcomes } = await write(store, rowsOf(3000), { dataset: 'test.gzip', key: 'a000000000000007' })
            expect(outcomes).toEqual(allStored(3000))
          },
          { compression: 'gzip' },
        )
      },
      minute,
    )

    it(
      'a field whose type changed goes into a new backing index; the others are mapped where they are',
      async () => {
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.change', { 'app.id': 1 })
          await write(store, [{ 'app.id': 1 }], { dataset: 'test.change', key: 'a000000000000008' })
          await prepare(store, 'test.change', { 'app.id': 1, 'app.more': 'x' })
          expect(await mapping('test.change')).toContain('"more":{"type":"keyword"')
          await prepare(store, 'test.change', { 'app.id': 'now a text', 'app.more': 'x' })
          const { outcomes } = await write(store, [{ 'app.id': 'abc' }], {
            dataset: 'test.change',
            key: 'a000000000000008',
            from: 1000,
          })
          expect(outcomes).toEqual([outcome.stored])
          const text = await mapping('test.change')
          expect(text).toContain('"id":{"type":"long"}')
          expect(text).toContain('"id":{"type":"keyword"')
        })
      },
      minute,
    )

    it(
      'a single node is green',
      async () => {
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.green', { message: '' })
          await write(store, rowsOf(1), { dataset: 'test.green', key: 'a000000000000009' })
        })
        const health = await send('GET', '/_cluster/health/logs-test.green-default?wait_for_status=green&timeout=20s')
        expect(health['status']).toBe('green')
      },
      minute,
    )

    it(
      'its target deleted while it runs is made again with the right mapping',
      async () => {
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.gone', { message: '' })
          await write(store, rowsOf(2), { dataset: 'test.gone', key: 'a00000000000000a' })
          if (kind === 'opensearch') await send('DELETE', '/_data_stream/logs-test.gone-default')
          else {
            await send('DELETE', '/logs-test.gone-default-000001')
            // Where documents go to an alias, none is made silently without it.
            await send('DELETE', '/_index_template/tailrace-test.gone')
          }
          const { outcomes } = await write(store, rowsOf(2), {
            dataset: 'test.gone',
            key: 'a00000000000000a',
            from: 1000,
          })
          expect(outcomes).toEqual(allStored(2))
          expect(await mapping('test.gone')).toContain('"dynamic":"false"')
        })
      },
      minute,
    )

    it(
      'old backing indices are dropped whole, and what is too much goes oldest first',
      async () => {
        const day = 86_400_000
        const now = Date.parse('2026-11-23T12:00:00Z')
        await withStore([engine.url], async (store) => {
          await prepare(store, 'test.retain', { message: '' })
          for (const [i, age] of [40, 20, 5].entries()) {
            const rows = [{ '@timestamp': new Date(now - age * day).toISOString(), message: 'x' }]
            await write(store, rows, { dataset: 'test.retain', key: 'a00000000000000b', from: i * 1000 })
            if (i < 2) await send('POST', '/logs-test.retain-default/_rollover')
          }
          const backing = async () => Object.keys(await send('GET', '/logs-test.retain-default')).length
          await store.retain([{ maxAge: 30 * day }], now, never)
          expect(await backing()).toBe(2)
          expect(await count(store, 'test.retain')).toBe(2)
          await store.retain([{ maxAge: 30 * day, maxBytes: 1 }], now, never)
          expect(await count(store, 'test.retain')).toBe(1)
        })
      },
      minute,
    )
  })
