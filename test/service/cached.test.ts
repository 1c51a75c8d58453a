import { expect, test } from 'vitest'
import { createCached } from '../../src/service/cached.ts'

test('who asks while an answer is made waits for the same one, however long it takes', async () => {
  let now = 0
  const cached = createCached<number>(2, () => now)
  const made = Promise.withResolvers<number>()
  let asked = 0
  const make = (): Promise<number> => {
    asked++
    return made.promise
  }
  const first = cached.get('a', 10, make)
  now = 1000
  const second = cached.get('a', 10, make)
  made.resolve(7)
  expect(await Promise.all([first, second])).toEqual([7, 7])
  // Its age counts from when it was there.
  now = 1009
  expect(await cached.get('a', 10, make)).toBe(7)
  expect(asked).toBe(1)
  now = 1011
  await cached.get('a', 10, make)
  expect(asked).toBe(2)
})

test('a failure is not kept, and what was used long ago is let go', async () => {
  const cached = createCached<string>(2, () => 0)
  const fail = (): Promise<string> => Promise.reject(new Error('away'))
  await expect(cached.get('a', 10, fail)).rejects.toThrow('away')
  expect(await cached.get('a', 10, async () => 'here')).toBe('here')
  await cached.get('b', 10, async () => 'b')
  await cached.get('c', 10, async () => 'c')
  expect(await cached.get('a', 10, async () => 'again')).toBe('again')
})
