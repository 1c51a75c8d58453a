export interface RateLimit {
  /** How much a second is allowed, in the long run. */
  readonly perSecond: number
  /** How much at once, after a time of nothing. */
  readonly burst: number
}

export interface RateOptions extends RateLimit {
  /** Keys remembered, 10,000; beyond them the one used longest ago is forgotten, and begins anew. */
  readonly most?: number
  /** Milliseconds. */
  readonly clock?: () => number
}

/** A token bucket for each key: an address, a user. What it remembers is bounded. */
export interface Rate {
  /** Takes `amount`, where there is as much; else nothing is taken, and false. */
  take(key: string, amount?: number): boolean
  /** Gives one back that was taken. */
  give(key: string): void
  /** Milliseconds until `amount` could be taken. */
  wait(key: string, amount?: number): number
  readonly size: number
}

interface Bucket {
  left: number
  at: number
}

export const createRate = ({ perSecond, burst, most = 10_000, clock = Date.now }: RateOptions): Rate => {
  // In the order of last use.
  const buckets = new Map<string, Bucket>()
  const leftOf = (bucket: Bucket | undefined, now: number): number =>
    bucket === undefined
      ? burst
      : // A clock that was set back gives nothing and takes nothing.
        Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) * perSecond) / 1000)
  const keep = (key: string, left: number, now: number): void => {
    buckets.delete(key)
    buckets.set(key, { left, at: now })
    if (buckets.size > most) buckets.delete(buckets.keys().next().value!)
  }
  return {
    take(key, amount = 1) {
      const now = clock()
      const left = leftOf(buckets.get(key), now)
      const taken = left >= amount
      keep(key, taken ? left - amount : left, now)
      return taken
    },
    give(key) {
      const now = clock()
      if (buckets.has(key)) keep(key, Math.min(burst, leftOf(buckets.get(key), now) + 1), now)
    },
    wait: (key, amount = 1) =>
      Math.max(0, Math.ceil(((amount - leftOf(buckets.get(key), clock())) * 1000) / perSecond)),
    get size() {
      return buckets.size
    },
  }
}
