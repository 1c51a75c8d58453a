const other = 0
const letter = 1
const digit = 2

/** Letters, underscores and bytes of other alphabets may be in a word with digits. */
const kinds = new Uint8Array(256)
for (let b = 0; b < 256; b++) {
  const isLetter = (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b === 95 || b >= 128
  kinds[b] = b >= 48 && b <= 57 ? digit : isLetter ? letter : other
}

/**
 * Writes `[start, end)` of `memory` to `to` with each word that holds a digit as `0`, so that most messages that differ in their
 * values only are the same bytes. Returns how many bytes. `to` has room for as many as there are.
 */
export const writeOutline = (memory: Uint8Array, start: number, end: number, to: Uint8Array): number => {
  let length = 0
  let wordAt = -1
  let hasDigit = false
  for (let at = start; at < end; at++) {
    const byte = memory[at]!
    const kind = kinds[byte]!
    if (kind === other) wordAt = -1
    else if (wordAt < 0) {
      wordAt = length
      hasDigit = false
    }
    if (kind === digit && !hasDigit) {
      hasDigit = true
      length = wordAt
      to[length++] = 48
    } else if (kind === other || !hasDigit) to[length++] = byte
  }
  return length
}
