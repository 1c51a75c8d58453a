import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBackoff, pause } from '../../src/store/retry.ts'

const never = new AbortController().signal

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Milliseconds each of `count` waits takes. */
const waits = async (backoff: ReturnType<typeof createBackoff>, count: number, atLeast?: number): Promise<number[]> => {
  const spans: number[] = []
  for (let i = 0; i < count; i++) {
    const begin = Date.now()
    const waiting = backoff.wait(never, atLeast)
    await vi.advanceTimersToNextTimerAsync()
    await waiting
    spans.push(Date.now() - begin)
  }
  return spans
}

it('each wait is twice the one before, up to the longest', async () => {
  const backoff = createBackoff({ first: 100, most: 1000, random: () => 0.999999 })
  expect((await waits(backoff, 6)).map((ms) => Math.round(ms / 100) * 100)).toEqual([100, 200, 400, 800, 1000, 1000])
  expect(backoff.attempts).toBe(6)
})

it('jitter takes away up to half', async () => {
  expect(await waits(createBackoff({ first: 1000, most: 4000, random: () => 0 }), 3)).toEqual([500, 1000, 2000])
})

it('after a reset it begins anew', async () => {
  const backoff = createBackoff({ first: 100, random: () => 0 })
  await waits(backoff, 4)
  backoff.reset()
  expect(backoff.attempts).toBe(0)
  expect(await waits(backoff, 1)).toEqual([50])
})

it("a server's own wish is kept, but not beyond the longest wait", async () => {
  expect(await waits(createBackoff({ first: 10, most: 5000 }), 1, 3000)).toEqual([3000])
  expect(await waits(createBackoff({ first: 10, most: 5000 }), 1, 60_000)).toEqual([5000])
})

it('an abort ends the wait with its reason, at once and before', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  const waiting = pause(1000, stop.signal)
  stop.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  await expect(pause(1000, stop.signal)).rejects.toBe(reason)
  expect(vi.getTimerCount()).toBe(0)
})
