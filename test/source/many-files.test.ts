import { appendFileSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { follow } from '../../src/source/follow.ts'
import { createHeadIndex } from '../../src/source/head-index.ts'
import { sameHead } from '../../src/source/identity.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-many-'))
  bench = await sourceBench(join(directory, 'data'))
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})
const at = (...names: string[]) => join(directory, ...names)

/** Regular files under `folder` that this process has open; undefined where the system does not tell. */
const openBelow = (folder: string): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
      } catch {
        return false
      }
    }).length
  } catch {
    return undefined
  }
}

test('200 files are found, begun and followed with a handful of handles', async () => {
  mkdirSync(at('logs'))
  const names = Array.from({ length: 200 }, (_, i) => `${i}.log`)
  for (const name of names) writeFileSync(at('logs', name), `first of ${name}\n`)
  const options = {
    name: 'app',
    paths: [at('logs/*.log')],
    maxOpen: 8,
    verifyEvery: 10,
    discoverEvery: 20,
    watch: false,
  }
  const most: number[] = []
  const open = await bench.open(follow(options))
  const counted: typeof open = {
    ...open,
    async next(signal) {
      const block = await open.next(signal)
      most.push(openBelow(at('logs')) ?? 0)
      return block
    },
  }
  const first = await collectRecords(counted, (records) => records.length >= names.length)
  expect(new Set(first.map(({ text }) => text))).toEqual(new Set(names.map((name) => `first of ${name}`)))
  for (const name of names) appendFileSync(at('logs', name), `more of ${name}\n`)
  const more = await collectRecords(counted, (records) => records.length >= names.length)
  expect(new Set(more.map(({ text }) => text))).toEqual(new Set(names.map((name) => `more of ${name}`)))
  expect(Math.max(...most)).toBeLessThanOrEqual(8)
  await open.close()

  for (const name of names) renameSync(at('logs', name), at('logs', `${name}.1`))
  for (const name of names) writeFileSync(at('logs', name), `anew ${name}\n`)
  const again = await bench.open(follow(options), { once: true })
  const anew = await collectRecords(again)
  await again.close()
  expect(anew.map(({ text }) => text).toSorted()).toEqual(names.map((name) => `anew ${name}`).toSorted())
})

test('a directory that is removed and made again is watched again', async () => {
  mkdirSync(at('logs'))
  writeFileSync(at('logs/a.log'), 'one\n')
  const never = 3_600_000
  const open = await bench.open(
    follow({ name: 'app', paths: [at('logs/*.log')], verifyEvery: never, discoverEvery: never }),
  )
  const texts = async (count: number) =>
    (await collectRecords(open, (records) => records.length >= count, { within: 15_000 })).map(({ text }) => text)
  expect(await texts(1)).toEqual(['one'])
  rmSync(at('logs'), { recursive: true })
  mkdirSync(at('logs'))
  writeFileSync(at('logs/b.log'), 'two\n')
  expect(await texts(1)).toEqual(['two'])
  const reading = texts(1)
  appendFileSync(at('logs/b.log'), 'three\n')
  expect(await reading).toEqual(['three'])
  await open.close()
})

test('the index finds the heads that one by one would be found alike', () => {
  const letters = ['', 'a', 'b', '\n']
  const short = new Set(letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c))))
  // Some are as long as heads get.
  const heads = [...short].flatMap((text) => [Buffer.from(text), Buffer.from(text.padEnd(1024, 'x'))])
  const index = createHeadIndex<number>()
  for (const [i, head] of heads.entries()) index.set(head, String(i), i)
  for (const [i, head] of heads.entries()) if (i % 3 === 0) index.delete(head, String(i))
  for (const asked of heads) {
    const alike = heads.flatMap((head, i) => (i % 3 !== 0 && sameHead(head, asked) ? [i] : []))
    expect(index.alike(asked)).toEqual(alike)
  }
})
