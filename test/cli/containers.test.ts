import { appendFileSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fixtures } from '../parsers/read-fixture.ts'
import { scratchDir } from '../support/scratch-dir.ts'
import { tailrace } from '../support/tailrace.ts'

const rows = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const line = (log: string, stream = 'stdout') =>
  `${JSON.stringify({ log, stream, time: '2026-11-27T08:00:00.000000001Z' })}\n`

test('containers come and go, their logs are rotated, and each line has its place, its parser and what Docker knows', async () => {
  using directory = scratchDir('containers')
  const at = (id: string, ...more: string[]) => join(directory.path, 'containers', id, ...more)
  const begin = (id: string, name: string, labels: object): void => {
    mkdirSync(at(id), { recursive: true })
    writeFileSync(
      at(id, 'config.v2.json'),
      JSON.stringify({ Name: `/${name}`, Config: { Image: 'web:2', Labels: labels } }),
    )
  }
  const run = async () => {
    const { code, err } = await tailrace(directory.path, ['run', '--once', '--no-web'], {
      environment: { TAILRACE_DOCKER: 'containers/*/*-json.log' },
    })
    expect({ code, err }).toMatchObject({ code: 0 })
    return err
  }
  const events = async (query: string) =>
    rows(
      (await tailrace(directory.path, ['search', query, '--format', 'ndjson', '-n', '1000', '--sort', 'log.offset']))
        .out,
    )
  const a = 'a'.repeat(64)
  const b = 'b'.repeat(64)
  const log = (id: string) => at(id, `${id}-json.log`)

  begin(a, 'shop-web', { team: 'shop' })
  copyFileSync(join(fixtures, 'docker/nginx-two-streams.log'), log(a))
  begin(b, 'worker', { 'tailrace.parser': 'json' })
  writeFileSync(log(b), line('{"msg":"one"}\n'))
  await run()
  // The log of one is rotated while nobody reads, the other container is removed and a third one comes.
  appendFileSync(log(a), line('10.1.1.1 - - [27/Nov/2026:08:00:00 +0000] "GET /late HTTP/1.1" 200 1 "-" "-"\n'))
  renameSync(log(a), `${log(a)}.1`)
  writeFileSync(log(a), line('10.1.1.1 - - [27/Nov/2026:08:00:00 +0000] "GET /new HTTP/1.1" 200 1 "-" "-"\n'))
  rmSync(at(b), { recursive: true })
  const c = 'c'.repeat(64)
  begin(c, 'talker', {})
  writeFileSync(log(c), line('hello ') + line('not now\n', 'stderr') + line('world\n'))
  await run()

  const access = await events('event.dataset: nginx.access')
  expect(access.length).toBe(12)
  expect(access.every(({ stream }) => stream === 'stdout')).toBe(true)
  expect(access.find(({ url }) => (url as { path: string }).path === '/a/0')).toMatchObject({
    container: {
      id: a,
      name: 'shop-web',
      image: { name: 'web', tag: ['2'] },
      labels: { team: 'shop' },
      runtime: 'docker',
    },
    url: { path: '/a/0' },
  })
  expect((await events('event.dataset: nginx.error')).map(({ stream }) => stream)).toEqual(Array(5).fill('stderr'))
  expect(await events('container.labels.team: shop and url.path: "/late"')).toHaveLength(1)
  expect(await events('event.dataset: json')).toMatchObject([{ container: { name: 'worker' }, message: 'one' }])
  expect(await events('event.dataset: container.log')).toMatchObject([
    { message: 'hello world', container: { name: 'talker' }, stream: 'stdout' },
    { message: 'not now', stream: 'stderr' },
  ])
  const ledger = await tailrace(directory.path, ['ledger', '--verify', '--format', 'ndjson'])
  expect(ledger.code).toBe(0)
  expect(rows(ledger.out).at(-1)).toMatchObject({ total: { read: 20, stored: 20, balanced: true, verified: true } })
})
