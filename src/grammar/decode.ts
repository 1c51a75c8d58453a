import { decodeEscapes } from '../event/json-escapes.ts'
import type { Machine } from './machine.ts'

const hex = (b: number): number =>
  b >= 48 && b <= 57 ? b - 48 : b >= 65 && b <= 70 ? b - 55 : b >= 97 && b <= 102 ? b - 87 : -1

/** The byte that `\xHH` at `i` stands for; -1 where there is none. */
const hexEscape = (bytes: Uint8Array, i: number, to: number): number => {
  if (i + 3 >= to || bytes[i + 1] !== 120) return -1
  const high = hex(bytes[i + 2]!)
  const low = hex(bytes[i + 3]!)
  return high >= 0 && low >= 0 ? (high << 4) | low : -1
}

/** Decodes `\xHH`, `\"` and `\\` to `at` in the same bytes; returns the end. Any other backslash is kept. */
export const decodeHex = (bytes: Uint8Array, from: number, to: number, at: number): number => {
  let w = at
  for (let i = from; i < to; i++) {
    const b = bytes[i]!
    if (b === 92) {
      const value = hexEscape(bytes, i, to)
      if (value >= 0) {
        bytes[w++] = value
        i += 3
        continue
      }
      if (i + 1 < to && (bytes[i + 1] === 34 || bytes[i + 1] === 92)) i++
    }
    bytes[w++] = bytes[i]!
  }
  return w
}

/** Decodes `\xHH`, `\v` and the escapes of JSON strings to `at` in the same bytes; returns the end. */
export const decodeAny = (bytes: Uint8Array, from: number, to: number, at: number): number => {
  let w = at
  let start = from
  for (let i = from; i < to; i++) {
    if (bytes[i] !== 92) continue
    const value = hexEscape(bytes, i, to)
    // Apache writes a vertical tab so, JSON has no such escape.
    const isTab = value < 0 && i + 1 < to && bytes[i + 1] === 118
    if (value >= 0 || isTab) {
      w = decodeEscapes(bytes, start, i, bytes, w)
      bytes[w++] = isTab ? 11 : value
      i += isTab ? 1 : 3
      start = i + 1
    } else i++
  }
  return decodeEscapes(bytes, start, to, bytes, w)
}

/** Decodes `#HH` to `at` in the same bytes; returns the end. */
export const decodeHash = (bytes: Uint8Array, from: number, to: number, at: number): number => {
  let w = at
  for (let i = from; i < to; i++) {
    const b = bytes[i]!
    const high = b === 35 && i + 2 < to ? hex(bytes[i + 1]!) : -1
    const low = high < 0 ? -1 : hex(bytes[i + 2]!)
    if (low < 0) bytes[w++] = b
    else {
      bytes[w++] = (high << 4) | low
      i += 2
    }
  }
  return w
}

/** RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
const isUtf8 = (bytes: Uint8Array, from: number, to: number): boolean => {
  let i = from
  while (i < to) {
    const b = bytes[i]!
    if (b < 0x80) {
      i++
      continue
    }
    const more = b >= 0xc2 && b <= 0xdf ? 1 : b >= 0xe0 && b <= 0xef ? 2 : b >= 0xf0 && b <= 0xf4 ? 3 : 0
    if (more === 0 || i + more >= to) return false
    const second = bytes[i + 1]!
    const low = b === 0xe0 ? 0xa0 : b === 0xf0 ? 0x90 : 0x80
    const high = b === 0xed ? 0x9f : b === 0xf4 ? 0x8f : 0xbf
    if (second < low || second > high) return false
    for (let k = 2; k <= more; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return false
    i += more + 1
  }
  return true
}

/** Undefined: the bytes are UTF-8. Else where they stand with U+FFFD in place of what is not. */
export const soundText = (
  m: Machine,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } | undefined =>
  isUtf8(m.bytes, from, to) ? undefined : m.scratch.write(m.node.toString('utf8', from, to))
