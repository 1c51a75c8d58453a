import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeDirectory, writeAtomic } from '../../src/durable/file.ts'
import type { JournalRecord } from '../../src/durable/frame.ts'
import { type JournalOptions, openJournal, type Segment } from '../../src/durable/journal.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tailrace-journal-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** A journal whose state is the list of its records. */
const openList = async (options: Partial<JournalOptions> = {}) => {
  const list: JournalRecord[] = []
  const said: string[] = []
  const journal = await openJournal(directory, {
    apply: (record) => {
      if (typeof record === 'object' && record !== null && 'all' in record)
        list.splice(0, list.length, ...(record.all as JournalRecord[]))
      else list.push(record)
    },
    snapshot: () => ({ all: list }),
    report: (text) => said.push(text),
    ...options,
  })
  return { journal, list, said }
}
const files = async (suffix: string) => (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort()

test('what was appended is there after opening again, without a close in between', async () => {
  const first = await openList()
  await Promise.all([
    first.journal.append({ a: 1 }),
    first.journal.append('two'),
    first.journal.append(Uint8Array.of(0, 255)),
  ])
  const second = await openList()
  expect(second.list).toEqual([{ a: 1 }, 'two', Uint8Array.of(0, 255)])
  await first.journal.close()
  await second.journal.close()
})

test('many appends share one fsync', async () => {
  let syncs = 0
  const counting: JournalOptions['openFile'] = async (path, flags, mode) => {
    const file = await open(path, flags, mode)
    return {
      write: file.write.bind(file) as Segment['write'],
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
      datasync: () => {
        syncs++
        return file.datasync()
      },
    }
  }
  const { journal } = await openList({ openFile: counting })
  await Promise.all(Array.from({ length: 500 }, (_, i) => journal.append(i)))
  expect(syncs).toBe(2)
  await journal.close()
})

test('a torn tail of the last segment is cut off at any byte, and what was before it stays', async () => {
  const { journal } = await openList()
  for (const record of ['one', 'two', 'three']) await journal.append(record)
  await journal.close()
  const [name] = await files('.journal')
  const whole = await readFile(join(directory, name!))
  const seen = new Set<number>()
  for (let length = whole.length - 1; length >= 0; length--) {
    for (const left of await readdir(directory)) await rm(join(directory, left))
    await writeFile(join(directory, name!), whole.subarray(0, length))
    const again = await openList()
    expect(['one', 'two', 'three'].slice(0, again.list.length)).toEqual(again.list)
    seen.add(again.list.length)
    await again.journal.append('next')
    await again.journal.close()
    const third = await openList()
    expect(third.list).toEqual([...['one', 'two', 'three'].slice(0, again.list.length - 1), 'next'])
    expect(third.said).toEqual([])
    await third.journal.close()
  }
  expect([...seen].sort()).toEqual([0, 1, 2])
})

test('damage before the tail is set aside and said; the records around it are used and stay after the next start', async () => {
  const first = await openList()
  for (const record of ['one', 'two-two-two', 'three']) await first.journal.append(record)
  await first.journal.close()
  const second = await openList()
  await second.journal.append('four')
  await second.journal.close()
  const [oldest] = await files('.journal')
  const bytes = await readFile(join(directory, oldest!))
  bytes[bytes.indexOf('two-two') + 2] = 0x21
  await writeFile(join(directory, oldest!), bytes)
  const third = await openList()
  expect(third.list).toEqual(['one', 'three', 'four'])
  expect(third.said).toHaveLength(1)
  expect(await files('.damaged')).toEqual([`${oldest}.damaged`])
  await third.journal.close()
  const fourth = await openList()
  expect(fourth.list).toEqual(['one', 'three', 'four'])
  expect(fourth.said).toEqual([])
  await fourth.journal.close()
})

test('compaction keeps the state and sheds the log; a damaged snapshot falls back to the one before', async () => {
  const { journal, list } = await openList({ compactAfter: 2000 })
  for (let i = 0; i < 400; i++) await journal.append({ i, filler: 'x'.repeat(50) })
  await journal.compact()
  await journal.append('after')
  await journal.close()
  const again = await openList()
  expect(again.list).toEqual(list)
  expect(again.list).toHaveLength(401)
  await again.journal.close()
  const snapshots = await files('.snapshot')
  expect(snapshots.length).toBe(2)
  await truncate(join(directory, snapshots.at(-1)!), 200)
  const damaged = await openList()
  expect(damaged.list).toEqual(list)
  expect(damaged.said).toHaveLength(1)
  await damaged.journal.close()
})

/** A disk that fails: stands in for a real one because no real one fails on request. */
const failing = () => {
  const fault = { write: false, sync: false, opened: 0 }
  const openFile: JournalOptions['openFile'] = async (path, flags, mode) => {
    const file = await open(path, flags, mode)
    fault.opened++
    const write = async (bytes: Uint8Array, offset: number, size: number, at: number) => {
      if (!fault.write) return file.write(bytes, offset, size, at)
      await file.write(bytes, offset, Math.min(size, 5), at)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    return {
      write: write as Segment['write'],
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
      datasync: async () => {
        if (fault.sync) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
        await file.datasync()
      },
    }
  }
  return { fault, openFile }
}

test('a full disk is told to who appends, who may append again once there is room', async () => {
  const { fault, openFile } = failing()
  const { journal, list } = await openList({ openFile })
  await journal.append('one')
  fault.write = true
  await expect(journal.append('two')).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(list).toEqual(['one'])
  fault.write = false
  await journal.append('two')
  const again = await openList()
  expect(again.list).toEqual(['one', 'two'])
  expect(again.said).toEqual([])
  expect(fault.opened).toBe(1)
  await again.journal.close()
  await journal.close()
})

test('after a failed fsync the segment is left and a new one begun', async () => {
  const { fault, openFile } = failing()
  const { journal, said } = await openList({ openFile })
  await journal.append('one')
  fault.sync = true
  await expect(journal.append('two')).rejects.toMatchObject({ code: 'EIO' })
  fault.sync = false
  await journal.append('two')
  expect(fault.opened).toBe(2)
  expect(said).toHaveLength(1)
  const again = await openList()
  expect(again.list).toEqual(['one', 'two'])
  await again.journal.close()
  await journal.close()
})

test('a file is replaced whole, and an error leaves the old one and no litter', async () => {
  const path = join(directory, 'state')
  await writeAtomic(path, 'old')
  await writeAtomic(path, Buffer.from('new'))
  expect(await readFile(path, 'utf8')).toBe('new')
  await expect(writeAtomic(join(directory, 'none', 'state'), 'x')).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await readdir(directory)).toEqual(['state'])
})

test('a directory is made with those above it, once or again, and what may not be made is an error', async () => {
  const deep = join(directory, 'a', 'b', 'c')
  await makeDirectory(deep, 0o750)
  await makeDirectory(deep, 0o750)
  expect(await readdir(join(directory, 'a', 'b'))).toEqual(['c'])
  await writeFile(join(directory, 'file'), '')
  await expect(makeDirectory(join(directory, 'file'), 0o750)).rejects.toMatchObject({ code: 'EEXIST' })
  await expect(makeDirectory(join(directory, 'file', 'x'), 0o750)).rejects.toMatchObject({ code: 'ENOTDIR' })
  if (process.platform === 'linux') await expect(makeDirectory('/proc/none/x', 0o750)).rejects.toHaveProperty('code')
})

test('what is only read stays as it is, its torn end too, which another process may be writing', async () => {
  const first = await openList()
  await first.journal.append('whole')
  await first.journal.close()
  const [name] = await files('.journal')
  const path = join(directory, name!)
  const bytes = Buffer.concat([await readFile(path), Buffer.from('a frame that is on its w')])
  await writeFile(path, bytes)
  const reader = await openList({ readOnly: true })
  expect(reader.list).toEqual(['whole'])
  await expect(reader.journal.append('more')).rejects.toThrow('only read')
  await reader.journal.close()
  expect(await readFile(path)).toEqual(bytes)
  expect(await readdir(directory)).toEqual([name])
  expect(reader.said).toEqual([])
})

test('what is only read and is not there is empty, and is not made', async () => {
  await rm(directory, { recursive: true })
  const reader = await openList({ readOnly: true })
  await reader.journal.close()
  expect(reader.list).toEqual([])
  await expect(readdir(directory)).rejects.toThrow('ENOENT')
})

test('a file that is none of a journal, or of another one, stops no start: it is set aside and said', async () => {
  for (const bytes of [Buffer.alloc(500), Buffer.alloc(500, 'garbage\n'), Buffer.from('tailrace journal 9\n{}\n')]) {
    const first = await openList()
    await first.journal.append('one')
    await first.journal.close()
    const [newest] = (await files('.journal')).reverse()
    await writeFile(join(directory, newest!), bytes)
    const second = await openList()
    expect(second.journal.damaged).toBe(true)
    expect(second.said.join('\n')).toMatch(/damaged/)
    expect(await files('.damaged')).toContain(`${newest}.damaged`)
    await second.journal.append('again')
    await second.journal.close()
    const third = await openList()
    expect(third.list.at(-1)).toBe('again')
    expect(third.journal.damaged).toBe(false)
    await third.journal.close()
  }
})

test('a record of another version, which cannot be applied, is set aside with its segment; those around it are used', async () => {
  const first = await openList()
  for (const record of ['one', { version: 9 }, 'three']) await first.journal.append(record)
  await first.journal.close()
  const list: JournalRecord[] = []
  const second = await openList({
    apply(record) {
      if (typeof record === 'object') throw new TypeError('not mine')
      list.push(record)
    },
    snapshot: () => 'all',
  })
  expect(list).toEqual(['one', 'three'])
  expect(second.journal.damaged).toBe(true)
  expect(second.said.join('\n')).toMatch(/damaged/)
  await second.journal.close()
})

test('a system that takes a few bytes at a time writes the same journal', async () => {
  const openFile: JournalOptions['openFile'] = async (path, flags, mode) => {
    const file = await open(path, flags, mode)
    return {
      write: ((bytes: Uint8Array, offset: number, length: number, at: number) =>
        file.write(bytes, offset, Math.min(length, 5), at)) as Segment['write'],
      datasync: () => file.datasync(),
      truncate: (length) => file.truncate(length),
      close: () => file.close(),
    }
  }
  const { journal } = await openList({ openFile })
  await journal.append({ one: 1 })
  await journal.append('two')
  await journal.close()
  const { journal: again, list } = await openList()
  expect(again.damaged).toBe(false)
  expect(list).toEqual([{ one: 1 }, 'two'])
  await again.close()
})
