import { appendFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type StandIn, standIn } from '../store/elasticsearch/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { writePushConfig } from '../support/push-config.ts'
import { createService, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'

const timeout = 180_000

/** A service that follows one file into these stores, in order. */
const following = (stores: string): Service & { readonly log: string } => {
  const service = createService({ TAILRACE_NGINX_ACCESS: 'access.log*' }, ['--grace', '1s'])
  const text = `import { defineConfig, duckdb, elasticsearch } from 'tailrace'
export default defineConfig({ store: [${stores}], digest: false })
`
  writeFileSync(join(service.directory, 'tailrace.config.ts'), text)
  return Object.assign(service, { log: join(service.directory, 'access.log') })
}
const engine = ({ url }: StandIn): string => `elasticsearch({ nodes: ['${url}'] })`
const holds = (store: StandIn, count: number) =>
  expect.poll(() => [store.stored.length, new Set(store.stored).size], { timeout: 90_000 }).toEqual([count, count])
const counts = async (service: Service): Promise<unknown> => (await service.rows(['stats']))[0]?.['count']

test('each store holds each record once, and has an account of its own, over kill -9', { timeout }, async () => {
  const store = await standIn()
  await using service = following(`duckdb(), ${engine(store)}`)
  writeFileSync(service.log, accessLines(300))
  service.start()
  await holds(store, 300)
  await expect.poll(() => counts(service), { timeout: 90_000 }).toBe(300)
  await service.end('SIGKILL')
  renameSync(service.log, `${service.log}.1`)
  writeFileSync(service.log, accessLines(300, 300))
  service.start()
  await holds(store, 600)
  await expect.poll(() => counts(service), { timeout: 90_000 }).toBe(600)
  await expect
    .poll(async () => (await service.rows(['ledger'])).at(-1), { timeout: 90_000 })
    .toMatchObject({
      total: {
        stored: 600,
        in_flight: 0,
        balanced: true,
        beside: [{ store: 'elasticsearch', stored: 600, balanced: true }],
      },
    })
  expect(await service.end('SIGTERM')).toBe(143)
  const stopped = await service.rows(['ledger'])
  const stored = (name: string): number =>
    stopped.filter(({ store }) => store === name).reduce((sum, row) => sum + Number(row['stored']), 0)
  expect([stored('duckdb'), stored('elasticsearch')]).toEqual([600, 600])
  await store.close()
})

test.each(['first', 'second'] as const)(
  'while the %s is away the other gets everything, and it reads on from its own checkpoint when it is back',
  { timeout },
  async (which) => {
    const [away, other] = [await standIn(), await standIn()] as const
    await using service = following((which === 'first' ? [away, other] : [other, away]).map(engine).join(', '))
    writeFileSync(service.log, accessLines(100))
    service.start()
    await holds(away, 100)
    await holds(other, 100)
    await away.close()
    for (let i = 1; i <= 4; i++) {
      appendFileSync(service.log, accessLines(500, i * 500))
      await holds(other, 100 + i * 500)
      renameSync(service.log, `${service.log}.${i}`)
      writeFileSync(service.log, '')
    }
    await expect.poll(service.said, { timeout: 60_000 }).toContain('store gives no answer')
    expect(away.stored).toHaveLength(100)
    // Stopping is bounded by the grace, and what was not delivered is read again.
    expect(await service.end('SIGTERM')).toBe(143)
    service.start()
    appendFileSync(service.log, accessLines(10, 5000))
    if (which === 'second') await holds(other, 2110)
    await away.open()
    await holds(away, 2110)
    await holds(other, 2110)
    expect(await service.end('SIGTERM')).toBe(143)
    await away.close()
    await other.close()
  },
)

test('what runs once fills both', { timeout }, async () => {
  const store = await standIn()
  await using service = following(`${engine(store)}, duckdb()`)
  writeFileSync(service.log, accessLines(50))
  expect(await service.run(['run', '--once', '--no-web'])).toMatchObject({ code: 0 })
  expect(store.stored).toHaveLength(50)
  expect((await service.rows(['ledger'])).at(-1)).toMatchObject({
    total: { stored: 50, beside: [{ store: 'duckdb', stored: 50, balanced: true }] },
  })
  await store.close()
})

test('the same store twice is refused, with its place', { timeout }, async () => {
  await using service = following('duckdb(), duckdb()')
  const { code, out, err } = await service.run(['check'])
  expect(code).toBe(1)
  expect(out + err).toMatch(/tailrace\.config\.ts:2:\d+: store\[1\] is the same as store\[0\]\. Name each store once/)
})

test('dead letters and files of every store are listed under its name, and changed in that store alone', {
  timeout,
}, async () => {
  const store = await standIn()
  await using service = following(`duckdb(), ${engine(store)}`)
  writeFileSync(service.log, `${accessLines(3)}worse\nworst\n`)
  expect(await service.run(['run', '--once', '--no-web'])).toMatchObject({ code: 0 })
  const byStore = async (args: readonly string[]) =>
    (await service.rows(args)).map((row) => row['store']).sort((a, b) => String(a).localeCompare(String(b)))
  const both = ['duckdb', 'duckdb', 'elasticsearch', 'elasticsearch']
  expect(await byStore(['dlq', 'list'])).toEqual(both)
  expect(await byStore(['dlq', 'list', '-n', '3'])).toEqual(both.slice(0, 3))
  expect(await byStore(['sources'])).toEqual(['duckdb', 'elasticsearch'])
  const refused = await service.run(['dlq', 'list', '--store', 'opensearch'])
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.err).toContain('--store takes the name of a store that is configured here: duckdb, elasticsearch')
  const second = ['--store', 'elasticsearch']
  const [letter] = await service.rows(['dlq', 'list', 'raw: worse', ...second])
  const { id } = letter as { id: string }
  expect(letter).toMatchObject({ raw: 'worse', store: 'elasticsearch' })

  service.start()
  await expect.poll(service.said, { timeout: 90_000 }).toContain('following into elasticsearch too')
  expect(await byStore(['dlq', 'list'])).toEqual(both)
  writeFileSync(join(service.directory, 'mended'), accessLines(1, 77).trimEnd())
  expect(await service.run(['dlq', 'edit', id, '--raw-file', 'mended'])).toMatchObject({ code: 0 })
  const replay = await service.run(['dlq', 'replay', id, '--format', 'ndjson'])
  expect(replay, replay.err).toMatchObject({ code: 0 })
  expect(replay.out).toContain('"total":{"selected":1,"left":3,"stored":1}')
  expect(store.stored).toHaveLength(4)
  expect(await service.rows(['dlq', 'purge', '--yes', '--store', 'duckdb'])).toEqual([{ purged: 2, left: 0 }])
  expect(await byStore(['dlq', 'list'])).toEqual(['elasticsearch'])
  expect(await service.rows(['stats', '--store', 'duckdb'])).toEqual([{ count: 3 }])
  expect((await service.rows(['ledger'])).at(-1)).toMatchObject({
    total: { stored: 3, dead_lettered: 2, purged: 2, balanced: true, beside: [{ stored: 4, dead_lettered: 1 }] },
  })
  expect(await service.end('SIGTERM')).toBe(143)

  // A store that is away when the service starts: what it did not take is kept, and is not passed over in silence.
  await store.close()
  service.start()
  await expect.poll(async () => (await service.run(['dlq', 'list'])).code, { timeout: 90_000 }).toBe(3)
  expect((await service.run(['dlq', 'list'])).err).toContain('elasticsearch is still waited for by its start')
  expect(await service.rows(['dlq', 'list', '--store', 'duckdb'])).toEqual([])
})

