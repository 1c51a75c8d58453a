export const isHex = (b: number): boolean => (b >= 48 && b <= 57) || (b >= 65 && b <= 70) || (b >= 97 && b <= 102)

const hexOf = (b: number): number => (b <= 57 ? b - 48 : (b | 32) - 87)
const unit = (bytes: Uint8Array, at: number): number =>
  (hexOf(bytes[at]!) << 12) | (hexOf(bytes[at + 1]!) << 8) | (hexOf(bytes[at + 2]!) << 4) | hexOf(bytes[at + 3]!)
/** By the letter behind a backslash: what the two stand for; 0 for others. */
const simple = new Uint8Array(128)
for (const [letter, byte] of [
  ['"', 34],
  ['\\', 92],
  ['/', 47],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const)
  simple[letter.charCodeAt(0)] = byte

const writeCodePoint = (code: number, out: Uint8Array, at: number): number => {
  if (code < 0x80) {
    out[at] = code
    return at + 1
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6)
    out[at + 1] = 0x80 | (code & 63)
    return at + 2
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12)
    out[at + 1] = 0x80 | ((code >> 6) & 63)
    out[at + 2] = 0x80 | (code & 63)
    return at + 3
  }
  out[at] = 0xf0 | (code >> 18)
  out[at + 1] = 0x80 | ((code >> 12) & 63)
  out[at + 2] = 0x80 | ((code >> 6) & 63)
  out[at + 3] = 0x80 | (code & 63)
  return at + 4
}

/**
 * Decodes JSON's escapes in `from`…`to` to `out` at `at` (which needs room for as many bytes); returns the end. Half
 * surrogate pairs become U+FFFD. A backslash that begins no escape is kept as it is.
 */
export const decodeEscapes = (bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number => {
  let w = at
  let i = from
  while (i < to) {
    const b = bytes[i]!
    if (b !== 92 || i + 1 >= to) {
      out[w++] = b
      i++
      continue
    }
    const e = bytes[i + 1]!
    const one = simple[e & 127]!
    if (one !== 0 && e < 128) out[w++] = one
    else if (
      e === 117 &&
      i + 6 <= to &&
      isHex(bytes[i + 2]!) &&
      isHex(bytes[i + 3]!) &&
      isHex(bytes[i + 4]!) &&
      isHex(bytes[i + 5]!)
    ) {
      let code = unit(bytes, i + 2)
      i += 6
      if (
        code >= 0xd800 &&
        code <= 0xdbff &&
        i + 6 <= to &&
        bytes[i] === 92 &&
        bytes[i + 1] === 117 &&
        isHex(bytes[i + 2]!) &&
        isHex(bytes[i + 3]!) &&
        isHex(bytes[i + 4]!) &&
        isHex(bytes[i + 5]!)
      ) {
        const low = unit(bytes, i + 2)
        if (low >= 0xdc00 && low <= 0xdfff) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
          i += 6
        }
      }
      w = writeCodePoint(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code, out, w)
      continue
    } else {
      out[w++] = 92
      i++
      continue
    }
    i += 2
  }
  return w
}
