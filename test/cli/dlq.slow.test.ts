import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createService, rowsOf } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const timeout = 300_000

test('a full queue drops nothing: reading waits, says why, and goes on when room is made', { timeout }, async () => {
  await using service = createService({})
  writeFileSync(
    join(service.directory, 'tailrace.config.ts'),
    `import { defineConfig, follow, pipeline } from 'tailrace'
import { nginxAccess } from '${join(import.meta.dirname, '../../parsers/nginx-access.ts')}'
export default defineConfig({
  deadLetters: { size: '2KiB' },
  pipelines: [pipeline('web').from(follow({ name: 'web', paths: ['access.log'] })).parse(nginxAccess)],
})
`,
  )
  const log = join(service.directory, 'access.log')
  const bad = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('')
  writeFileSync(log, bad(6, 'first'))
  service.start()
  await waitUntil('the queue is full', async () => (await service.rows(['dlq', 'list'])).length === 6)
  appendFileSync(log, `${bad(3, 'second')}${accessLines(2)}`)
  await waitUntil('it is said', () => service.said().includes('dead letter queue is full'))
  expect(await service.rows(['dlq', 'list'])).toHaveLength(6)
  expect(await service.rows(['stats'])).toEqual([{ count: 0 }])
  // A replay is not held up by what waits for room.
  expect((await service.run(['dlq', 'replay'])).code).toBe(1)
  expect(await service.rows(['dlq', 'purge', '--yes'])).toEqual([{ purged: 6, left: 0 }])
  await waitUntil('what waited is there', async () => (await service.rows(['dlq', 'list'])).length === 3)
  await waitUntil('reading goes on', async () => (await service.rows(['stats']))[0]?.['count'] === 2)
  expect(await service.end('SIGTERM')).toBe(143)
  expect(await service.accounted()).toMatchObject({ read: 11, stored: 2, dead_lettered: 9, purged: 6, verified: true })
})

test('a line of a container is replayed with what its envelope said, and one without an envelope stays', {
  timeout,
}, async () => {
  await using service = createService({})
  const define = (capture: 'int' | 'word'): void =>
    writeFileSync(
      join(service.directory, 'tailrace.config.ts'),
      `import { defineConfig, docker, grammar, int, line, pipeline, rest, word } from 'tailrace'
const shop = grammar({ name: 'shop.log', title: 'Shop', line: line\`order \${${capture}('app.order')} \${rest('message')}\`, samples: ['order 5 paid'] })
export default defineConfig({
  web: false,
  pipelines: [pipeline('shop').from(docker({ name: 'shop', paths: ['containers/*/*-json.log'] })).parse(shop)],
})
`,
    )
  const id = 'ab12'.repeat(16)
  mkdirSync(join(service.directory, 'containers', id), { recursive: true })
  const wrap = (log: string, stream: string, second: number): string =>
    `${JSON.stringify({ log: `${log}\n`, stream, time: `2026-11-27T08:00:0${second}.123456789Z` })}\n`
  writeFileSync(
    join(service.directory, 'containers', id, `${id}-json.log`),
    `${wrap('order 1 paid', 'stdout', 1)}no envelope at all\n${wrap('order two paid', 'stderr', 2)}${wrap('order 3 paid', 'stdout', 3)}`,
  )
  define('int')
  expect((await service.run(['run', '--once', '--no-web'])).code).toBe(0)
  expect((await service.rows(['dlq', 'list'])).map(({ raw }) => raw).sort()).toEqual([
    'no envelope at all',
    'order two paid',
  ])
  define('word')
  const replay = await service.run(['dlq', 'replay', '--format', 'ndjson'])
  expect(rowsOf(replay.out).at(-1), replay.err).toEqual({ total: { selected: 2, stored: 1, failed: 1, left: 1 } })
  expect(await service.rows(['search', 'message: paid and stream: stderr'])).toMatchObject([
    { '@timestamp': '2026-11-27T08:00:02.123456789Z', message: 'paid', stream: 'stderr', container: { id } },
  ])
  expect(await service.rows(['dlq', 'list'])).toMatchObject([
    { raw: 'no envelope at all', stage: 'source', attempts: 2 },
  ])
  expect(await service.accounted()).toMatchObject({ read: 4, stored: 3, dead_lettered: 1, verified: true })
})

test('logstash#7828: letters survive a reload, and a replay goes through the definitions it brought', {
  timeout,
}, async () => {
  await using service = createService({})
  const define = (capture: 'int' | 'word'): void =>
    writeFileSync(
      join(service.directory, 'tailrace.config.ts'),
      `import { defineConfig, follow, grammar, int, line, pipeline, rest, word } from 'tailrace'
const shop = grammar({ name: 'shop.log', title: 'Shop', line: line\`order \${${capture}('app.order')} \${rest('message')}\`, samples: ['order 5 paid'] })
export default defineConfig({
  web: false,
  pipelines: [pipeline('shop').from(follow({ name: 'shop', paths: ['shop.log'] })).parse(shop)],
})
`,
    )
  define('int')
  writeFileSync(join(service.directory, 'shop.log'), 'order 1 paid\norder two paid\n')
  service.start()
  await waitUntil('it is in the account', async () =>
    (await service.rows(['ledger'])).some((row) => row['dead_lettered'] === 1),
  )
  define('word')
  // What is read by the new definition shows that it is in force.
  await waitUntil('the new definition is in force', async () => {
    appendFileSync(join(service.directory, 'shop.log'), 'order three paid\n')
    return (await service.rows(['search', 'app.order: three'])).length > 0
  })
  await waitUntil('nothing is left of those that came before it', async () => {
    await service.run(['dlq', 'replay'])
    return (await service.rows(['dlq', 'list'])).length === 0
  })
  expect(await service.rows(['search', 'app.order: two'])).toHaveLength(1)
  expect(await service.end('SIGTERM')).toBe(143)
  expect(await service.accounted()).toMatchObject({ dead_lettered: 0, verified: true })
})
