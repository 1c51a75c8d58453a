/** Numbers that look random and are the same for the same seeds: mulberry32, by Tommy Ettinger (public domain). */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  /** A whole number, both ends included. */
  between(low: number, high: number): number
  pick<T>(from: readonly T[]): T
  chance(share: number): boolean
  /** Many small, few large ones: the shape of times and sizes on the web. `middle` is the median. */
  skewed(middle: number): number
}

export const createRandom = (...seeds: readonly number[]): Random => {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ (seed | 0), 0x9e3779b1) ^ (mixed >>> 15), 0x2545f491)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between,
    pick: (from) => from[between(0, from.length - 1)]!,
    chance: (share) => next() < share,
    skewed: (middle) => middle * Math.exp((next() + next() + next() - 1.5) * 1.2),
  }
}
