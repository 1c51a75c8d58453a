import {
  appendFileSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FollowOptions, follow } from '../../src/source/follow.ts'
import { runCommand } from '../support/command.ts'
import { collectRecords, type SourceBench, sourceBench } from '../support/records.ts'

let directory: string
let bench: SourceBench
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-outside-'))
  bench = await sourceBench(join(directory, 'data'))
  mkdirSync(at('logs'))
  mkdirSync(at('private'))
  writeFileSync(at('private/shadow'), 'secret\n')
})
afterEach(async () => {
  await bench.generations.close()
  await rm(directory, { recursive: true, force: true })
})
const at = (...names: string[]) => join(directory, ...names)
const source = (changes: Partial<FollowOptions> = {}) =>
  follow({
    name: 'app',
    paths: [at('logs/*.log')],
    verifyEvery: 10,
    discoverEvery: 20,
    settle: 60,
    watch: false,
    ...changes,
  })
const read = async (changes: Partial<FollowOptions> = {}) => {
  const open = await bench.open(source(changes), { once: true })
  const records = await collectRecords(open)
  const states = open.files().map(({ path, state }) => [path, state])
  await open.close()
  return { texts: records.map(({ text }) => text).toSorted(), states }
}

test('a link in a followed directory that leads out of it is not read, and is told of once', async () => {
  for (const name of ['b', 'c']) writeFileSync(at('private', name), `${name} secret\n`)
  symlinkSync(at('private/shadow'), at('logs/a.log'))
  symlinkSync('../private/b', at('logs/b.log'))
  symlinkSync('../logs/../private/c', at('logs/c.log'))
  mkdirSync(at('private/d'))
  writeFileSync(at('private/d/shadow'), 'd secret\n')
  symlinkSync(at('private/d'), at('logs/dir'))
  writeFileSync(at('logs/d.log'), 'own\n')
  const { texts, states } = await read({ paths: [at('logs/*.log'), at('logs/*/*'), at('logs/**/shadow')] })
  expect(texts).toEqual(['own'])
  expect(states.filter(([, state]) => state === 'outside').map(([path]) => path)).toEqual(
    ['a.log', 'b.log', 'c.log', 'dir/shadow'].map((name) => at('logs', name)),
  )
  expect(bench.notices.map(({ kind }) => kind)).toEqual(['outside', 'outside', 'outside', 'outside'])
  expect(bench.notices[0]!.text).toContain(at('private/shadow'))
})

test('a link that leads out hides no file that is within, though both are one file', async () => {
  linkSync(at('private/shadow'), at('logs/z.log'))
  symlinkSync(at('private/shadow'), at('logs/a.log'))
  expect((await read()).texts).toEqual(['secret'])
})

test('links within what is followed, and into directories that are allowed, are read', async () => {
  mkdirSync(at('logs/2026'))
  mkdirSync(at('pods'))
  writeFileSync(at('logs/2026/real'), 'inside\n')
  writeFileSync(at('pods/0.log'), 'allowed\n')
  symlinkSync('2026/real', at('logs/a.log'))
  symlinkSync(at('pods/0.log'), at('logs/b.log'))
  expect((await read({ within: [at('pods')] })).texts).toEqual(['allowed', 'inside'])
})

test('a followed directory may itself be a link', async () => {
  mkdirSync(at('disk2'))
  writeFileSync(at('disk2/a.log'), 'one\n')
  rmSync(at('logs'), { recursive: true })
  symlinkSync(at('disk2'), at('logs'))
  expect((await read()).texts).toEqual(['one'])
})

test('a link turned outwards while followed is not followed there, and what it led to before is read to its end', async () => {
  writeFileSync(at('logs/real'), 'one\n')
  symlinkSync(at('logs/real'), at('logs/a.log'))
  const open = await bench.open(source())
  const some = (count: number) => collectRecords(open, (records) => records.length >= count)
  expect((await some(1)).map(({ text }) => text)).toEqual(['one'])
  appendFileSync(at('logs/real'), 'two\n')
  unlinkSync(at('logs/a.log'))
  symlinkSync(at('private/shadow'), at('logs/a.log'))
  writeFileSync(at('logs/b.log'), 'three\n')
  expect((await some(2)).map(({ text }) => text).toSorted()).toEqual(['three', 'two'])
  expect(await collectRecords(open, (records) => records.length > 0, { within: 120 })).toEqual([])
  await open.close()
})

test('a name that rotation gives is no way around it', async () => {
  writeFileSync(at('logs/a.log'), 'one\n')
  expect((await read({ paths: [at('logs/a.log')] })).texts).toEqual(['one'])
  symlinkSync(at('private/shadow'), at('logs/a.log.1'))
  appendFileSync(at('logs/a.log'), 'two\n')
  expect((await read({ paths: [at('logs/a.log')] })).texts).toEqual(['two'])
})

test('a link that a path names is followed where root or this user made it', async () => {
  mkdirSync(at('links'))
  symlinkSync(at('private/shadow'), at('links/current'))
  expect((await read({ paths: [at('links/current')] })).texts).toEqual(['secret'])
  if (process.getuid?.() !== 0) return
  symlinkSync(at('private/shadow'), at('links/forged'))
  lchownSync(at('links/forged'), 65_534, 65_534)
  writeFileSync(at('private/shadow'), 'another secret\n')
  chownSync(at('private/shadow'), 0, 0)
  expect((await read({ paths: [at('links/forged')] })).texts).toEqual([])
})

test('a FIFO in the place of a file is told of, and nothing waits for it', async () => {
  runCommand('mkfifo', [at('logs/a.log')])
  writeFileSync(at('logs/b.log'), 'one\n')
  expect((await read()).texts).toEqual(['one'])
  expect(bench.notices.map(({ path }) => path)).toEqual([at('logs/a.log')])
})

test('a FIFO put in the place of a followed file is not opened as one', async () => {
  for (const name of ['a', 'b', 'c']) writeFileSync(at('logs', `${name}.log`), `${name}\n`)
  const open = await bench.open(source({ maxOpen: 1 }))
  await collectRecords(open, (records) => records.length >= 3)
  for (const name of ['a', 'b', 'c']) {
    renameSync(at('logs', `${name}.log`), at('logs', `${name}.log.1`))
    runCommand('mkfifo', [at('logs', `${name}.log`)])
    appendFileSync(at('logs', `${name}.log.1`), `rest of ${name}\n`)
  }
  const rest = await collectRecords(open, (records) => records.length >= 3)
  expect(rest.map(({ text }) => text).toSorted()).toEqual(['rest of a', 'rest of b', 'rest of c'])
  await open.close()
})

test('names full of control characters, dots and line ends are only names', async () => {
  const odd = ['a..log', '\u001b[31mred.log', 'two\nlines.log', '%2e%2e.log', "'; rm -rf $HOME.log", '-rf.log']
  for (const name of odd) writeFileSync(at('logs', name), `${JSON.stringify(name)}\n`)
  expect((await read()).texts).toEqual(odd.map((name) => JSON.stringify(name)).toSorted())
})
