import { lowerOf, wordClass, wordClassOf } from './word-class.ts'

/**
 * The one tokenizer: words of UAX #29 (https://unicode.org/reports/tr29/) as Lucene's StandardTokenizer finds them
 * and its lower-case filter writes them. Each Han and Hiragana character, each emoji is a token of its own. Measured
 * against the `standard` analyzers of Elasticsearch 7.17 and OpenSearch 3.8, which agree; characters younger than
 * their Unicode tables excepted.
 */

/** UTF-16 units of a token at most; what is longer is cut there and goes on as the next token. */
const longest = 255

/** `writeTokens` needs no more room than this for `length` bytes: a blank a token, and `Ⱥ` grows from 2 bytes to 3. */
export const tokensBound = (length: number): number => 2 * length + 2

const c = wordClass
const asciiClass = new Uint8Array(128)
const asciiLower = new Uint8Array(128)
for (let i = 0; i < 128; i++) {
  asciiClass[i] = wordClassOf(i)
  asciiLower[i] = lowerOf(i)
}
const isMidOf = (cls: number, between: number): boolean =>
  cls === c.midBoth || cls === c.singleQuote || cls === (between === c.numeric ? c.midNumber : c.midLetter)

/**
 * Writes the tokens of the UTF-8 text `bytes[start, end)` as ` tok tok tok ` to `out` at `at`: a blank before and
 * after each, one blank where there is none. Returns where it ends. A phrase is in the text where its own tokens,
 * written like this, are in it. `out` may not overlap the text; `tokensBound` says how much room it needs.
 */
