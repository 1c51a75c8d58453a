import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { recentLines } from '../../src/service/recent-lines.ts'
import { scratchDir } from '../support/scratch-dir.ts'

const read = async (files: Readonly<Record<string, string | Uint8Array>>, most: number) => {
  using scratch = scratchDir('recent-lines')
  const named = Object.entries(files).map(([name, bytes], i) => {
    const path = join(scratch.path, name)
    writeFileSync(path, bytes)
    return { path, changed: i }
  })
  const found = await recentLines([...named, { path: join(scratch.path, 'gone'), changed: 99 }], most)
  return found.map(({ path, text, lines }) => [path.slice(scratch.path.length + 1), text.toString(), lines])
}

test('the last whole lines are read, however many there are', async () => {
  expect(await read({ a: 'one\ntwo\nthree\nfo' }, 4)).toEqual([['a', 'two\nthree\n', 2]])
  expect(await read({ a: 'one\n' }, 100)).toEqual([['a', 'one\n', 1]])
  expect(await read({ a: '\n\n\n' }, 100)).toEqual([['a', '\n\n\n', 3]])
  expect(await read({ a: '', b: 'unended' }, 100)).toEqual([])
})

test('a line that is longer than what is read of a file is none of them', async () => {
  expect(await read({ a: `${'x'.repeat(3 << 20)}\nlast\n` }, 100)).toEqual([['a', 'last\n', 1]])
  expect(await read({ a: `${'x'.repeat(3 << 20)}\n` }, 100)).toEqual([])
})

test('each of several files gives its share, and those that are no text as they stand none', async () => {
  const packed = gzipSync('one\ntwo\n')
  expect(await read({ a: 'a1\na2\n', wide: Buffer.from('\ufeffone\n', 'utf16le'), packed, b: 'b1\nb2\n' }, 5)).toEqual([
    ['b', 'b2\n', 1],
    ['a', 'a2\n', 1],
  ])
})
