import { expect, it } from 'vitest'
import { type Concurrency, createConcurrency, type Ending } from '../../../src/store/elasticsearch/concurrency.ts'
import { never } from './with-store.ts'

const size = 1 << 20

/** A store that works on so many requests at once, each `takes` milliseconds; more wait. `refuses` are told so at once. */
const store = (most: number) => {
  let now = 0
  const concurrency = createConcurrency({ most, clock: () => now })
  /** Hands it as many requests as it lets, `count` in all, and gives the most that were under way. */
  const work = async (
    count: number,
    { atOnce, takes, refuses = Number.POSITIVE_INFINITY }: { atOnce: number; takes: number; refuses?: number },
  ): Promise<number> => {
    const free = Array<number>(atOnce).fill(now)
    const ends: { readonly at: number; readonly end: () => void }[] = []
    let highest = 0
    let done = 0
    for (let sent = 0; done < count; ) {
      while (sent < count && concurrency.underWay < concurrency.limit) {
        const turn = await concurrency.enter(never)
        sent++
        highest = Math.max(highest, concurrency.underWay)
        const how: Ending = concurrency.underWay > refuses ? 'overload' : 'answered'
        const server = free.indexOf(Math.min(...free))
        const at = how === 'overload' ? now : Math.max(now, free[server]!) + takes
        if (how === 'answered') free[server] = at
        ends.push({ at, end: () => turn.end(how, size) })
      }
      ends.sort((a, b) => a.at - b.at)
      const { at, end } = ends.shift()!
      now = at
      end()
      done++
    }
    return highest
  }
  return { concurrency, work }
}

it('grows while answers come as fast as before', async () => {
  const { concurrency, work } = store(16)
  expect(concurrency.limit).toBe(2)
  await work(400, { atOnce: 64, takes: 100 })
  expect(concurrency.limit).toBe(16)
})

it('stays at what the store works on at once and little more, for more would only wait there', async () => {
  for (const atOnce of [1, 4, 8]) {
    const { concurrency, work } = store(32)
    await work(2000, { atOnce, takes: 100 })
    expect(concurrency.limit).toBeGreaterThanOrEqual(atOnce)
    expect(concurrency.limit).toBeLessThanOrEqual(atOnce + 4)
  }
})

it('shrinks where the store becomes slower with as many', async () => {
  const { concurrency, work } = store(16)
  await work(400, { atOnce: 64, takes: 100 })
  await work(150, { atOnce: 2, takes: 100 })
  expect(concurrency.limit).toBeLessThan(8)
})

it('is halved by overload, once for all that were under way, and never less than one', async () => {
  const { concurrency, work } = store(16)
  await work(400, { atOnce: 64, takes: 100 })
  const turns = await Promise.all(Array.from({ length: 16 }, () => concurrency.enter(never)))
  for (const turn of turns) turn.end('overload', size)
  expect(concurrency.limit).toBe(8)
  for (let i = 0; i < 9; i++) (await concurrency.enter(never)).end('overload', size)
  expect(concurrency.limit).toBe(1)
})

it('keeps below what is refused most of the time, and finds room again', async () => {
  const { concurrency, work } = store(16)
  await work(400, { atOnce: 64, takes: 100, refuses: 5 })
  expect(concurrency.limit).toBeLessThanOrEqual(6)
  await work(400, { atOnce: 64, takes: 100 })
  expect(concurrency.limit).toBe(16)
})

it('learns nothing while there is less to send than it lets', async () => {
  let now = 0
  const concurrency = createConcurrency({ most: 8, clock: () => now })
  for (let i = 0; i < 100; i++) {
    const turn = await concurrency.enter(never)
    now += 1
    turn.end('answered', size)
  }
  expect(concurrency.limit).toBe(2)
})

it('lets in by turns, and forgets who was aborted while waiting', async () => {
  const concurrency: Concurrency = createConcurrency({ most: 1 })
  const first = await concurrency.enter(never)
  const stop = new AbortController()
  const order: string[] = []
  const second = concurrency.enter(stop.signal).catch((reason: unknown) => order.push(String(reason)))
  const third = concurrency.enter(never).then((turn) => {
    order.push('third')
    return turn
  })
  stop.abort('stopped')
  await second
  expect([concurrency.underWay, order]).toEqual([1, ['stopped']])
  first.end('answered', size)
  ;(await third).end('answered', size)
  expect([concurrency.underWay, order]).toEqual([0, ['stopped', 'third']])
  await expect(concurrency.enter(stop.signal)).rejects.toBe('stopped')
})
