import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLease, type Lease } from '../../src/store/lease.ts'
import { type SharedStandIn, sharedStandIn } from '../support/shared-documents.ts'

let shared: SharedStandIn
/** A clock that a test sets, beside the one that only goes on. */
let set = 0
beforeEach(() => {
  vi.useFakeTimers()
  set = 0
  shared = sharedStandIn()
})
afterEach(() => {
  vi.useRealTimers()
})
const started = performance.now()
const steady = (): number => Date.now() - started
const leases: Lease[] = []
const contend = (host: string, wall = () => Date.now()) => {
  const changes: boolean[] = []
  const lease = createLease({
    shared,
    id: 'lease',
    holder: { id: host, host },
    clocks: { wall, steady },
    changed: (held) => void changes.push(held),
    report: () => {},
  })
  lease.start()
  leases.push(lease)
  return { lease, changes }
}
afterEach(async () => {
  for (const lease of leases.splice(0)) await lease.stop()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('one of several holds it, and all know who', async () => {
  const [a, b, c] = [contend('a'), contend('b'), contend('c')]
  await pass(60_000)
  expect([a, b, c].map(({ lease }) => lease.held)).toEqual([true, false, false])
  expect([a, b, c].map(({ lease }) => lease.holder)).toEqual(['a', 'a', 'a'])
  expect(a.changes).toEqual([true])
})

test('one that gives it back is followed at the next look', async () => {
  const [a, b] = [contend('a'), contend('b')]
  await pass(20_000)
  await a.lease.stop()
  expect(a.changes).toEqual([true, false])
  await pass(5_000)
  expect(b.lease.held).toBe(true)
})

test('while the store is away for longer than the lease nobody holds it, and then one does', async () => {
  const [a, b] = [contend('a'), contend('b')]
  await pass(1000)
  shared.fail(Number.POSITIVE_INFINITY)
  await pass(9000)
  expect(a.lease.held).toBe(true)
  await pass(5000)
  expect(a.changes).toEqual([true, false])
  await pass(100_000)
  expect([a.lease.held, b.lease.held]).toEqual([false, false])
  expect(b.lease.trouble).toBe('the store is away')
  shared.fail(0)
  await pass(30_000)
  expect(b.lease.trouble).toBeUndefined()
  expect([a.lease.held, b.lease.held].filter(Boolean)).toHaveLength(1)
})

test('a renewal whose answer was lost is no loss', async () => {
  const a = contend('a')
  await pass(1000)
  shared.fail(1, true)
  await pass(60_000)
  expect(a.lease.held).toBe(true)
  expect(a.changes).toEqual([true])
})

test('a clock that jumps, either way, takes it away until it is renewed', async () => {
  const a = contend('a', () => Date.now() + set)
  await pass(1000)
  for (const jump of [3_600_000, -7_200_000]) {
    set += jump
    expect(a.lease.held).toBe(false)
    await pass(6000)
    expect(a.lease.held).toBe(true)
  }
})

test('one that stood still finds before anything else that it holds nothing, and another does', async () => {
  const a = contend('a')
  await pass(1000)
  // Its timers do not run, as after SIGSTOP: the other takes over.
  const stopped = vi.getTimerCount()
  expect(stopped).toBeGreaterThan(0)
  vi.clearAllTimers()
  const b = contend('b')
  await pass(30_000)
  expect(a.lease.held).toBe(false)
  expect(b.lease.held).toBe(true)
  expect(b.lease.holder).toBe('b')
})
