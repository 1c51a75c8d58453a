const words = [
  'pass',
  'pwd',
  'secret',
  'token',
  'key',
  'cred',
  'sign',
  'sess',
  'auth',
  'sid',
  'cookie',
  'bearer',
  'basic',
  'eyj',
]

const plain = 0
const digit = 1
const gap = 2
const at = 3
const starting = 4
const classes = new Uint8Array(256)
classes.fill(digit, 0x30, 0x3a)
classes[0x20] = gap
classes[0x2d] = gap
classes[0x40] = at

/** The words by their first two bytes, without their case. */
const byPair: (readonly Uint8Array[] | undefined)[] = new Array(1 << 16).fill(undefined)
const pairs = new Uint8Array(1 << 16)
const pairOf = (first: number, second: number): number => ((first | 0x20) << 8) | (second | 0x20)
for (const word of words.map((text) => new TextEncoder().encode(text))) {
  const pair = pairOf(word[0]!, word[1]!)
  byPair[pair] = [...(byPair[pair] ?? []), word]
  pairs[pair] = 1
  classes[word[0]!] = starting
  classes[word[0]! & ~0x20] = starting
}

const isAt = (memory: Uint8Array, from: number, end: number, word: Uint8Array): boolean => {
  if (end - from < word.length) return false
  for (let i = 2; i < word.length; i++) if ((memory[from + i]! | 0x20) !== word[i]) return false
  return true
}

/**
 * Whether `redactText` could find anything in the bytes: one of its words, an `@`, or eight digits with no more than
 * spaces and dashes between. One walk that lets most values pass. Where a text is not suspect, no part of it is.
 */
export const isSuspect = (memory: Uint8Array, start: number, end: number): boolean => {
  let digits = 0
  for (let i = start; i < end; i++) {
    switch (classes[memory[i]!]) {
      case plain:
        digits = 0
        break
      case digit:
        if (++digits === 8) return true
        break
      case gap:
        break
      case at:
        return true
      default: {
        digits = 0
        const pair = i + 1 < end ? pairOf(memory[i]!, memory[i + 1]!) : 0
        if (pairs[pair] === 0) break
        for (const word of byPair[pair]!) if (isAt(memory, i, end, word)) return true
      }
    }
  }
  return false
}
