import { type JsonCursor, readString, setJson } from '../event/json-reader.ts'
import { findEscaped, writeEscaped } from '../event/json-text.ts'
import { copyWide } from '../memory/wide.ts'
import type { Machine } from './machine.ts'

/** JSON text as a JSON string: quotes and backslashes escaped; blanks between tokens may be line ends and tabs. */
export const quoteJson = (m: Machine, from: number, to: number): { readonly start: number; readonly end: number } => {
  const { bytes } = m
  const start = m.scratch.take((to - from) * 2 + 2)
  let at = start
  bytes[at++] = 34
  for (let i = from; i < to; i++) {
    const b = bytes[i]!
    if (b === 34 || b === 92) bytes[at++] = 92
    bytes[at++] = Math.max(b, 32)
  }
  bytes[at++] = 34
  return { start, end: at }
}

/** Text as a JSON string: as `quoteJson`, and control characters that stand in text are escaped. */
export const quoteText = (m: Machine, from: number, to: number): { readonly start: number; readonly end: number } => {
  const { bytes, scratch, view } = m
  // Most texts are plain: nothing in them has to be told otherwise.
  const plain = findEscaped(view, from, to) === to
  const start = scratch.take((plain ? to - from : (to - from) * 6 + 8) + 2)
  bytes[start] = 34
  const end = plain ? copyWide(view, from, to, view, start + 1) : writeEscaped(m, from, to, start + 1)
  bytes[end] = 34
  return { start, end: end + 1 }
}

// Names of the objects that are open: where each begins and ends, and where those of each object begin. Used again, for a
// value of each record may be asked about.
const starts: number[] = []
const ends: number[] = []
const opened: number[] = []
const isObject: boolean[] = []

/**
 * Whether an object in a well-formed value names a member twice, or may do so (an escaped name): engines refuse such
 * documents whole. Objects of many members are taken to: comparing is quadratic, reading them anew is not.
 */
export const repeatsKeys = (bytes: Uint8Array, from: number, to: number, c: JsonCursor): boolean => {
  const many = 64
  let names = 0
  let level = 0
  setJson(c, bytes, from, to)
  let expectKey = false
  while (c.at < to) {
    const b = bytes[c.at]!
    if (b === 123 || b === 91) {
      opened[level] = names
      isObject[level++] = b === 123
      expectKey = b === 123
      c.at++
    } else if (b === 125 || b === 93) {
      names = opened[--level]!
      expectKey = false
      c.at++
    } else if (b === 34) {
      readString(c)
      if (!expectKey) continue
      expectKey = false
      if (c.escaped) return true
      const first = opened[level - 1]!
      if (names - first >= many) return true
      const length = c.to - c.from
      for (let i = first; i < names; i++) {
        if (ends[i]! - starts[i]! !== length) continue
        let k = 0
        while (k < length && bytes[starts[i]! + k] === bytes[c.from + k]) k++
        if (k === length) return true
      }
      starts[names] = c.from
      ends[names++] = c.to
    } else {
      if (b === 44) expectKey = level > 0 && isObject[level - 1]!
      c.at++
    }
  }
  return false
}

/** `JSON.parse` as V8 has it since 2024 (https://tc39.es/proposal-json-parse-with-source/): numbers keep their digits. */
interface WithSource {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON(text: string): unknown
}
const withSource = JSON as unknown as WithSource

/** The JSON text with one member a name: the last. */
export const withoutRepeats = (text: string): string =>
  JSON.stringify(
    withSource.parse(text, (_, value, { source }) =>
      typeof value === 'number' && source !== undefined ? withSource.rawJSON(source) : value,
    ),
  )