export const writeTokens = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number => {
  let to = at
  out[to++] = 0x20
  let i = start
  while (i < end) {
    if (bytes[i]! > 127) return writeAny(bytes, start, end, out, at)
    let cls = asciiClass[bytes[i]!]!
    if (cls === c.joiner) {
      let after = i + 1
      while (after < end && bytes[after] === 0x5f) after++
      if (after === end) break
      if (bytes[after]! > 127) return writeAny(bytes, start, end, out, at)
      cls = asciiClass[bytes[after]!]!
      if (cls !== c.letter && cls !== c.numeric) {
        i = after
        continue
      }
      if (after - i >= longest) i = after - longest + 1
      cls = c.joiner
    } else if (cls !== c.letter && cls !== c.numeric) {
      i++
      continue
    }
    const limit = end - i > longest ? i + longest : end
    while (i < limit) {
      const byte = bytes[i]!
      if (byte > 127) return writeAny(bytes, start, end, out, at)
      const next = asciiClass[byte]!
      if (next === c.letter || next === c.numeric || next === c.joiner) cls = next
      else if (cls === c.joiner || i + 1 >= limit || !isMidOf(next, cls)) break
      else {
        const beyond = bytes[i + 1]!
        if (beyond > 127) return writeAny(bytes, start, end, out, at)
        if (asciiClass[beyond] !== cls) break
      }
      out[to++] = asciiLower[byte]!
      i++
    }
    // A byte beyond ASCII may be a mark or letter that belongs to the token.
    if (i < end && bytes[i]! > 127) return writeAny(bytes, start, end, out, at)
    out[to++] = 0x20
  }
  return to
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The tokens of a text, in order, repeated ones too. */
export const tokensOfText = (text: string): string[] => {
  const bytes = encoder.encode(text)
  const out = new Uint8Array(tokensBound(bytes.length))
  const joined = decoder.decode(out.subarray(1, writeTokens(bytes, 0, bytes.length, out, 0)))
  return joined === '' ? [] : joined.slice(0, -1).split(' ')
}

/** Lower-cases as the tokenizer does; does not cut. */
export const lowerToken = (text: string): string => {
  let lower = ''
  for (const character of text) lower += String.fromCodePoint(lowerOf(character.codePointAt(0)!))
  return lower
}

/** The text being divided: its code points, their classes, and UTF-16 units before each. Grows with the longest. */
let points = new Uint32Array(4096)
let classes = new Uint8Array(4096)
let units = new Uint32Array(4097)
let count = 0

const decode = (bytes: Uint8Array, start: number, end: number): void => {
  if (points.length < end - start) {
    const size = (end - start) * 2
    points = new Uint32Array(size)
    classes = new Uint8Array(size)
    units = new Uint32Array(size + 1)
  }
  let n = 0
  let unit = 0
  for (let i = start; i < end; ) {
    const byte = bytes[i]!
    let point = byte
    let size = 1
    if (byte >= 0xf0) {
      point = ((byte & 7) << 18) | ((bytes[i + 1]! & 63) << 12) | ((bytes[i + 2]! & 63) << 6) | (bytes[i + 3]! & 63)
      size = 4
    } else if (byte >= 0xe0) {
      point = ((byte & 15) << 12) | ((bytes[i + 1]! & 63) << 6) | (bytes[i + 2]! & 63)
      size = 3
    } else if (byte >= 0xc0) {
      point = ((byte & 31) << 6) | (bytes[i + 1]! & 63)
      size = 2
    }
    points[n] = point
    classes[n] = wordClassOf(point)
    units[n++] = unit
    unit += size === 4 ? 2 : 1
    i += size
  }
  units[n] = unit
  count = n
}

const writeAny = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number => {
  decode(bytes, start, end)
  let to = at
  out[to++] = 0x20
  let i = 0
  while (i < count) {
    if (classes[i] === c.joiner) i = lastStart(i)
    const stop = tokenEnd(i, limitOf(i))
    if (stop < 0) {
      i++
      continue
    }
    for (; i < stop; i++) to = writePoint(out, to, lowerOf(points[i]!))
    out[to++] = 0x20
  }
  return to
}

/** Joiners (`___`) that alone fill a token begin none: the first place in their run from which a token can be told. */
const lastStart = (from: number): number => {
  let after = from
  while (after < count && (classes[after] === c.joiner || isMark(classes[after]!))) after++
  let i = from
  while (i < after && units[after]! - units[i]! >= longest) i++
  return i
}

const limitOf = (from: number): number => {
  if (units[count]! - units[from]! <= longest) return count
  let limit = from
  while (units[limit + 1]! - units[from]! <= longest) limit++
  return limit
}

const pastMarks = (from: number, limit: number): number => {
  let i = from
  while (i < limit && isMark(classes[i]!)) i++
  return i
}

const isMark = (cls: number): boolean => cls === c.extend || cls === c.southEastAsianMark

/** End of the longest token at `from`, -1 where none begins. */
const tokenEnd = (from: number, limit: number): number => {
  switch (classes[from]) {
    case c.letter:
    case c.hebrew:
    case c.numeric:
    case c.katakana:
    case c.joiner:
      return wordEnd(from, limit)
    case c.ideograph:
      return pastMarks(from + 1, limit)
    case c.southEastAsian:
    case c.southEastAsianMark: {
      let i = pastMarks(from, limit)
      while (i < limit && classes[i] === c.southEastAsian) i = pastMarks(i + 1, limit)
      return i
    }
    case c.regional:
      return from + 1 < limit && classes[from + 1] === c.regional ? pastMarks(from + 2, limit) : -1
    case c.keycap: {
      const i = pastMarks(from + 1, limit)
      return i > from + 1 && points[i - 1] === 0x20e3 ? i : -1
    }
    case c.emoji: {
      let i = pastMarks(from + 1, limit)
      while (i < limit && points[i - 1] === 0x200d && classes[i] === c.emoji) i = pastMarks(i + 1, limit)
      return i
    }
    case c.extend:
      // A skin tone with nothing to colour shows by itself.
      return points[from]! >= 0x1f3fb && points[from]! <= 0x1f3ff ? pastMarks(from + 1, limit) : -1
    default:
      return -1
  }
}

/** WB5–WB13: runs of letters and numbers or of Katakana, joined by `_` and its like. */
const wordEnd = (from: number, limit: number): number => {
  let i = from
  let end = -1
  for (;;) {
    while (i < limit && classes[i] === c.joiner) i = pastMarks(i + 1, limit)
    const run = runEnd(i, limit)
    if (run === i) return end < 0 ? -1 : i
    end = run
    if (run >= limit || classes[run] !== c.joiner) return run
    i = run
  }
}

const runEnd = (from: number, limit: number): number => {
  let i = from
  if (classes[i] === c.katakana) {
    while (i < limit && classes[i] === c.katakana) i = pastMarks(i + 1, limit)
    return i
  }
  while (i < limit) {
    const cls = classes[i]!
    if (cls !== c.letter && cls !== c.numeric && cls !== c.hebrew) return i
    i = pastMarks(i + 1, limit)
    if (i >= limit) return i
    const between = classes[i]!
    const beyond = pastMarks(i + 1, limit)
    const after = beyond < limit ? classes[beyond]! : c.other
    if (isMidOf(between, cls)) {
      const fits = cls === c.numeric ? after === c.numeric : after === c.letter || after === c.hebrew
      if (fits || (cls === c.hebrew && between === c.singleQuote)) i = beyond
    } else if (cls === c.hebrew && between === c.doubleQuote && after === c.hebrew) i = beyond
  }
  return i
}

const writePoint = (out: Uint8Array, at: number, point: number): number => {
  let to = at
  if (point < 0x80) out[to++] = point
  else if (point < 0x800) {
    out[to++] = 0xc0 | (point >> 6)
    out[to++] = 0x80 | (point & 63)
  } else {
    if (point < 0x10000) out[to++] = 0xe0 | (point >> 12)
    else {
      out[to++] = 0xf0 | (point >> 18)
      out[to++] = 0x80 | ((point >> 12) & 63)
    }
    out[to++] = 0x80 | ((point >> 6) & 63)
    out[to++] = 0x80 | (point & 63)
  }
  return to
}
