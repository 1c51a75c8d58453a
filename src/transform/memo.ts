import { type Bytes, bytesOf, hashOf, sameBytes } from './bytes.ts'

/** What costly look-ups found, by the bytes asked about, kept across batches. */
export interface Memo<V> {
  /** What is known of the bytes `[start, end)` of `memory`, worked out where nothing is. */
  of(memory: Uint8Array, start: number, end: number): V
  clear(): void
}

const mostProbes = 24
/** Longer values are worked out each time. */
const longest = 2048

/** Values by key: keys lie one behind the other in `keys`. */
const createTable = <V>(most: number) => {
  let size = 64
  while (size < most * 2) size *= 2
  const mask = size - 1
  const slots = new Uint32Array(size)
  const hashes = new Uint32Array(most)
  const starts = new Uint32Array(most + 1)
  const values: V[] = []
  let keys = bytesOf(new Uint8Array(1 << 12))
  return {
    get full(): boolean {
      return values.length >= most
    },
    /** Index of the value, or -1. */
    find(from: Bytes, start: number, end: number, hash: number): number {
      const length = end - start
      for (let probe = 0, slot = hash & mask; probe < mostProbes; probe++, slot = (slot + 1) & mask) {
        const held = slots[slot]!
        if (held === 0) return -1
        const at = starts[held - 1]!
        if (hashes[held - 1] === hash && starts[held]! - at === length && sameBytes(keys, at, from, start, length))
          return held - 1
      }
      return -1
    },
    value: (index: number): V => values[index]!,
    add(from: Bytes, start: number, end: number, hash: number, value: V): void {
      let slot = hash & mask
      let probe = 0
      while (slots[slot] !== 0 && probe < mostProbes) {
        slot = (slot + 1) & mask
        probe++
      }
      // A crowd of values that collide: these are worked out again, which bounds the time a look-up takes.
      if (probe === mostProbes) return
      const count = values.push(value)
      const at = starts[count - 1]!
      const stop = at + end - start
      if (stop > keys.memory.length) {
        const grown = new Uint8Array(Math.max(stop, keys.memory.length * 2))
        grown.set(keys.memory.subarray(0, at))
        keys = bytesOf(grown)
      }
      keys.memory.set(from.memory.subarray(start, end), at)
      hashes[count - 1] = hash
      starts[count] = stop
      slots[slot] = count
    },
  }
}

/**
 * Keeps the values used last: at least `most`, at most twice as many. Two generations instead of a list in order of
 * use: when the young one is full, the old one is forgotten whole. Keys are compared as bytes, so that a value seen
 * before costs no string.
 */
export const createMemo = <V>(
  most: number,
  make: (memory: Uint8Array, start: number, end: number) => V,
): Memo<V> => {
  const seed = (Math.random() * 0xffffffff) | 0
  let young = createTable<V>(most)
  let old: typeof young | undefined
  let from = bytesOf(new Uint8Array(0))
  return {
    of(memory, start, end) {
      if (end - start > longest) return make(memory, start, end)
      if (from.memory !== memory) from = bytesOf(memory)
      const hash = hashOf(from, start, end, seed)
      const known = young.find(from, start, end, hash)
      if (known >= 0) return young.value(known)
      const before = old?.find(from, start, end, hash) ?? -1
      const value = before >= 0 ? old!.value(before) : make(memory, start, end)
      if (young.full) {
        old = young
        young = createTable<V>(most)
      }
      young.add(from, start, end, hash, value)
      return value
    },
    clear() {
      young = createTable<V>(most)
      old = undefined
    },
  }
}
