import { absent } from '../event/column.ts'
import type { Machine } from './machine.ts'
import { spanText } from './read-text.ts'
import { putNumber, putText } from './slot.ts'
import type { Step } from './step.ts'

const isSchemePart = (b: number): boolean => {
  const low = b | 32
  return (low >= 97 && low <= 122) || (b >= 48 && b <= 57) || b === 43 || b === 45 || b === 46
}

/** The end of `scheme` in `scheme://`, or -1. */
const schemeEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to && isSchemePart(bytes[at]!)) at++
  const letter = from < to ? bytes[from]! | 32 : 0
  if (letter < 97 || letter > 122 || at + 2 >= to) return -1
  return bytes[at] === 58 && bytes[at + 1] === 47 && bytes[at + 2] === 47 ? at : -1
}

/** Domain and port; what stands before `@` is left out. Brackets of an IPv6 address are not part of the domain. */
const authority = (m: Machine, s: Step, from: number, to: number): void => {
  const { bytes } = m
  let start = from
  for (let at = from; at < to; at++) if (bytes[at] === 64) start = at + 1
  let end = to
  let port = 0
  let at = to
  while (at > start && bytes[at - 1]! >= 48 && bytes[at - 1]! <= 57) at--
  if (at > start && at < to && to - at <= 5 && bytes[at - 1] === 58) {
    for (let i = at; i < to; i++) port = port * 10 + bytes[i]! - 48
    end = at - 1
    if (port <= 65535) putNumber(m, s.beside[4]!, port, bytes[at] === 48 && to - at > 1 ? absent : at, to)
  }
  if (end - start >= 2 && bytes[start] === 91 && bytes[end - 1] === 93) putText(m, s.beside[3]!, start + 1, end - 1)
  else if (end > start) putText(m, s.beside[3]!, start, end)
}

/** `s.beside`: slots of path, query, scheme, domain, port. */
export const spanUrl = (m: Machine, s: Step, from: number, to: number): boolean => {
  if (!spanText(m, s, from, to)) return false
  const { bytes } = m
  let at = from
  if (bytes[from] !== 47) {
    const scheme = schemeEnd(bytes, from, to)
    if (scheme < 0) return true
    putText(m, s.beside[2]!, from, scheme)
    const host = scheme + 3
    at = host
    while (at < to && bytes[at] !== 47 && bytes[at] !== 63 && bytes[at] !== 35) at++
    authority(m, s, host, at)
  }
  const path = at
  while (at < to && bytes[at] !== 63 && bytes[at] !== 35) at++
  if (at > path) putText(m, s.beside[0]!, path, at)
  if (at < to && bytes[at] === 63) {
    const query = at + 1
    at = query
    while (at < to && bytes[at] !== 35) at++
    if (at > query) putText(m, s.beside[1]!, query, at)
  }
  return true
}
