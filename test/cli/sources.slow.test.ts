import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createService, type Service } from '../support/service.ts'
import { accessLines } from '../support/tailrace.ts'
import { waitUntil } from '../support/wait-until.ts'

type Row = Readonly<Record<string, unknown>>

let service: Service
let logs: string
let log: string
beforeEach(() => {
  service = createService({}, ['logs/*.log'])
  logs = join(service.directory, 'logs')
  log = join(logs, 'access.log')
  mkdirSync(logs)
})
afterEach(() => service[Symbol.asyncDispose]())

const sources = () => service.rows(['sources'])
const count = async () => Number((await service.rows(['stats']))[0]?.['count'] ?? 0)
const whenStored = (records: number) => waitUntil(`${records} are stored`, async () => (await count()) === records)
const refused = async (args: readonly string[], code: number): Promise<string> => {
  const ended = await service.run(args)
  expect(ended.code, ended.err).toBe(code)
  expect(ended.out).toBe('')
  return ended.err
}

test('what was lost is stated with its range, listed, and read when a file is found that holds it', {
  timeout: 300_000,
}, async () => {
  writeFileSync(log, accessLines(10))
  service.start()
  await whenStored(10)
  // Half a line is seen and not read; then the file is cut short, and its copy lies where nobody looks.
  const rest = accessLines(5, 10)
  appendFileSync(log, rest.slice(0, -20))
  await waitUntil('it is seen', async () => Number((await sources())[0]!['size']) === statSync(log).size)
  await service.end('SIGTERM')
  copyFileSync(log, join(service.directory, 'backup'))
  appendFileSync(join(service.directory, 'backup'), rest.slice(-20))
  unlinkSync(log)
  service.start()
  const lost = await waitUntil('it is stated lost', async () =>
    (await sources()).find(({ lost_bytes }) => Number(lost_bytes) > 0),
  )
  const id = String(lost['id'])
  const [first] = lost['lost'] as readonly { readonly from: number; readonly to: number }[]
  expect(first!.to - first!.from).toBe(lost['lost_bytes'])
  expect(await service.rows(['ledger', '--lost'])).toEqual([
    expect.objectContaining({ id, path: log, from: first!.from, to: first!.to, bytes: lost['lost_bytes'] }),
  ])
  expect(service.said()).toContain('were gone before they could be read')
  const total = async () => (await service.rows(['ledger', '--verify'])).at(-1)!['total'] as Row
  expect(await total()).toMatchObject({ lost: lost['lost_bytes'], balanced: true, verified: true })

  expect(await refused(['sources', 'adopt', id, 'nowhere'], 3)).toContain('ENOENT')
  writeFileSync(join(service.directory, 'other'), accessLines(50, 700))
  expect(await refused(['sources', 'adopt', id, 'other'], 1)).toContain('does not begin as')
  writeFileSync(join(service.directory, 'short'), accessLines(5))
  expect(await refused(['sources', 'adopt', id, 'short'], 1)).toContain('was read up to byte')
  expect(await count()).toBeLessThan(15)

  const adopted = await service.rows(['sources', 'adopt', id.slice(0, 8), 'backup'])
  expect(adopted).toEqual([expect.objectContaining({ id, was_lost: lost['lost_bytes'] })])
  await whenStored(15)
  expect(await total()).toMatchObject({ lost: 0, stored: 15, duplicate: 0, balanced: true, verified: true })
  expect(await service.rows(['ledger', '--lost'])).toEqual([])
  // What was adopted is remembered: a start later it is not read again.
  await service.end('SIGKILL')
  service.start()
  await waitUntil('it is there', async () => (await sources()).length > 0)
  expect(await count()).toBe(15)
  expect(await service.end('SIGTERM')).toBe(143)
})

test('a packed backup is adopted while no service runs, and read by the next', { timeout: 300_000 }, async () => {
  writeFileSync(log, accessLines(10))
  service.start()
  await whenStored(10)
  await service.end('SIGTERM')
  const [row] = await sources()
  const id = String(row!['id'])
  appendFileSync(log, accessLines(10, 10))
  writeFileSync(join(service.directory, 'backup.gz'), gzipSync(accessLines(20)))
  expect(await refused(['sources', 'adopt', id, 'backup.gz'], 1)).toContain('followed already')
  truncateSync(log)
  unlinkSync(log)
  expect(await service.rows(['sources', 'adopt', id, 'backup.gz'])).toEqual([
    expect.objectContaining({ id, offset: accessLines(10).length, size: accessLines(20).length }),
  ])
  service.start()
  await whenStored(20)
  expect(await service.accounted()).toMatchObject({ stored: 20, lost: 0, verified: true })
})

test('a file is read again without storing anything twice, and forgotten once it is gone', {
  timeout: 300_000,
}, async () => {
  writeFileSync(log, accessLines(20))
  service.start()
  await whenStored(20)
  const [row] = await sources()
  const id = String(row!['id'])
  expect(await refused(['sources', 'rewind', 'ffff'], 2)).toContain('no file has')
  expect(await refused(['sources', 'rewind', id, '--to', '999999'], 2)).toContain('from 0 to')
  expect(await refused(['sources', 'forget', id], 1)).toContain('--yes')

  const half = accessLines(10).length
  expect(await service.rows(['sources', 'rewind', id, '--to', String(half)])).toEqual([
    { id, path: log, offset: half, was: accessLines(20).length },
  ])
  appendFileSync(log, accessLines(5, 20))
  await whenStored(25)
  const total = async () => (await service.rows(['ledger', '--verify'])).at(-1)!['total'] as Row
  await waitUntil('all is accounted for', async () => Number((await total())['read']) === 35)
  expect(await total()).toMatchObject({ stored: 25, duplicate: 10, balanced: true, verified: true })

  // The same while no service runs; a crash in the middle of reading it again stores nothing twice either.
  await service.end('SIGTERM')
  await service.rows(['sources', 'rewind', id])
  service.start()
  await waitUntil('it is read again', async () => Number((await total())['duplicate']) > 10)
  await service.end('SIGKILL')
  service.start()
  await waitUntil('all is read again', async () => Number((await sources())[0]?.['offset']) === statSync(log).size)
  expect(await total()).toMatchObject({ stored: 25, duplicate: 35, balanced: true, verified: true })
  expect(await count()).toBe(25)

  renameSync(log, join(service.directory, 'away'))
  await waitUntil('it is seen to be gone', async () => (await sources())[0]?.['state'] !== 'active')
  expect(await refused(['sources', 'rewind', id], 1)).toContain('is not there')
  expect(await service.rows(['sources', 'forget', id])).toEqual([{ id, path: log, forgotten: true }])
  expect(await total()).toMatchObject({ stored: 25, verified: true })
  expect((await sources()).map((one) => one['id'])).not.toContain(id)
})
