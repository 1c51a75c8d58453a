import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { engine } from '../support/engine.ts'
import { needs } from '../support/needs.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { createService, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const parsers = new URL('../../parsers/', import.meta.url).pathname

const configure = (service: Service, logs: string, store: string): void =>
  writeFileSync(
    join(service.directory, 'tailrace.config.ts'),
    `import { defineConfig, duckdb, elasticsearch, follow, pipeline } from 'tailrace'
import { nginxAccess } from '${parsers}nginx-access.ts'
export default defineConfig({
  store: ${store},
  digest: false,
  pipelines: [pipeline('web').from(follow({ name: 'web', paths: ['${logs}/access.log'], shared: true })).parse(nginxAccess)],
})
`,
  )

const readsIt = 'this instance reads web'
const reads = (service: Service): boolean =>
  service.said().lastIndexOf(readsIt) > service.said().lastIndexOf('does not read web any more')

needs('elasticsearch')('one directory seen by two machines', () => {
  test('is read by one at a time, and by the other from where the first was when it is killed or stopped: each line is stored and counted once', {
    timeout: 600_000,
  }, async () => {
    const { url } = await engine('elasticsearch')
    using shared = scratchDir('shared-directory')
    const logs = join(shared.path, 'logs')
    mkdirSync(logs)
    const log = join(logs, 'access.log')
    const environment = { TAILRACE_NAMESPACE: `shared${process.pid}` }
    await using a = createService(environment, ['--grace', '5s'])
    await using b = createService(environment, ['--grace', '5s'])
    for (const one of [a, b]) configure(one, logs, `elasticsearch({ nodes: ['${url}'] })`)
    let written = 0
    const write = (count: number): void => {
      appendFileSync(log, accessLines(count, written))
      written += count
    }
    write(50)
    appendFileSync(log, 'no line of nginx\n')
    a.start()
    await waitUntil('the first reads', () => reads(a), { timeout: 120_000 })
    b.start()
    const traffic = setInterval(() => write(5), 50)
    let turns = 0
    const rotate = (): void => {
      renameSync(log, `${log}.${++turns}`)
      write(1)
    }
    const stored = async (service: Service): Promise<number> => Number((await service.rows(['stats']))[0]?.['count'])
    try {
      await waitUntil('something is stored', async () => (await stored(a)) > 100, { timeout: 120_000 })
      rotate()
      await waitUntil('the second waits', async () =>
        (await b.rows(['sources'])).some((row) => row['state'] === 'elsewhere' && row['source'] === 'web'),
      )
      expect(reads(b)).toBe(false)
      await a.end('SIGKILL')
      const before = written
      await waitUntil('the second reads', () => reads(b), { timeout: 120_000 })
      rotate()
      await waitUntil('it stored what came meanwhile', async () => (await stored(b)) > before, { timeout: 120_000 })
      a.start()
      await waitUntil('the first waits', async () =>
        (await a.rows(['sources'])).some((row) => row['state'] === 'elsewhere'),
      )
      // Given back, it needs no waiting.
      expect(await b.end('SIGTERM')).toBe(143)
      await waitUntil('the first reads again', () => reads(a), { timeout: 120_000 })
    } finally {
      clearInterval(traffic)
    }
    await waitUntil('all of it is stored', async () => (await stored(a)) >= written, { timeout: 120_000 })
    const paths = (await a.rows(['search', '--fields', 'url.original', '-n', String(2 * written)])).map(
      ({ url }) => (url as { original: string }).original,
    )
    expect([paths.length, new Set(paths).size]).toEqual([written, written])
    await waitUntil('nothing is under way', async () =>
      (await a.rows(['ledger'])).slice(0, -1).every((row) => row['in_flight'] === 0),
    )
    const rows = (await a.rows(['ledger', '--store', 'elasticsearch/web', '--verify'])) as Record<string, number>[]
    expect(rows.at(-1)).toMatchObject({
      total: { read: written + 1, stored: written, dead_lettered: 1, balanced: true, verified: true },
    })
    // The letter lies where it was read first, and came nowhere else.
    expect(await a.rows(['dlq', 'list'])).toMatchObject([{ raw: 'no line of nginx', store: 'elasticsearch/web' }])
    expect(await b.rows(['dlq', 'list'])).toEqual([])
    expect(await a.end('SIGTERM')).toBe(143)
    expect((await b.rows(['ledger'])).at(-1)).toMatchObject({ total: { beside: [{ stored: written }] } })
  })
})

test('a shared source into the embedded store is refused, with its place', async () => {
  await using service = createService({})
  configure(service, '/var/log/nowhere', 'duckdb()')
  const { code, out, err } = await service.run(['check'])
  expect(code).toBe(1)
  expect(out + err).toMatch(
    /tailrace\.config\.ts:6:\d+: source 'web' is shared, and the embedded store is this machine's alone\. Take `elasticsearch/,
  )
})
