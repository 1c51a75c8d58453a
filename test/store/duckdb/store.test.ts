import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Batch, outcome, release } from '../../../src/event/batch.ts'
import { equals, everything } from '../../../src/query/tree.ts'
import { aggregate } from '../../../src/store/duckdb/aggregate.ts'
import { openDatabase } from '../../../src/store/duckdb/database.ts'
import { openDuckdb } from '../../../src/store/duckdb/store.ts'
import { StoreUnusable } from '../../../src/store/duckdb/unusable.ts'
import { createWriter } from '../../../src/store/duckdb/writer.ts'
import type { CommitRecord } from '../../../src/store/sink.ts'
import type { Store, StoredDocument } from '../../../src/store/store.ts'
import { type BatchOptions, batchOf, type Row } from '../../support/batch.ts'

const never = new AbortController().signal
let directory: string
let path: string
let stores: Store[]
let batches: Batch[]
let children: ChildProcess[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-duckdb-'))
  path = join(directory, 'store', 'tailrace.duckdb')
  stores = []
  batches = []
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const store of stores) await store.close()
  for (const batch of batches) release(batch)
  await rm(directory, { recursive: true, force: true })
})

const open = async (): Promise<Store> => {
  const store = await openDuckdb({ path })
  stores.push(store)
  return store
}
const reopen = async (store: Store): Promise<Store> => {
  await store.close()
  stores = stores.filter((other) => other !== store)
  return open()
}
const made = (rows: readonly Row[], options: BatchOptions = {}): Batch => {
  const batch = batchOf(rows, undefined, { stored: true, ...options })
  batches.push(batch)
  return batch
}
const find = async (store: Store): Promise<StoredDocument[]> => {
  const found: StoredDocument[] = []
  const sort = [{ field: 'log.offset', descending: false }]
  for await (const document of store.search({ where: everything, limit: 100_000, sort }, never)) found.push(document)
  return found
}
const commitsOf = async (store: Store): Promise<CommitRecord[]> => {
  const records: CommitRecord[] = []
  for await (const record of store.commits!(never)) records.push(record)
  return records
}
const failureOf = async (opening: Promise<unknown>): Promise<StoreUnusable> => {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreUnusable)
  return error as StoreUnusable
}
/** Another process that runs `script` with the store's module as `openDuckdb` and this path as `path`. */
const another = (script: string): ChildProcess => {
  const at = (file: string): string => JSON.stringify(join(import.meta.dirname, '../../..', file))
  const head = `import { openDuckdb } from ${at('src/store/duckdb/store.ts')}
import { batchOf } from ${at('test/support/batch.ts')}
const path = ${JSON.stringify(path)}
`
  const child = spawn(process.execPath, ['--input-type=module', '-e', head + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

it('events and the sealed record survive closing and opening', async () => {
  const store = await open()
  await store.write([made([{ message: 'one' }, { message: 'two' }])], () => ({ upTo: 200 }), never)
  const again = await reopen(store)
  expect((await find(again)).map(({ message }) => message)).toEqual(['one', 'two'])
  expect(await commitsOf(again)).toEqual([{ upTo: 200 }])
  await again.write([made([{ message: 'three' }], { from: 200 })], () => ({ upTo: 300 }), never)
  expect(await commitsOf(again)).toEqual([{ upTo: 200 }, { upTo: 300 }])
  expect(await find(again)).toHaveLength(3)
})

it('a record of progress is kept without rows too', async () => {
  const store = await open()
  await store.write([], () => ({ lost: 20 }), never)
  expect(await commitsOf(await reopen(store))).toEqual([{ lost: 20 }])
})

it('a write without a live row still keeps its record', async () => {
  const store = await open()
  const batch = made([{ message: 'no' }])
  batch.outcome[0] = outcome.filtered
  await store.write([batch], () => ({ upTo: 100 }), never)
  expect(await commitsOf(store)).toEqual([{ upTo: 100 }])
  expect(await find(store)).toEqual([])
})

it('numbers and times that 64 bits do not hold are dead, with the reason, and the rows beside them stored', async () => {
  const store = await open()
  const batch = made([
    { 'app.n': 2 ** 62, '@timestamp': Date.parse('2262-01-01T00:00:00Z') },
    { 'app.n': 2 ** 63 },
    { 'app.n': -(2 ** 63) },
    { '@timestamp': Date.parse('2263-01-01T00:00:00Z') },
    { '@timestamp': Date.parse('1600-01-01T00:00:00Z') },
    { 'app.n': 1 },
  ])
  await store.write([batch], () => ({}), never)
  const { dead, stored } = outcome
  expect([...batch.outcome]).toEqual([stored, dead, dead, dead, dead, stored])
  expect([...batch.failures.values()].map(({ code, field }) => `${code} ${field}`)).toEqual([
    'time_out_of_range @timestamp',
    'time_out_of_range @timestamp',
    'number_out_of_range app.n',
    'number_out_of_range app.n',
  ])
  expect((await find(store)).map((document) => (document as { app: { n: number } }).app.n)).toEqual([2n ** 62n, 1])
})

it('a snapshot replaces the records it holds and none that came later', async () => {
  const store = await open()
  for (let i = 0; i < 3; i++) await store.write([made([{ 'app.n': i }], { from: i * 100 })], () => ({ i }), never)
  const later = store.write([made([{ 'app.n': 3 }], { from: 300 })], () => ({ i: 3 }), never)
  const folded = store.replaceCommits!({ all: [0, 1, 2] }, never)
  await Promise.all([later, folded])
  expect(await commitsOf(store)).toEqual([{ all: [0, 1, 2] }, { i: 3 }])
  expect(await commitsOf(await reopen(store))).toEqual([{ all: [0, 1, 2] }, { i: 3 }])
})

it('a store that cannot be written to says so, waits, and loses nothing', async () => {
  const store = await open()
  const incoming = join(directory, 'store', 'incoming')
  await rename(incoming, `${incoming}.away`)
  await writeFile(incoming, 'in the way')
  const batch = made([{ message: 'late' }])
  let sealed = 0
  const writing = store.write([batch], () => ({ sealed: ++sealed }), never)
  await vi.waitFor(() => expect(store.trouble).toContain(path), { timeout: 30_000, interval: 20 })
  await rm(incoming)
  await mkdir(incoming)
  await writing
  expect(store.trouble).toBeUndefined()
  expect([...batch.outcome]).toEqual([outcome.stored])
  expect(await commitsOf(store)).toEqual([{ sealed: 1 }])
  expect(await find(store)).toHaveLength(1)
})

it('a write that waits for the disk ends when it is aborted, its rows live', async () => {
  const store = await open()
  const incoming = join(directory, 'store', 'incoming')
  await rename(incoming, `${incoming}.away`)
  await writeFile(incoming, 'in the way')
  const batch = made([{ message: 'never' }])
  const stop = new AbortController()
  const writing = store.write([batch], () => ({}), stop.signal)
  await vi.waitFor(() => expect(store.trouble).toBeDefined(), { timeout: 30_000, interval: 20 })
  stop.abort()
  await expect(writing).rejects.toThrow()
  expect([...batch.outcome]).toEqual([outcome.live])
})

it('a second process is told who holds the file', async () => {
  const child = another(`await openDuckdb({ path }); console.log('open'); setInterval(() => {}, 1000)`)
  await once(child.stdout!, 'data')
  const error = await failureOf(openDuckdb({ path }))
  expect(error.code).toBe('store_locked')
  expect(error.message).toContain(`process ${child.pid}`)
})

it('a process that finds the file held leaves what its holder is about to read', async () => {
  const child = another(`await openDuckdb({ path }); console.log('open'); setInterval(() => {}, 1000)`)
  await once(child.stdout!, 'data')
  const file = join(directory, 'store', 'incoming', '7.parquet')
  await writeFile(file, 'of the holder')
  await failureOf(openDuckdb({ path }))
  expect(await readFile(file, 'utf8')).toBe('of the holder')
})

it('this process cannot open the file twice either', async () => {
  await open()
  expect((await failureOf(openDuckdb({ path }))).code).toBe('store_locked')
})

it('a damaged file is refused with the way to mend it, and left as it is', async () => {
  const store = await open()
  await store.write([made([{ message: 'one' }])], () => ({}), never)
  await store.close()
  stores = []
  const bytes = await readFile(path)
  bytes.fill(0x58, 0, 4096)
  await writeFile(path, bytes)
  const error = await failureOf(openDuckdb({ path }))
  expect(error.code).toBe('store_damaged')
  expect(error.message).toMatch(/Put back a copy|move it/)
  expect(await readFile(path)).toEqual(bytes)
})

it('a damaged part that is met only by a question is told of with the way to mend it', async () => {
  const before = await openDatabase({ path })
  const connection = await before.connect()
  await connection.run('CREATE TABLE held AS SELECT hash(range) AS value FROM range(400000)')
  connection.closeSync()
  await before.close()
  const sound = await readFile(path)
  let asked: unknown
  // Which block holds what is DuckDB's own business: from the last on, the first that opening does not look at.
  for (let at = sound.length - 100_000; at > 0 && asked === undefined; at -= 262_144) {
    const bytes = Buffer.from(sound)
    bytes.fill(0x58, at, at + 1000)
    await writeFile(path, bytes)
    const database = await openDatabase({ path }).catch(() => undefined)
    asked = await database?.rows('SELECT sum(value) FROM held').then(
      () => undefined,
      (error: unknown) => error,
    )
    await database?.close()
  }
  expect(asked).toBeInstanceOf(StoreUnusable)
  expect(asked).toMatchObject({
    code: 'store_damaged',
    message: expect.stringMatching(/is damaged.*Put back a copy/) as string,
  })
})

it('a place that is no directory is refused as such', async () => {
  await writeFile(join(directory, 'store'), 'a file')
  const error = await failureOf(openDuckdb({ path }))
  expect(error.code).toBe('store_unwritable')
})

it('killed in the middle, events and records still tell the same', async () => {
  const child = another(`
const store = await openDuckdb({ path })
for (let i = 0; ; i++) {
  const rows = Array.from({ length: 700 }, (_, j) => ({ 'app.n': i * 700 + j, message: 'row ' + j }))
  await store.write([batchOf(rows, undefined, { stored: true, from: i * 70000 })], () => ({ upTo: (i + 1) * 700 }), new AbortController().signal)
  console.log((i + 1) * 700)
}`)
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout! })) {
    acknowledged = Number(line)
    if (acknowledged >= 7000) break
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  const store = await open()
  const records = await commitsOf(store)
  const upTo = Number(records.at(-1)!['upTo'])
  expect(upTo).toBeGreaterThanOrEqual(acknowledged)
  expect(await store.countOf('00c0ffee00c0ffee', never)).toBe(upTo)
  expect(await readdir(join(directory, 'store', 'incoming'))).toEqual([])
})

it('a log that takes more memory than there is to read is read all the same', async () => {
  const memory = 24
  const child = another(`
const store = await openDuckdb({ path, memory: ${memory} })
const never = new AbortController().signal
for (let i = 0; i < 12; i++) {
  const rows = Array.from({ length: 4000 }, (_, j) => ({ message: Array.from({ length: 40 }, (_, k) => (i * 7919 + j * 104729 + k * 1299709).toString(36)).join(' ') }))
  await store.write([batchOf(rows, undefined, { stored: true, from: i * 400000 })], () => ({}), never)
}
console.log('written')
setInterval(() => {}, 1000)`)
  await once(child.stdout!, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { size } = await stat(`${path}.wal`)
  expect(size).toBeGreaterThan(24 << 20)
  const store = await openDuckdb({ path, memory })
  stores.push(store)
  expect(await store.countOf('00c0ffee00c0ffee', never)).toBe(48_000)
})

it('a file that finds the disk full is not left behind, nor are those before it', async () => {
  const child = another(`
import { readdir, symlink } from 'node:fs/promises'
import { dirname } from 'node:path'
const store = await openDuckdb({ path })
const incoming = dirname(path) + '/incoming'
// Every second file of a process lies on a device that is always full.
for (const n of [2, 4]) await symlink('/dev/full', incoming + '/' + n + '.parquet')
const rows = [{ message: 'one' }, { message: 'two' }]
const batches = ['test.one', 'test.two'].map((dataset, i) => batchOf(rows, undefined, { stored: true, dataset, from: i * 200 }))
const written = store.write(batches, () => ({}), new AbortController().signal)
let trouble
const watch = setInterval(() => { trouble ??= store.trouble }, 5)
await written
clearInterval(watch)
console.log(JSON.stringify({ trouble, left: await readdir(incoming) }))
await store.close()`)
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
  expect(JSON.parse(line)).toEqual({ trouble: expect.stringMatching(/ENOSPC/), left: [] })
  if (child.exitCode === null) await once(child, 'exit')
  expect(await find(await open())).toHaveLength(4)
})

it('a value that cannot become what its field is kills its row only', async () => {
  const store = await open()
  const schema = new Map([['app.n', { type: 'long', about: 'A number.' } as const]])
  const batch = batchOf([{ 'app.n': 1 }, { 'app.n': 'many' }, { 'app.n': 3 }], schema, {
    stored: true,
    as: { 'app.n': 'json' },
  })
  batches.push(batch)
  await store.write([batch], () => ({}), never)
  expect([...batch.outcome]).toEqual([outcome.stored, outcome.dead, outcome.stored])
  expect(batch.failures.get(1)).toMatchObject({ stage: 'store', code: 'rejected_by_store' })
  expect((await find(store)).map(({ app }) => app)).toEqual([{ n: 1 }, { n: 3 }])
})

it('a field that changes its type keeps what was stored', async () => {
  const store = await open()
  await store.write([made([{ 'app.x': 7 }])], () => ({}), never)
  await store.write([made([{ 'app.x': 'seven' }], { from: 100 })], () => ({}), never)
  await store.write([made([{ 'app.x': 8 }], { from: 200 })], () => ({}), never)
  await store.write([made([{ 'app.x': ['a', 'b'] }], { from: 300 })], () => ({}), never)
  expect((await find(store)).map(({ app }) => app)).toEqual([
    { x: ['7'] },
    { x: ['seven'] },
    { x: ['8'] },
    { x: ['a', 'b'] },
  ])
  expect((await find(await reopen(store))).map(({ app }) => app)).toHaveLength(4)
})

it('fields of the same name and other types in two datasets do not disturb each other', async () => {
  const store = await open()
  await store.write(
    [made([{ 'app.x': 7 }], { dataset: 'test.one' }), made([{ 'app.x': 'seven' }], { dataset: 'test.two', from: 100 })],
    () => ({}),
    never,
  )
  expect((await find(store)).map(({ app }) => app)).toEqual([{ x: '7' }, { x: 'seven' }])
  const table = (name: string) => (name === 'app.x' ? ({ type: 'long', about: 'A number.' } as const) : undefined)
  const found: unknown[] = []
  for await (const { app } of store.search({ where: equals('app.x', 7, table), limit: 10 }, never)) found.push(app)
  expect(found).toHaveLength(1)
})

it('an id that is not made of generation and offset is kept', async () => {
  const store = await open()
  const rows = [{ 'event.id': 'client-1' }, { 'event.id': 'client-2' }]
  const batch = made(rows)
  const ids = made(rows.map((row) => ({ 'user.id': row['event.id'] })))
  batch.columns.set('event.id', ids.columns.get('user.id')!)
  await store.write([batch, made([{ message: 'plain' }], { from: 500 })], () => ({}), never)
  expect((await find(store)).map(({ event }) => (event as { id: string }).id)).toEqual([
    'client-1',
    'client-2',
    '00c0ffee00c0ffee-500',
  ])
})

it('files left by a killed process are removed', async () => {
  const incoming = join(directory, 'store', 'incoming')
  await mkdir(incoming, { recursive: true })
  await writeFile(join(incoming, '7.parquet'), 'half')
  const store = await open()
  await store.write([made([{ message: 'one' }])], () => ({}), never)
  expect(await readdir(incoming)).toEqual([])
})

it('a question asked while tables are made sees them before or after, never half', async () => {
  const store = await open()
  const rows = Array.from({ length: 40 }, (_, i) => ({ '@timestamp': i, [`app.f${i}`]: i }))
  const written = store.write([made(rows)], () => ({}), never).then(() => 'written' as const)
  for (let state: string | undefined; state !== 'written'; ) {
    const found = await find(store)
    expect([0, 40]).toContain(found.length)
    state = await Promise.race([written, Promise.resolve(undefined)])
  }
  expect(await find(store)).toHaveLength(40)
})

it('size limits drop the oldest', async () => {
  const store = await open()
  for (let i = 0; i < 4; i++) {
    const rows = Array.from({ length: 20_000 }, (_, j) => ({
      '@timestamp': Date.parse('2026-11-20T00:00:00Z') + (i * 20_000 + j) * 1000,
      'user.id': `${((i * 20_000 + j) * 2654435761) % 4294967296}-${j}`,
    }))
    await store.write([made(rows, { from: i * 2_000_000 })], () => ({}), never)
  }
  const again = await reopen(store)
  const { size } = await stat(path)
  await again.retain([{ maxBytes: size / 2 }], Date.now(), never)
  const [bucket] = await again.aggregate(
    { where: everything, by: [], metrics: [{ kind: 'count' }, { kind: 'max', field: 'log.offset' }] },
    never,
  )
  expect(bucket!.count).toBeGreaterThan(20_000)
  expect(bucket!.count).toBeLessThan(60_000)
  expect(bucket!.values['max(log.offset)']).toBe(7_999_900)
  // Each hour anew: what went already does not count once more.
  for (let hour = 0; hour < 6; hour++) await again.retain([{ maxBytes: size / 2 }], Date.now(), never)
  const [later] = await again.aggregate({ where: everything, by: [], metrics: [{ kind: 'count' }] }, never)
  expect(later!.count).toBeGreaterThan(20_000)
})

it('percentiles of very many rows are estimated within one per cent of rank', async () => {
  const database = await openDatabase({ path })
  const writer = await createWriter(database)
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    'event.duration': ((i * 7919) % 20_000) + 1,
    'user.id': String(i % 10),
  }))
  await writer.write([made(rows)], () => ({}), never)
  const metrics = [1, 50, 95, 99].map((of) => ({ kind: 'percentile', field: 'event.duration', of }) as const)
  const ask = (exactUpTo: number, by: readonly string[] = []) =>
    aggregate(database, writer.catalog, { where: everything, by, metrics }, never, exactUpTo)
  const [exact] = await ask(20_000)
  const [estimated] = await ask(19_999)
  const grouped = await ask(20_000, ['user.id'])
  const alike = await ask(19_999, ['user.id'])
  await writer.close()
  await database.close()
  for (const of of [1, 50, 95, 99]) {
    expect(Math.abs(exact!.values[`p${of}(event.duration)`]! - of * 200)).toBeLessThanOrEqual(1)
    expect(Math.abs(estimated!.values[`p${of}(event.duration)`]! - of * 200)).toBeLessThanOrEqual(200)
  }
  expect(estimated).not.toEqual(exact)
  // Estimates of many groups would take more memory than the values.
  expect(alike).toEqual(grouped)
})

