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
/** Above this a native copy beats the loop, found by measuring. */
const longText = 64

/**
 * Writes the UTF-8 bytes `[start, end)` of `memory` as the inside of a JSON string at `at` of the same memory and
 * returns where it ends. Needs room for six times the length.
 */
export const writeEscaped = (memory: Uint8Array, start: number, end: number, at: number): number => {
  let from = start
  let to = at
  if (end - start > longText) {
    let clean = start
    while (clean < end && escapes[memory[clean]!] === 0) clean++
    memory.copyWithin(to, start, clean)
    to += clean - start
    from = clean
  }
  while (from < end) {
    const byte = memory[from++]!
    const how = escapes[byte]!
    if (how === 0) memory[to++] = byte
    else {
      memory[to++] = 0x5c
      if (how === 1) {
        memory[to++] = 0x75
        memory[to++] = 0x30
        memory[to++] = 0x30
        memory[to++] = hex[byte >> 4]!
        memory[to++] = hex[byte & 15]!
      } else memory[to++] = how
    }
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
