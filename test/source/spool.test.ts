import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordIdentity } from '../../src/source/identities.ts'
import { openSpool, type SpoolOptions } from '../../src/source/spool.ts'
import { createSpools } from '../../src/source/spools.ts'
import { waitUntil } from '../support/wait-until.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tailrace-spool-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const spool = (options: SpoolOptions = {}) => openSpool(directory, options)
const named = (ending: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, name))
    .sort()
const texts = (): string[] => named('.spool').map((path) => readFileSync(path, 'utf8'))

/** A disk whose next `failing` calls of that name fail, as they do where a sector is bad or nothing is free. */
const badDisk = () => {
  const disk = { failing: '', code: 'EIO', times: 0 }
  const opened = async (...given: Parameters<typeof open>): Promise<FileHandle> => {
    const handle = await open(...given)
    return new Proxy(handle, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name)
        if (typeof found !== 'function') return found
        return (...args: unknown[]) => {
          if (name === disk.failing && disk.times > 0) {
            disk.times--
            return Promise.reject(Object.assign(new Error(`${disk.code}: a disk that fails`), { code: disk.code }))
          }
          return (found as (...a: unknown[]) => unknown).apply(target, args)
        }
      },
    })
  }
  return { disk, open: opened as typeof open }
}

describe('what was acknowledged', () => {
  test('is there again, in order, after an end without a goodbye', async () => {
    const first = await spool()
    await Promise.all(['a\n', 'b\n', 'c\n'].map((text) => first.append(Buffer.from(text))))
    const again = await spool()
    expect(texts()).toEqual(['a\nb\nc\n'])
    expect(again.isComplete(named('.spool')[0]!)).toBe(true)
    await again.close()
    await first.close()
  })

  test('stays where the disk fails after it: the segment is left, what failed is no part of it', async () => {
    for (const failing of ['datasync', 'write']) {
      const { disk, open: opened } = badDisk()
      const kept = await spool({ open: opened })
      await kept.append(Buffer.from('before\n'), recordIdentity('before'))
      Object.assign(disk, { failing, times: 1 })
      await expect(kept.append(Buffer.from('refused\n'), recordIdentity('refused'))).rejects.toThrow(
        'a disk that fails',
      )
      expect(kept.seen(recordIdentity('refused'))).toBe(false)
      await kept.append(Buffer.from('after\n'))
      await kept.close()
      expect(texts()).toEqual(['before\n', 'after\n'])
      const again = await spool()
      expect(again.seen(recordIdentity('before'))).toBe(true)
      expect(again.seen(recordIdentity('refused'))).toBe(false)
      await again.close()
      for (const path of readdirSync(directory)) rmSync(join(directory, path))
    }
  })

  test('comes again once a full disk has room, without a restart', async () => {
    const { disk, open: opened } = badDisk()
    const kept = await spool({ open: opened })
    Object.assign(disk, { failing: 'write', code: 'ENOSPC', times: 1 })
    await expect(kept.append(Buffer.from('a\n'))).rejects.toThrow('ENOSPC')
    expect(texts()).toEqual([])
    await kept.append(Buffer.from('a\n'))
    expect(texts()).toEqual(['a\n'])
    await kept.close()
  })
})

