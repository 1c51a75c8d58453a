import { appendFileSync, copyFileSync, mkdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { standIn } from '../store/elasticsearch/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { writePushConfig } from '../support/push-config.ts'
import { parser, pipelineFile, configFile as reloadedConfig } from '../support/reloaded.ts'
import { createService, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

/**
 * The correctness cases of Vector's test harness, by their names (https://github.com/vectordotdev/vector-test-harness,
 * `cases/*_correctness`). Where it asks for data to arrive, here each line arrives once and the ledger balances.
 */
const timeout = 180_000
const patient = { timeout: 120_000, every: 250 }

const countOf = async (service: Service): Promise<number> => Number((await service.rows(['stats']))[0]?.['count'] ?? 0)
const whenStored = (service: Service, records: number): Promise<unknown> =>
  waitUntil(`${records} are stored`, async () => (await countOf(service)) >= records, patient)

/** Ends it in good order; whatever would be read again is read by one run more. Then each of so many is there once. */
const holdsEachOnce = async (service: Service, records: number, field: string): Promise<void> => {
  await service.end('SIGTERM')
  const last = await service.run(['run', '--once', '--no-web'])
  expect(last.code, last.err).toBe(0)
  expect(await service.rows(['stats', '--metric', `count,unique(${field})`])).toMatchObject([
    { count: records, [`unique(${field})`]: records },
  ])
  expect(await service.accounted()).toMatchObject({ stored: records, lost: 0, balanced: true, verified: true })
}

const write = (service: Service, name: string, text: string): string => {
  const path = join(service.directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** A service that has read ten lines of a log; what the log is rotated to matches its pattern too. */
const following = async (): Promise<{ readonly service: Service; readonly log: string }> => {
  const service = createService({ TAILRACE_NGINX_ACCESS: 'access.log*' })
  const log = write(service, 'access.log', accessLines(10))
  service.start()
  await whenStored(service, 10)
  return { service, log }
}

test('disk_buffer_persistence: what is pushed while the store is away outlives a restart, and arrives once', {
  timeout,
}, async () => {
  // A stand-in for the fault: the embedded store is never away.
  const store = await standIn()
  const port = await freePort()
  await using service = createService(
    { TAILRACE_STORE: store.url, TAILRACE_LISTEN: `127.0.0.1:${port}` },
    ['--grace', '1s'],
    true,
  )
  writePushConfig(service.directory, `http({ name: 'shop' })`)
  const push = async (text: string): Promise<number> => {
    const body = `${JSON.stringify({ message: text })}\n`
    const answer = await fetch(`http://127.0.0.1:${port}/ingest/shop`, { method: 'POST', body })
    await answer.arrayBuffer()
    return answer.status
  }
  const messages = (): unknown[] => [...store.documents.values()].map(({ message }) => message).sort()
  const lines = Array.from({ length: 10 }, (_, i) => `Line ${i + 10}`)
  try {
    service.start()
    await waitUntil('the first line is taken', async () => (await push('First line')) === 202, patient)
    await waitUntil('the first line is stored', () => store.stored.length === 1, patient)
    await store.close()
    for (const text of lines) expect(await push(text)).toBe(202)
    await service.end('SIGTERM')
    service.start()
    await store.open()
    await waitUntil('all are stored', () => store.documents.size >= 11, patient)
    await service.end('SIGTERM')
    expect(messages()).toEqual(['First line', ...lines])
    expect(store.stored).toHaveLength(11)
  } finally {
    await store.close()
  }
})

test('file_rotate_create: renamed to a name that matches too, both files go on, and each line is there once', {
  timeout,
}, async () => {
  const { service, log } = await following()
  await using _ = service
  renameSync(log, `${log}.1`)
  writeFileSync(log, '')
  appendFileSync(`${log}.1`, accessLines(1, 10))
  appendFileSync(log, accessLines(1, 11))
  await whenStored(service, 12)
  await holdsEachOnce(service, 12, 'url.path')
})

test('file_rotate_truncate: copied to a name that matches too and truncated, both files go on, and each line is there once', {
  timeout,
}, async () => {
  const { service, log } = await following()
  await using _ = service
  copyFileSync(log, `${log}.1`)
  truncateSync(log, 0)
  appendFileSync(`${log}.1`, accessLines(1, 10))
  appendFileSync(log, accessLines(1, 11))
  await whenStored(service, 12)
  await holdsEachOnce(service, 12, 'url.path')
})

test('file_truncate: what is written after a truncation is read from the beginning', { timeout }, async () => {
  const { service, log } = await following()
  await using _ = service
  truncateSync(log, 0)
  appendFileSync(log, accessLines(1, 10))
  await whenStored(service, 11)
  await holdsEachOnce(service, 11, 'url.path')
})

test('sighup: the configuration is taken over while lines are written, and none is lost or doubled', {
  timeout,
}, async () => {
  await using service = createService({})
  write(service, 'parsers/door.ts', parser('door'))
  write(service, 'pipelines/table.json', '{"value":"t1"}')
  write(service, 'pipelines/all.ts', pipelineFile({ a: 'a.log' }, 'r1'))
  write(service, 'tailrace.config.ts', reloadedConfig)
  const log = write(service, 'a.log', '')
  let written = 0
  const line = (): void => appendFileSync(log, `2026-11-27T08:00:00Z door ${written++} for alice\n`)
  const racks = async (): Promise<Map<unknown, number>> =>
    new Map(
      (await service.rows(['stats', '--by', 'labels.rack'])).map((row) => [
        (row['by'] as Readonly<Record<string, unknown>>)['labels.rack'],
        Number(row['count']),
      ]),
    )
  service.start()
  line()
  await whenStored(service, 1)
  write(service, 'pipelines/all.ts', pipelineFile({ a: 'a.log' }, 'r2'))
  service.send('SIGHUP')
  // The harness writes its second line at once; here they go on until the new configuration is seen in one.
  await waitUntil(
    'the new one is in force',
    async () => {
      for (let i = 0; i < 10; i++) line()
      return (await racks()).has('r2')
    },
    patient,
  )
  await whenStored(service, written)
  const found = await racks()
  expect([...found.keys()].sort()).toEqual(['r1', 'r2'])
  await holdsEachOnce(service, written, 'app.door')
})

test('wrapped_json: JSON in a string of JSON, as Docker writes it, is parsed', { timeout }, async () => {
  await using service = createService({ TAILRACE_DOCKER: 'containers/*/*-json.log' })
  const id = 'a'.repeat(64)
  // The line of the harness, as the json-file driver writes it: with the line feed, the stream and the time.
  const inner = Array.from({ length: 3 }, (_, i) => JSON.stringify({ message: 'Hello world', n: String(i) }))
  const outer = inner.map((text) =>
    JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: '2026-11-27T08:00:00.000000001Z' }),
  )
  write(service, `containers/${id}/${id}-json.log`, `${outer.join('\n')}\n`)
  const once = await service.run(['run', '--once', '--no-web'])
  expect(once.code, once.err).toBe(0)
  const rows = await service.rows(['search', '', '--sort', 'log.offset'])
  expect(rows).toMatchObject(
    inner.map(() => ({ message: 'Hello world', stream: 'stdout', container: { id }, event: { dataset: 'json' } })),
  )
  expect(await service.accounted()).toMatchObject({ stored: 3, balanced: true, verified: true })
})
