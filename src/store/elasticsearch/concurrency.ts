/** How a request ended: `overload`: the store had too much to do, or gave no answer; `other` says nothing about it. */
export type Ending = 'answered' | 'overload' | 'other'

/** A request under way. */
export interface Turn {
  /** `bytes`: of its body. */
  end(how: Ending, bytes: number): void
}

/** How many requests may be under way at once: as many as the store takes without answering later for it. */
export interface Concurrency {
  /** Resolves, in order, when another may be sent. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<Turn>
  readonly limit: number
  readonly underWay: number
}

export interface ConcurrencyOptions {
  readonly first?: number
  readonly most: number
  /** Milliseconds, monotonic. */
  readonly clock?: () => number
}

/** Requests that wait in the store: with less than the first there is room for one more, beyond the second one too many. */
const room = 1
const crowd = 2
/** Rounds after which the best pace is taken anew, with half as many: the store may have changed for good. */
const lasting = 64

/**
 * After TCP Vegas (Brakmo and Peterson 1995, §3.2): from the best pace (milliseconds a byte) and the present one follows
 * how many of the requests only wait at the other end, `limit · (1 − best / present)`. Judged once a round, which is
 * `limit` answers to requests that were sent while all turns were taken. Overload halves the limit, once a round.
 */
export const createConcurrency = ({
  first = 2,
  most,
  clock = performance.now.bind(performance),
}: ConcurrencyOptions) => {
  const waiting: (() => void)[] = []
  let limit = Math.min(first, most)
  let underWay = 0
  let best = Number.POSITIVE_INFINITY
  let round = 0
  let judged = 0
  /** The limit to go back to after the best pace was taken anew. */
  let resumed: number | undefined
  let answers = 0
  let milliseconds = 0
  let bytes = 0

  const change = (to: number): void => {
    limit = Math.min(most, Math.max(1, to))
    round++
    answers = milliseconds = bytes = 0
  }
  const judge = (): void => {
    const pace = milliseconds / bytes
    best = Math.min(best, pace)
    if (resumed !== undefined) {
      const back = resumed
      resumed = undefined
      change(back)
      return
    }
    if (++judged % lasting === 0 && limit > 1) {
      resumed = limit
      best = Number.POSITIVE_INFINITY
      change(limit >> 1)
      return
    }
    const queued = limit * (1 - best / pace)
    if (queued < room) change(limit + 1)
    else if (queued > crowd) change(limit - Math.max(1, Math.round((queued - crowd) / 2)))
    else change(limit)
  }
  const admit = (): void => {
    while (underWay < limit && waiting.length > 0) waiting.shift()!()
  }

  const begin = (): Turn => {
    underWay++
    const at = clock()
    const own = round
    // Else nothing is learnt: the store had less to do than it is trusted with.
    const full = underWay >= limit
    return {
      end(how, size) {
        underWay--
        if (how === 'overload' && own === round) {
          resumed = undefined
          change(limit >> 1)
        } else if (how === 'answered' && full && own === round && size > 0) {
          answers++
          milliseconds += clock() - at
          bytes += size
          if (answers >= limit) judge()
        }
        admit()
      },
    }
  }

  const concurrency: Concurrency = {
    enter(signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (underWay < limit && waiting.length === 0) return Promise.resolve(begin())
      return new Promise((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', stop)
          resolve(begin())
        }
        const stop = (): void => {
          waiting.splice(waiting.indexOf(go), 1)
          reject(signal.reason)
        }
        signal.addEventListener('abort', stop, { once: true })
        waiting.push(go)
      })
    },
    get limit() {
      return limit
    },
    get underWay() {
      return underWay
    },
  }
  return concurrency
}