describe('damage', () => {
  test('a torn tail of the last segment is cut off, with the identities that came with it', async () => {
    const first = await spool()
    await first.append(Buffer.from('one\n'), recordIdentity('one'))
    await first.append(Buffer.from('two\n'), recordIdentity('two'))
    await first.close()
    writeFileSync(named('.spool')[0]!, 'one\ntw')
    const again = await spool()
    expect(texts()).toEqual(['one\n'])
    expect(again.damage).toEqual([])
    expect([again.seen(recordIdentity('one')), again.seen(recordIdentity('two'))]).toEqual([true, false])
    await again.close()
  })

  test('a piece without the identities it came with was never finished', async () => {
    const first = await spool()
    await first.append(Buffer.from('one\n'))
    await first.append(Buffer.from('two\n'), recordIdentity('two'))
    await first.close()
    rmSync(named('.ids')[0]!)
    await (await spool()).close()
    expect(texts()).toEqual(['one\n'])
  })

  test('in the middle takes only what stood there; the whole is kept aside, once', async () => {
    const first = await spool()
    for (const text of ['one\n', 'two\n', 'three\n']) await first.append(Buffer.from(text))
    await first.close()
    const path = named('.spool')[0]!
    const bytes = readFileSync(path)
    bytes[5] = 0x21
    writeFileSync(path, bytes)
    const said: string[] = []
    const again = await spool({ report: (text) => said.push(text) })
    expect(texts()).toEqual(['one\n\n\n\n\nthree\n'])
    expect(again.damage).toEqual([{ path, from: 4, to: 8 }])
    expect(readFileSync(`${path}.damaged`)).toEqual(bytes)
    expect(said).toEqual([expect.stringContaining('bytes 4 to 8')])
    await again.close()
    const third = await spool({ report: (text) => said.push(text) })
    expect(third.damage).toEqual([])
    expect(said).toHaveLength(1)
    await third.close()
  })

  test('a length that cannot be is no reason to take memory for it', async () => {
    const first = await spool()
    await first.append(Buffer.from('one\n'))
    await first.close()
    const sums = Buffer.alloc(8, 0xff)
    writeFileSync(named('.sums')[0]!, sums)
    await (await spool()).close()
    expect(texts()).toEqual([])
  })
})

describe('identities', () => {
  test('are known while they are being kept, after they were, and after a restart, when the segment is gone too', async () => {
    const first = await spool()
    const kept = first.append(Buffer.from('one\n'), recordIdentity('one'))
    expect(first.seen(recordIdentity('one'))).toBeInstanceOf(Promise)
    await kept
    expect(first.seen(recordIdentity('one'))).toBe(true)
    expect(first.seen(recordIdentity('two'))).toBe(false)
    await first.finish()
    expect(first.release(named('.spool')[0]!)).toBe(true)
    await first.close()
    expect(named('.spool')).toEqual([])
    const again = await spool()
    expect(again.seen(recordIdentity('one'))).toBe(true)
    await again.close()
  })

  test('many of them are all told apart', async () => {
    const first = await spool()
    const all = Array.from({ length: 5000 }, (_, i) => recordIdentity(`record ${i}`))
    await first.append(Buffer.from('many\n'), Buffer.concat(all))
    expect(all.every((one) => first.seen(one) === true)).toBe(true)
    expect(first.seen(recordIdentity('record 5000'))).toBe(false)
    await first.close()
  })
})

test('a spool that holds as much as it may refuses, and takes again when something was stored', async () => {
  const kept = await spool({ maxBytes: 6 })
  await kept.append(Buffer.from('one\n'))
  await kept.append(Buffer.from('two\n'))
  await expect(kept.append(Buffer.from('three\n'))).rejects.toThrow('8 bytes that are not stored yet')
  await waitUntil('the segment is left', () => kept.isComplete(named('.spool')[0]!))
  expect(kept.release(named('.spool')[0]!)).toBe(true)
  await kept.append(Buffer.from('three\n'))
  expect(texts()).toEqual(['three\n'])
  await kept.close()
})

test('a segment goes when the last of its readers has released it, and what waits for another limits nobody', async () => {
  const spools = createSpools(directory, ['first', 'second'])
  const open = (reader: string) => spools(reader).open(directory, { maxBytes: 6 }, () => undefined)
  const [first, second] = [await open('first'), await open('second')]
  await first.append(Buffer.from('one\n'))
  await first.append(Buffer.from('two\n'))
  await first.finish()
  const [path] = named('.spool') as [string]
  expect([first.waiting, second.waiting]).toEqual([8, 8])
  await expect(first.append(Buffer.from('three\n'))).rejects.toThrow('8 bytes that are not stored yet')
  expect(first.release(path)).toBe(false)
  expect([first.waiting, second.waiting]).toEqual([0, 8])
  await first.append(Buffer.from('three\n'))
  expect(named('.spool')).toHaveLength(2)
  // Another life of the first reader has its checkpoint, and says so again.
  await first.close()
  const again = await open('first')
  expect(again.release(path)).toBe(false)
  expect(second.visible(path, 8)).toBe(8)
  expect(second.release(path)).toBe(true)
  expect(again.release(path)).toBe(true)
  // Who has it open still sees what it was.
  expect([again.visible(path, 8), again.isComplete(path)]).toEqual([8, true])
  await second.close()
  await again.close()
  expect(named('.spool')).toHaveLength(1)
})