test('what is pushed is kept once and read into every store, whichever is away, over kill -9', {
  timeout,
}, async () => {
  const store = await standIn()
  const port = await freePort()
  await using service = createService({ TAILRACE_LISTEN: `127.0.0.1:${port}` }, ['--grace', '1s'], true)
  writePushConfig(service.directory, `http({ name: 'shop' })`, `store: [duckdb(), ${engine(store)}], digest: false,`)
  const push = async (from: number, count: number): Promise<void> => {
    const body = Array.from({ length: count }, (_, i) => `{"message":"record ${from + i}"}\n`).join('')
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': `from ${from}` }
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/ingest/shop`, { method: 'POST', body, headers }).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 90_000 },
      )
      .toBe(202)
  }
  const segments = () => readdirSync(join(service.directory, 'data/spool/shop')).filter((name) => /spool$/.test(name))
  service.start()
  await push(0, 100)
  await holds(store, 100)
  await store.close()
  await push(100, 200)
  await expect.poll(() => counts(service), { timeout: 90_000 }).toBe(300)
  await service.end('SIGKILL')
  expect(store.stored).toHaveLength(100)

  // The second one is away when the service starts, too: the first has all, and what the other lacks stays.
  service.start()
  await push(300, 50)
  await expect.poll(() => counts(service), { timeout: 90_000 }).toBe(350)
  expect(segments()).not.toHaveLength(0)
  await store.open()
  await holds(store, 350)
  expect(await service.end('SIGTERM')).toBe(143)
  // A segment goes with the start after the one that wrote it, once both have all of it.
  service.start()
  await expect.poll(segments, { timeout: 90_000 }).toHaveLength(0)
  await expect
    .poll(async () => (await service.rows(['ledger'])).at(-1), { timeout: 90_000 })
    .toMatchObject({
      total: { stored: 350, in_flight: 0, balanced: true, beside: [{ stored: 350, in_flight: 0, balanced: true }] },
    })
  expect(await service.end('SIGTERM')).toBe(143)
  await store.close()
})