it('the latest few are the same as of all', async () => {
  const store = await open()
  const rows = Array.from({ length: 300 }, (_, i) => ({
    'app.n': i,
    '@timestamp': Date.parse('2026-11-23T12:00:00Z') + Math.floor(i / 7) * 1000,
  }))
  await store.write([made(rows)], () => ({}), never)
  for (const descending of [true, false]) {
    const found = async (limit: number): Promise<unknown[]> => {
      const ns: unknown[] = []
      const sort = [{ field: '@timestamp', descending }]
      for await (const { app } of store.search({ where: everything, limit, sort }, never))
        ns.push((app as { n: number }).n)
      return ns
    }
    const all = await found(1_000_000)
    expect(all).toHaveLength(300)
    for (const limit of [1, 10, 14, 299, 300, 301]) expect(await found(limit)).toEqual(all.slice(0, limit))
  }
})

it('queries cannot read other files, and end when they are aborted', async () => {
  const database = await openDatabase({ path })
  try {
    await expect(database.rows("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(/disabled|Permission/)
    await expect(database.rows(`ATTACH '${join(directory, 'other.duckdb')}'`)).rejects.toThrow()
    await expect(database.rows('SET enable_external_access = true')).rejects.toThrow()
    const endless = database.rows('SELECT count(*) FROM range(10000000000000)', undefined, AbortSignal.timeout(100))
    await expect(endless).rejects.toMatchObject({ name: 'TimeoutError' })
  } finally {
    await database.close()
  }
})
