import { createRandom, type Random } from '../../src/service/demo/random.ts'

/** Something the service waits for that changes the world: a write, an fsync, a request. */
interface Operation {
  /** Makes it happen; returns what the caller is told, or throws it. */
  readonly effect: () => unknown
  /** What a crash in its midst may leave of it; unless given it happens wholly or not at all. */
  readonly torn?: () => void
}

interface Due {
  readonly at: number
  readonly tie: number
  /** The life of the service that waits for it; 0: the world's own. */
  readonly life: number
  readonly run: () => void
}

/**
 * Clock, queue and chance of one simulated run. Nothing in it happens by itself: `step` takes what is due next, ties
 * are broken by chance, and all chance comes from one seed, so that a seed is a whole history.
 */
export interface World {
  readonly seed: number
  readonly random: Random
  /** Milliseconds since 1970, with fractions. */
  readonly now: number
  /** Number of the service's life. What an ended one waits for never comes. */
  readonly life: number
  /** Operations of the service so far. */
  readonly operations: number
  readonly steps: number
  /** Calls `run` after `ms`; for the service's own timers `life` is its life. Returns how to call it off. */
  after(ms: number, run: () => void, life?: number): () => void
  /** An operation of the service, done a little later. */
  operate<T>(what: string, effect: () => T, options?: { readonly torn?: () => void; readonly ms?: number }): Promise<T>
  /** Takes what is due next; false when nothing is. */
  step(): Promise<boolean>
  /** The service dies at this instant: of what it was doing, each may have happened, in part or not at all. */
  crash(): void
  /** Seconds since the world began, for people. */
  clock(at: number): string
  /** Told each thing that happens, where somebody listens. */
  trace(text: () => string): void
}

const realImmediate = setImmediate
/** Resolves once everything that only waited for promises has run. */
const drained = (): Promise<void> => new Promise((resolve) => realImmediate(resolve))

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie)

const begin = Date.UTC(2026, 10, 23, 7, 59, 30)

export const createWorld = (seed: number, listen?: (line: string) => void): World => {
  const random = createRandom(seed, 0x51)
  const heap: Due[] = []
  const open = new Set<Operation>()
  let now = begin
  let life = 1
  let operations = 0
  let steps = 0

  const push = (due: Due): void => {
    let at = heap.length
    heap.push(due)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(heap[at]!, heap[above]!)) break
      ;[heap[at], heap[above]] = [heap[above]!, heap[at]!]
      at = above
    }
  }
  const pop = (): Due | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && isBefore(heap[below]!, heap[least]!)) least = below
      if (least === at) return first
      ;[heap[at], heap[least]] = [heap[least]!, heap[at]!]
      at = least
    }
  }
  const clock = (at: number): string => ((at - begin) / 1000).toFixed(4)
  const trace = (text: () => string): void => {
    listen?.(`${clock(now)} ${text()}`)
  }
  const world: World = {
    seed,
    random,
    get now() {
      return now
    },
    get life() {
      return life
    },
    get operations() {
      return operations
    },
    get steps() {
      return steps
    },
    after(ms, run, of = 0) {
      let off = false
      push({ at: now + Math.max(0, ms), tie: random.next(), life: of, run: () => off || run() })
      return () => {
        off = true
      }
    },
    operate: (what, effect, { torn, ms = random.next() * 2 } = {}) =>
      new Promise((resolve, reject) => {
        const operation: Operation = torn === undefined ? { effect } : { effect, torn }
        open.add(operation)
        world.after(
          ms,
          () => {
            open.delete(operation)
            operations++
            trace(() => what)
            try {
              resolve(effect())
            } catch (error) {
              trace(() => `  ${String(error)}`)
              reject(error)
            }
          },
          life,
        )
      }),
    async step() {
      const due = pop()
      if (due === undefined) return false
      now = Math.max(now, due.at)
      if (due.life !== 0 && due.life !== life) return true
      steps++
      due.run()
      await drained()
      return true
    },
    crash() {
      life++
      for (const { effect, torn } of open) {
        const luck = random.next()
        try {
          if (luck < 0.4) effect()
          else if (luck < 0.7) torn?.()
        } catch {
          // Nobody is left to be told.
        }
      }
      open.clear()
    },
    clock,
    trace,
  }
  return world
}

let present: World | undefined

/** The world that the simulated modules act in. */
export const inhabit = (world: World): void => {
  present = world
}
export const here = (): World => {
  if (present === undefined) throw new Error('nothing is simulated now')
  return present
}
