/**
 * Reads JSON (RFC 8259) where it lies, without making objects: a cursor that walks an object's members and steps over
 * values, checking them wholly. Bytes are taken to be valid UTF-8. Nothing recurses, so depth costs memory only.
 */

import { isHex } from './json-escapes.ts'
import { findEscaped } from './json-text.ts'

export const jsonKind = { bad: 0, string: 1, number: 2, true: 3, false: 4, null: 5, object: 6, array: 7 } as const
export type JsonKind = (typeof jsonKind)[keyof typeof jsonKind]

/** Deeper than this is refused (`tooDeep`). */
const jsonDepth = 4096

export interface JsonCursor {
  bytes: Uint8Array
  view: DataView
  at: number
  end: number
  /** Of the last string: its content, without quotes. Of the last value: its whole span. */
  from: number
  to: number
  /** Whether the last string holds a backslash. */
  escaped: boolean
  /** Nesting of the last value: 0 for a scalar, 1 for `{}`. */
  depth: number
  tooDeep: boolean
  readonly open: Uint8Array
}

const nothing = new Uint8Array(0)
const noView = new DataView(nothing.buffer)

export const jsonCursor = (): JsonCursor => ({
  bytes: nothing,
  view: noView,
  at: 0,
  end: 0,
  from: 0,
  to: 0,
  escaped: false,
  depth: 0,
  tooDeep: false,
  open: new Uint8Array(jsonDepth + 1),
})

