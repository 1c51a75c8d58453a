import { expect, test } from 'vitest'
import { createProgress } from '../../src/pipeline/progress.ts'
import { createPositions } from '../../src/service/sources.ts'
import type { OpenSource } from '../../src/source/source.ts'

/** A source of one file, of which a test says how large it is. */
const setUp = () => {
  const file = { now: 0, size: 0, offset: 0 }
  const checkpoints = new Map<string, number>()
  const source: OpenSource = {
    next: () => Promise.resolve(undefined),
    committed: () => undefined,
    caughtUp: undefined,
    files: () => [
      { id: 'k', path: '/a.log', offset: file.offset, size: file.size, state: 'active', modified: file.now },
    ],
    close: () => Promise.resolve(),
  }
  const positions = createPositions(
    [{ name: 'a', source, datasets: new Set() }],
    checkpoints,
    createProgress(new Map()),
    () => file.now,
  )
  const lag = (now: number, size: number, committed: number): readonly [bytes: number, seconds: number] => {
    Object.assign(file, { now, size })
    checkpoints.set('k', committed)
    const [row] = positions.rows()
    return [row!.lag_bytes, row!.lag_seconds]
  }
  return lag
}

test('a file whose last record always waits for the next is not behind for ever', () => {
  const lag = setUp()
  expect(lag(0, 100, 80)).toEqual([20, 0])
  for (let second = 1; second < 300; second++)
    expect(lag(second * 1000, 100 + second * 20, 80 + second * 20)).toEqual([20, 0])
})

test('what stays unread ages, however much comes behind it', () => {
  const lag = setUp()
  lag(0, 100, 100)
  expect(lag(1000, 120, 100)).toEqual([20, 0])
  for (let second = 2; second < 500; second++)
    expect(lag(second * 1000, 120 + second, 100)).toEqual([20 + second, second - 1])
  expect(lag(500_000, 700, 620)[1]).toBeLessThan(4)
  expect(lag(501_000, 700, 700)).toEqual([0, 0])
})

test('a file that was cut short begins anew', () => {
  const lag = setUp()
  lag(0, 1000, 0)
  expect(lag(9000, 1000, 0)).toEqual([1000, 9])
  expect(lag(10_000, 10, 0)).toEqual([10, 0])
})
