import { createByteTable } from '../memory/byte-table.ts'
import { type Bytes, bytesOf, hashOf } from '../memory/bytes.ts'

/** What costly look-ups found, by the bytes asked about, kept across batches. */
export interface Memo<V> {
  /** What is known of the bytes `[start, end)` of `memory`, worked out where nothing is. */
  of(memory: Uint8Array, start: number, end: number): V
  clear(): void
}

/** Longer values are worked out each time. */
const longest = 2048

/** Values by key; keys lie one behind the other. */
const createGeneration = <V>(most: number) => {
  const table = createByteTable()
  table.reset(most)
  const values: V[] = []
  let keys = bytesOf(new Uint8Array(1 << 12))
  let end = 0
  return {
    get full(): boolean {
      return values.length >= most
    },
    find: (from: Bytes, start: number, stop: number, hash: number): number => table.find(keys, from, start, stop, hash),
    value: (index: number): V => values[index]!,
    add(from: Bytes, start: number, stop: number, hash: number, value: V): void {
      const at = end
      end += stop - start
      if (end > keys.memory.length) {
        const grown = new Uint8Array(Math.max(end, keys.memory.length * 2))
        grown.set(keys.memory.subarray(0, at))
        keys = bytesOf(grown)
      }
      keys.memory.set(from.memory.subarray(start, stop), at)
      table.add(at, end, hash)
      values.push(value)
    },
  }
}

/**
 * Keeps the values used last: at least `most`, at most twice as many. Two generations instead of a list in order of
 * use: when the young one is full, the old one is forgotten whole. Keys are compared as bytes, so that a value seen
 * before costs no string.
 */
export const createMemo = <V>(most: number, make: (memory: Uint8Array, start: number, end: number) => V): Memo<V> => {
  const seed = (Math.random() * 0xffffffff) | 0
  // Its table is large: of a definition that is never used, or not any more, there is none.
  let young: ReturnType<typeof createGeneration<V>> | undefined
  let old: typeof young
  let from = bytesOf(new Uint8Array(0))
  return {
    of(memory, start, end) {
      if (end - start > longest) return make(memory, start, end)
      if (from.memory !== memory) from = bytesOf(memory)
      const hash = hashOf(from, start, end, seed)
      young ??= createGeneration<V>(most)
      const known = young.find(from, start, end, hash)
      if (known >= 0) return young.value(known)
      const before = old?.find(from, start, end, hash) ?? -1
      const value = before >= 0 ? old!.value(before) : make(memory, start, end)
      if (young.full) {
        old = young
        young = createGeneration<V>(most)
      }
      young.add(from, start, end, hash, value)
      return value
    },
    clear() {
      young = old = undefined
    },
  }
}