export const setJson = (c: JsonCursor, bytes: Uint8Array, at: number, end: number): void => {
  if (c.bytes !== bytes) {
    c.bytes = bytes
    c.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  c.at = at
  c.end = end
  c.tooDeep = false
}

export const skipBlank = (c: JsonCursor): void => {
  const { bytes, end } = c
  let at = c.at
  while (at < end) {
    const b = bytes[at]!
    if (b !== 32 && b !== 10 && b !== 13 && b !== 9) break
    at++
  }
  c.at = at
}

/** At the opening quote; afterwards behind the closing one, content in `from`…`to`. False: `at` is where it is broken. */
export const readString = (c: JsonCursor): boolean => {
  const { bytes, view, end } = c
  let at = c.at
  if (at >= end || bytes[at] !== 34) return false
  at++
  c.from = at
  c.escaped = false
  for (;;) {
    at = findEscaped(view, at, end)
    if (at >= end || bytes[at] !== 92) break
    c.escaped = true
    const e = at + 1 < end ? bytes[at + 1]! : 0
    if (e === 117) {
      if (at + 6 > end) break
      if (!(isHex(bytes[at + 2]!) && isHex(bytes[at + 3]!) && isHex(bytes[at + 4]!) && isHex(bytes[at + 5]!))) break
      at += 6
      continue
    }
    if (e !== 34 && e !== 92 && e !== 47 && e !== 98 && e !== 102 && e !== 110 && e !== 114 && e !== 116) break
    at += 2
  }
  c.to = at
  if (at >= end || bytes[at] !== 34) {
    c.at = at
    return false
  }
  c.at = at + 1
  return true
}

const digits = (c: JsonCursor): boolean => {
  const { bytes, end } = c
  const from = c.at
  while (c.at < end && bytes[c.at]! >= 48 && bytes[c.at]! <= 57) c.at++
  return c.at > from
}

const readNumber = (c: JsonCursor): boolean => {
  const { bytes, end } = c
  if (bytes[c.at] === 45) c.at++
  const first = c.at
  if (!digits(c)) return false
  if (bytes[first] === 48 && c.at > first + 1) {
    c.at = first + 1
    return false
  }
  if (c.at < end && bytes[c.at] === 46) {
    c.at++
    if (!digits(c)) return false
  }
  if (c.at < end && (bytes[c.at]! | 32) === 101) {
    c.at++
    if (c.at < end && (bytes[c.at] === 43 || bytes[c.at] === 45)) c.at++
    if (!digits(c)) return false
  }
  return true
}

const readWord = (c: JsonCursor, text: string): boolean => {
  for (let i = 0; i < text.length; i++, c.at++) {
    if (c.at >= c.end || c.bytes[c.at] !== text.charCodeAt(i)) return false
  }
  return true
}

const readScalar = (c: JsonCursor): JsonKind => {
  const b = c.at < c.end ? c.bytes[c.at]! : 0
  if (b === 34) return readString(c) ? jsonKind.string : jsonKind.bad
  if (b === 116) return readWord(c, 'true') ? jsonKind.true : jsonKind.bad
  if (b === 102) return readWord(c, 'false') ? jsonKind.false : jsonKind.bad
  if (b === 110) return readWord(c, 'null') ? jsonKind.null : jsonKind.bad
  if (b === 45 || (b >= 48 && b <= 57)) return readNumber(c) ? jsonKind.number : jsonKind.bad
  return jsonKind.bad
}

/** At the name of a member; afterwards at its value, the name in `from`…`to` (`escaped`). */
export const readName = (c: JsonCursor): boolean => {
  skipBlank(c)
  if (!readString(c)) return false
  if (c.bytes[c.at]! <= 32) skipBlank(c)
  if (c.at >= c.end || c.bytes[c.at] !== 58) return false
  c.at++
  if (c.bytes[c.at]! <= 32) skipBlank(c)
  return true
}

/** Closes what ends here and passes the comma; true: a value comes next, false: the outermost is closed. Undefined: bad. */
const afterValue = (c: JsonCursor, depth: number): number => {
  const { bytes, end, open } = c
  let level = depth
  while (level > 0) {
    skipBlank(c)
    const b = c.at < end ? bytes[c.at]! : 0
    const object = open[level] === 1
    if (b === 44) {
      c.at++
      if (object) return readName(c) ? level : -1
      skipBlank(c)
      return level
    }
    if (b !== (object ? 125 : 93)) return -1
    c.at++
    level--
  }
  return 0
}

/** Steps over one value, checking it. Its span is in `from`…`to`; of a string the content is. `at` is behind it. */
export const readValue = (c: JsonCursor): JsonKind => {
  const { bytes, open } = c
  const start = c.at
  const b = start < c.end ? bytes[start]! : 0
  c.depth = 0
  if (b === 34) return readString(c) ? jsonKind.string : jsonKind.bad
  if (b !== 123 && b !== 91) {
    const kind = readScalar(c)
    c.from = start
    c.to = c.at
    return kind
  }
  let level = 0
  let deepest = 0
  do {
    const next = c.at < c.end ? bytes[c.at]! : 0
    if (next === 123 || next === 91) {
      if (level === jsonDepth) {
        c.tooDeep = true
        return jsonKind.bad
      }
      open[++level] = next === 123 ? 1 : 0
      if (level > deepest) deepest = level
      c.at++
      skipBlank(c)
      if (c.at < c.end && bytes[c.at] === (next === 123 ? 125 : 93)) {
        c.at++
        level--
      } else if (next === 123) {
        if (!readName(c)) return jsonKind.bad
        continue
      } else continue
    } else if (readScalar(c) === jsonKind.bad) return jsonKind.bad
    level = afterValue(c, level)
    if (level < 0) return jsonKind.bad
  } while (level > 0)
  c.from = start
  c.to = c.at
  c.depth = deepest
  return b === 123 ? jsonKind.object : jsonKind.array
}

/** At `{`; afterwards inside. */
export const enterObject = (c: JsonCursor): boolean => {
  if (c.at >= c.end || c.bytes[c.at] !== 123) return false
  c.at++
  return true
}

/**
 * The next member of the entered object: 1: `at` is at its name; 0: the object is closed; -1: bad at `at`. `first`: no
 * member was read yet.
 */
export const nextName = (c: JsonCursor, first: boolean): 1 | 0 | -1 => {
  skipBlank(c)
  const b = c.at < c.end ? c.bytes[c.at]! : 0
  if (b === 125) {
    c.at++
    return 0
  }
  if (first) return 1
  if (b !== 44) return -1
  c.at++
  skipBlank(c)
  return 1
}

/** The same, and reads the name: 1: it is in `from`…`to` (`escaped`), `at` is at its value. */
export const nextMember = (c: JsonCursor, first: boolean): 1 | 0 | -1 => {
  const next = nextName(c, first)
  return next !== 1 || readName(c) ? next : -1
}
