import { type Bytes, sameBytes } from './bytes.ts'

/**
 * Numbers spans of bytes, equal ones alike: 0, 1, 2 … in the order they came. Spans that differ never share a number;
 * equal ones nearly always do: after `mostProbes` collisions a span may get a second number, which bounds the time
 * hostile input can take.
 */
export interface ByteTable {
  readonly count: number
  /** Where span `n` lies; valid until the next `reset`. */
  readonly start: Uint32Array
  readonly end: Uint32Array
  /** Forgets all and makes room for `most` spans. */
  reset(most: number): void
  /** The number of the span of `keys` that equals `[start, end)` of `from`, or -1. */
  find(keys: Bytes, from: Bytes, start: number, end: number, hash: number): number
  /** Numbers a span that `find` did not find. */
  add(start: number, end: number, hash: number): number
}

const mostProbes = 24

export const createByteTable = (): ByteTable => {
  let slots = new Uint32Array(1 << 6)
  let hashes = new Uint32Array(1 << 5)
  let starts = new Uint32Array(1 << 5)
  let ends = new Uint32Array(1 << 5)
  let mask = slots.length - 1
  let count = 0
  return {
    get count() {
      return count
    },
    get start() {
      return starts
    },
    get end() {
      return ends
    },
    reset(most) {
      let size = 1 << 6
      while (size < most * 2) size *= 2
      if (size > slots.length) slots = new Uint32Array(size)
      else slots.fill(0, 0, size)
      if (most > starts.length) {
        hashes = new Uint32Array(most * 2)
        starts = new Uint32Array(most * 2)
        ends = new Uint32Array(most * 2)
      }
      mask = size - 1
      count = 0
    },
    find(keys, from, start, end, hash) {
      const length = end - start
      let slot = hash & mask
      for (let probe = 0; probe < mostProbes; probe++) {
        const taken = slots[slot]!
        if (taken === 0) return -1
        const at = taken - 1
        if (
          hashes[at] === hash &&
          ends[at]! - starts[at]! === length &&
          sameBytes(keys, starts[at]!, from, start, length)
        )
          return at
        slot = (slot + 1) & mask
      }
      return -1
    },
    add(start, end, hash) {
      let slot = hash & mask
      let probe = 0
      while (slots[slot] !== 0 && probe < mostProbes) {
        slot = (slot + 1) & mask
        probe++
      }
      if (probe < mostProbes) slots[slot] = count + 1
      hashes[count] = hash
      starts[count] = start
      ends[count] = end
      return count++
    },
  }
}
