import { appendFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type StandIn, standIn } from '../store/elasticsearch/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { type ScratchDir, scratchDir } from '../support/scratch-dir.ts'
import { type Served, served } from '../support/served.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

const timeout = 300_000
/** The only queue holds no more than this, and one block. */
const most = (6 << 20) + (1 << 20)

let directory: ScratchDir
let service: Served
let store: StandIn
let address = ''
beforeEach(async () => {
  directory = scratchDir('back-pressure')
  service = served(directory.path)
  store = await standIn()
})
afterEach(async () => {
  await service.end('SIGKILL')
  await store.close()
  directory.remove()
})

const run = async (): Promise<void> => {
  const port = await freePort()
  address = `http://127.0.0.1:${port}`
  service.run(['--grace', '1s'], {
    TAILRACE_LISTEN: `127.0.0.1:${port}`,
    TAILRACE_STORE: store.url,
    TAILRACE_NGINX_ACCESS: 'access.log*',
  })
}
const figure = async (name: string): Promise<number> => {
  const text = await (await fetch(`${address}/metrics`)).text()
  return Number(new RegExp(`^tailrace_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}
const waits = (what: string, until: () => unknown) => waitUntil(what, until, { timeout: 270_000 })
const handles = (): number => readdirSync(`/proc/${service.pid}/fd`).length
const holds = (count: number) => waits(`the store holds ${count}`, () => store.stored.length >= count)

test('while the store is away memory stays as it is, however much is written, and reading resumes where it stopped', {
  timeout,
}, async () => {
  const log = join(directory.path, 'access.log')
  writeFileSync(log, accessLines(10))
  await run()
  await holds(10)
  await store.close()
  let written = 10
  let size = statSync(log).size
  const write = (lines: number): void => {
    appendFileSync(log, accessLines(lines, written))
    written += lines
  }
  write(70_000)
  await waits('it waits for the store', async () => (await figure('sink_waiting')) === 1)
  const before = handles()
  for (let rotation = 1; rotation <= 5; rotation++) {
    size += statSync(log).size
    renameSync(log, `${log}.${rotation}`)
    writeFileSync(log, '')
    write(4_000)
    const behind = size
    await waits('what was written is seen', async () => (await figure('source_lag_bytes')) > behind - most)
    expect(await figure('queue_bytes')).toBeLessThanOrEqual(most)
  }
  expect(await figure('memory_arena_bytes')).toBeLessThanOrEqual(64 << 20)
  // A handle a file that is read, and those of tries to reach the store.
  expect(handles()).toBeLessThanOrEqual(before + 5 + 8)
  await store.open()
  await holds(written)
  expect(new Set(store.stored).size).toBe(written)
  expect(store.stored).toHaveLength(written)
  expect(readdirSync(directory.path).filter((name) => name.startsWith('access.log'))).toHaveLength(6)
})

test('a stop while the store is away ends by itself, and loses nothing', { timeout }, async () => {
  const log = join(directory.path, 'access.log')
  writeFileSync(log, accessLines(10))
  await run()
  await holds(10)
  await store.close()
  appendFileSync(log, accessLines(3000, 10))
  await waits('it waits for the store', async () => (await figure('sink_waiting')) === 1)
  await service.end('SIGTERM')
  await store.open()
  await run()
  await holds(3010)
  expect(new Set(store.stored).size).toBe(3010)
  expect(store.stored).toHaveLength(3010)
})
