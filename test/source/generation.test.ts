import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { follow } from '../../src/source/follow.ts'
import { type NewGeneration, openGenerations } from '../../src/source/generation.ts'
import { collectRecords, sourceBench } from '../support/records.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-generations-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const fresh = (source: string, path: string): NewGeneration => ({
  source,
  device: '1',
  inode: '2',
  birth: 3,
  head: Buffer.from([0xff, 0x00, 0x41]),
  path,
  origin: path,
  begin: 0,
  size: 3,
})

test('a generation is on disk when it has its key, and keys are not repeated', async () => {
  const store = await openGenerations(directory)
  const [a, b] = await Promise.all([store.register(fresh('x', '/a')), store.register(fresh('y', '/a'))])
  expect(a.key).toMatch(/^[0-9a-f]{16}$/)
  expect(b.key).not.toBe(a.key)
  // Opened again as after a kill: without a close.
  const again = await openGenerations(directory)
  expect(again.of('x')).toEqual([a])
  expect(again.of('y')).toEqual([b])
  await again.close()
  await store.close()
})

test('what is learnt of a generation is kept, the last word of each', async () => {
  const store = await openGenerations(directory)
  const { key } = await store.register(fresh('x', '/a'))
  store.update(key, { guard: { offset: 10, crc: 1 } })
  store.update(key, { guard: { offset: 20, crc: 2 }, path: '/a.1', gone: 5 })
  store.update(key, { gone: 0 })
  await store.flush()
  const again = await openGenerations(directory)
  expect(again.get(key)).toMatchObject({ guard: { offset: 20, crc: 2 }, path: '/a.1', origin: '/a' })
  expect(again.get(key)).not.toHaveProperty('gone')
  await again.close()
  await store.close()
})

test('a head is written once, and again where it grew', async () => {
  const store = await openGenerations(directory)
  const { key } = await store.register(fresh('x', '/a'))
  store.update(key, { size: 10 })
  await store.flush()
  const unchanged = await openGenerations(directory, { readOnly: true })
  expect(unchanged.get(key)).toMatchObject({ size: 10, head: Buffer.from([0xff, 0x00, 0x41]) })
  store.update(key, { head: Buffer.from([0xff, 0x00, 0x41, 0x42]) })
  store.update(key, { size: 11 })
  await store.close()
  const grown = await openGenerations(directory)
  expect(grown.get(key)).toMatchObject({ size: 11, head: Buffer.from([0xff, 0x00, 0x41, 0x42]) })
  expect(grown.index('x').alike(Buffer.from([0xff, 0x00, 0x41, 0x42, 0x43]))).toHaveLength(1)
  await grown.close()
})

test('what is forgotten stays forgotten, also where it was changed just before', async () => {
  const store = await openGenerations(directory)
  const [a, b] = await Promise.all([store.register(fresh('x', '/a')), store.register(fresh('x', '/b'))])
  store.update(a.key, { size: 9 })
  const forgetting = store.forget([a.key])
  store.update(a.key, { size: 10 })
  await forgetting
  expect(store.index('x').inFile('1:2')).toEqual([b])
  await store.close()
  const again = await openGenerations(directory)
  expect(again.all()).toEqual([b])
  await again.close()
})

test('tombstones are kept for 30 days', async () => {
  const day = 86_400_000
  const store = await openGenerations(directory, { clock: () => 100 * day })
  const old = await store.register(fresh('x', '/old'))
  const young = await store.register(fresh('x', '/young'))
  store.update(old.key, { gone: 100 * day })
  store.update(young.key, { gone: 101 * day })
  await store.close()
  const later = await openGenerations(directory, { clock: () => 130 * day + 1 })
  expect(later.of('x').map(({ path }) => path)).toEqual(['/young'])
  expect(later.expired().map(({ path }) => path)).toEqual(['/old'])
  await later.close()
})

test('files that several machines see have the same keys on each, and never one that is taken', async () => {
  const at = (name: string) => join(directory, name)
  mkdirSync(at('logs'))
  writeFileSync(at('logs/a.log'), 'first line of a\nsecond\n')
  const keysOn = async (machine: string): Promise<readonly string[]> => {
    const bench = await sourceBench(at(machine))
    const source = follow({ name: 'web', paths: [at('logs/*.log')], shared: true })
    const open = await bench.open(source, { once: true })
    const records = await collectRecords(open)
    await open.close()
    await bench.generations.close()
    return [...new Set(records.map(({ key }) => key))]
  }
  const [one] = await keysOn('one')
  expect(one).toMatch(/^[0-9a-f]{16}$/)
  expect(await keysOn('two')).toEqual([one])
  // What was rewritten under the same first line is another run of bytes.
  const store = await openGenerations(at('two'))
  const { key: _, ...known } = store.get(one!)!
  const again = await store.register({ ...known, key: one! })
  expect(again.key).not.toBe(one)
  await store.close()
})
