import { expect, it } from 'vitest'
import { release } from '../../src/event/batch.ts'
import { createLettersRoom, type LetterLimits } from '../../src/service/letters-room.ts'
import { createTroubles } from '../../src/service/troubles.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { batchOf } from '../support/batch.ts'
import { deadBatch } from '../support/letters-bench.ts'
import { waitUntil } from '../support/wait-until.ts'

const now = Date.parse('2026-11-27T08:00:00Z')
const bench = (first: LetterLimits, once = false) => {
  const said: string[] = []
  const letters = { bytes: 0, count: 3, oldest: now - 3 * 86_400_000 }
  let limits = first
  const troubles = createTroubles()
  const metrics = createMetrics()
  const say = (text: string) => void said.push(text)
  const log = { error: say, info: say } as never
  const room = createLettersRoom({
    store: 'duckdb',
    letters,
    limits: () => limits,
    troubles,
    metrics,
    log,
    once,
    clock: () => now,
  })
  const stop = new AbortController()
  const state = { passed: 0, failed: 0 }
  const ask = (batch = deadBatch(['nonsense'])): void =>
    void room
      .wait([batch], stop.signal)
      .then(
        () => state.passed++,
        () => state.failed++,
      )
      .finally(() => release(batch))
  return { said, letters, set: (next: LetterLimits) => void (limits = next), troubles, metrics, ask, state, stop }
}

it('a full queue makes what would add to it wait, says so once, and lets it go on when there is room', async () => {
  const { said, letters, troubles, metrics, ask, state } = bench({ maxBytes: 1 << 20 })
  letters.bytes = 2 << 20
  ask()
  ask()
  ask(batchOf([{ message: 'alive' }]))
  await waitUntil('the one without dead rows has passed', () => state.passed === 1)
  expect(troubles.now()).toMatchObject([{ about: 'dead letter queue', blocks: true }])
  expect(said).toEqual([expect.stringContaining('2 MiB of 1 MiB (deadLetters.size); reading waits')])
  expect(await metrics.render()).toMatch(
    /tailrace_dead_letter_records\{store="duckdb"\} 3\n[\s\S]*tailrace_dead_letter_bytes\{store="duckdb"\} 2097152\n/,
  )
  letters.bytes = 1000
  await waitUntil('the others pass', () => state.passed === 3)
  expect(troubles.now()).toEqual([])
  expect(said.slice(1)).toEqual(['there is room for dead letters again'])
})

it('letters that wait too long do the same, until the limit is raised', async () => {
  const { said, set, ask, state } = bench({ maxBytes: 1 << 20, maxAge: 86_400_000 })
  ask()
  await waitUntil('it is said', () => said.length > 0)
  expect(said).toEqual([
    expect.stringContaining('has waited since 2026-11-24T08:00:00.000Z, longer than deadLetters.age allows (1 d)'),
  ])
  expect(state.passed).toBe(0)
  set({ maxBytes: 1 << 20, maxAge: 7 * 86_400_000 })
  await waitUntil('it passes', () => state.passed === 1)
})

it('a stop ends the wait, and a run with --once does not begin one', async () => {
  const waits = bench({ maxBytes: 0 })
  waits.ask()
  await waitUntil('it is said', () => waits.said.length > 0)
  waits.stop.abort()
  await waitUntil('it is over', () => waits.state.failed === 1)
  expect(waits.troubles.now()).toEqual([])
  const ends = bench({ maxBytes: 0 }, true)
  ends.ask()
  await waitUntil('it has failed', () => ends.state.failed === 1)
  expect(ends.said).toEqual([])
})
