import { firstByte } from '../memory/wide.ts'

/** How each byte is written inside a JSON string (RFC 8259 §7): 0 as it is, 1 as `\u00XX`, else a backslash and this. */
const escapes = new Uint8Array(256)
escapes.fill(1, 0, 32)
for (const [byte, letter] of [
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
] as const)
  escapes[byte] = letter.charCodeAt(0)

const hex = new TextEncoder().encode('0123456789abcdef')
/** High bits of the first n bytes of four that were read as a little-endian number. */
const highBits = Int32Array.of(0, 0x80, 0x8080, 0x808080, 0x80808080 | 0)

/**
 * Non-zero in the high bit of the first byte of four that has to be escaped: below 0x20, `"` or `\\`. Bytes behind it
 * may be marked for nothing, as the subtraction borrows upwards (Mycroft's test). Turning bit 1 over puts `"` right
 * above the control characters, so that one comparison finds both.
 */
const odd = (four: number): number => {
  const turned = four ^ 0x02020202
  const backslash = four ^ 0x5c5c5c5c
  return (((turned - 0x21212121) & ~turned) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080
}

/** Where the first byte of [from, to) lies that has to be escaped, `to` where there is none. Four bytes at a time. */
export const findEscaped = (view: DataView, from: number, to: number): number => {
  // Behind `to` is read, but not behind the memory.
  const wide = Math.min(to, view.byteLength - 7)
  let at = from
  for (; at < wide; at += 8) {
    const low = odd(view.getInt32(at, true))
    if (low !== 0) return Math.min(at + firstByte(low), to)
    const high = odd(view.getInt32(at + 4, true))
    if (high !== 0) return Math.min(at + 4 + firstByte(high), to)
  }
  while (at < to && escapes[view.getUint8(at)] === 0) at++
  return Math.min(at, to)
}

/** One byte; returns where it ends. */
const writeByte = (memory: Uint8Array, byte: number, at: number): number => {
  const how = escapes[byte]!
  if (how === 0) {
    memory[at] = byte
    return at + 1
  }
  memory[at] = 0x5c
  if (how !== 1) {
    memory[at + 1] = how
    return at + 2
  }
  memory[at + 1] = 0x75
  memory[at + 2] = 0x30
  memory[at + 3] = 0x30
  memory[at + 4] = hex[byte >> 4]!
  memory[at + 5] = hex[byte & 15]!
  return at + 6
}

/**
 * Writes the UTF-8 bytes `[start, end)` of the memory as the inside of a JSON string at `at` of the same memory and
 * returns where it ends. Needs room for six times the length and for seven bytes more, which may be written over.
 */
export const writeEscaped = (
  { bytes, view }: { readonly bytes: Uint8Array; readonly view: DataView },
  start: number,
  end: number,
  at: number,
): number => {
  let from = start
  let to = at
  while (from < end) {
    const low = view.getInt32(from, true)
    const high = view.getInt32(from + 4, true)
    const left = end - from
    if (left >= 8) {
      if ((odd(low) | odd(high)) === 0) {
        view.setInt32(to, low, true)
        view.setInt32(to + 4, high, true)
        from += 8
        to += 8
        continue
      }
    } else if (left > 4 ? (odd(low) | (odd(high) & highBits[left - 4]!)) === 0 : (odd(low) & highBits[left]!) === 0) {
      view.setInt32(to, low, true)
      view.setInt32(to + 4, high, true)
      return to + left
    }
    for (const stop = Math.min(end, from + 8); from < stop; ) to = writeByte(bytes, bytes[from++]!, to)
  }
  return to
}

/** Writes a whole number below 2^53 in decimal; returns where it ends. */
export const writeInteger = (memory: Uint8Array, value: number, at: number): number => {
  let to = at
  let rest = value
  if (rest < 0) {
    memory[to++] = 0x2d
    rest = -rest
  }
  let digits = 1
  for (let power = 10; power <= rest; power *= 10) digits++
  let place = to + digits
  to = place
  while (rest >= 0x7fffffff) {
    const tenth = Math.floor(rest / 10)
    memory[--place] = 48 + (rest - tenth * 10)
    rest = tenth
  }
  let small = rest | 0
  do {
    const tenth = (small / 10) | 0
    memory[--place] = 48 + (small - tenth * 10)
    small = tenth
  } while (small > 0)
  return to
}
