/** Some memory, to be read four bytes at a time as well. */
export interface Bytes {
  readonly memory: Uint8Array
  readonly words: DataView
}

export const bytesOf = (memory: Uint8Array): Bytes => ({
  memory,
  words: new DataView(memory.buffer, memory.byteOffset, memory.byteLength),
})

/** A hash of 32 bits of `[start, end)`. Who does not know the seed cannot tell which values collide. */
export const hashOf = ({ memory, words }: Bytes, start: number, end: number, seed: number): number => {
  let a = seed ^ (end - start)
  let b = 0x85ebca6b
  let at = start
  // Two lanes, so that one multiplication need not wait for the other; 16 bytes a turn.
  for (; at + 16 <= end; at += 16) {
    a = Math.imul(a ^ words.getInt32(at, true), 0x9e3779b1) + words.getInt32(at + 4, true)
    b = Math.imul(b ^ words.getInt32(at + 8, true), 0x27d4eb2f) + words.getInt32(at + 12, true)
    a ^= a >>> 15
    b ^= b >>> 13
  }
  for (; at + 4 <= end; at += 4) a = Math.imul(a ^ words.getInt32(at, true), 0x9e3779b1) ^ (a >>> 15)
  for (; at < end; at++) a = Math.imul(a ^ memory[at]!, 0x01000193) ^ (a >>> 17)
  a ^= Math.imul(b ^ (b >>> 16), 0x85ebca6b)
  return (a ^ (a >>> 16)) >>> 0
}

/** Whether `length` bytes at `left` of one are those at `right` of the other. */
export const sameBytes = (one: Bytes, left: number, other: Bytes, right: number, length: number): boolean => {
  const a = one.words
  const b = other.words
  let i = 0
  for (; i + 16 <= length; i += 16) {
    const l = left + i
    const r = right + i
    const differ =
      (a.getInt32(l, true) ^ b.getInt32(r, true)) |
      (a.getInt32(l + 4, true) ^ b.getInt32(r + 4, true)) |
      (a.getInt32(l + 8, true) ^ b.getInt32(r + 8, true)) |
      (a.getInt32(l + 12, true) ^ b.getInt32(r + 12, true))
    if (differ !== 0) return false
  }
  for (; i < length; i++) if (one.memory[left + i] !== other.memory[right + i]) return false
  return true
}
