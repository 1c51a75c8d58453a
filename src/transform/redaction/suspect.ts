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

/** By first byte, in both cases: the words' bytes. */
const byFirst: (readonly Uint8Array[] | undefined)[] = new Array(256).fill(undefined)
for (const word of words)
  for (const first of [word.charCodeAt(0), word.charCodeAt(0) & ~0x20])
    byFirst[first] = [...(byFirst[first] ?? []), new TextEncoder().encode(word)]

const isAt = (memory: Uint8Array, at: number, end: number, word: Uint8Array): boolean => {
  if (end - at < word.length) return false
  for (let i = 1; i < word.length; i++) if ((memory[at + i]! | 0x20) !== word[i]) return false
  return true
}

/**
 * Whether `redactText` could find anything in the bytes: one of its words, an `@`, or eight digits with no more than
 * spaces and dashes between. One walk that lets most values pass.
 */
export const isSuspect = (memory: Uint8Array, start: number, end: number): boolean => {
  let digits = 0
  for (let at = start; at < end; at++) {
    const byte = memory[at]!
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits === 8) return true
    } else if (byte !== 0x20 && byte !== 0x2d) {
      digits = 0
      if (byte === 0x40) return true
      const starting = byFirst[byte]
      if (starting === undefined) continue
      for (let i = 0; i < starting.length; i++) if (isAt(memory, at, end, starting[i]!)) return true
    }
  }
  return false
}
