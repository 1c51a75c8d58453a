import { absent } from '../event/column.ts'
import { findEither, fourfold } from '../memory/wide.ts'
import { fail, type Machine } from './machine.ts'
import { address, readAddress } from './read-address.ts'
import { spanText } from './read-text.ts'
import { putIp, putNumber, putText } from './slot.ts'
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

/**
 * Splits `host:port`: the host, without the brackets of an IPv6 address, is left in `m.first` … `m.second`, the port
 * goes into a slot. `sure`: what stands behind the last colon is a port, or none where nothing does.
 */
export const splitHost = (m: Machine, from: number, to: number, portSlot: number, sure: boolean): void => {
  const { bytes } = m
  let end = to
  let port = 0
  let at = to
  while (at > from && bytes[at - 1]! >= 48 && bytes[at - 1]! <= 57) at--
  if (at > from && (at < to || sure) && to - at <= 5 && bytes[at - 1] === 58) {
    for (let i = at; i < to; i++) port = port * 10 + bytes[i]! - 48
    end = at - 1
    if (at < to && port <= 65535) putNumber(m, portSlot, port, bytes[at] === 48 && to - at > 1 ? absent : at, to)
  }
  const bracketed = end - from >= 2 && bytes[from] === 91 && bytes[end - 1] === 93
  m.first = bracketed ? from + 1 : from
  m.second = bracketed ? end - 1 : end
}

/** Domain and port; what stands before `@` is left out. */
const authority = (m: Machine, s: Step, from: number, to: number): void => {
  let start = from
  for (let at = from; at < to; at++) if (m.bytes[at] === 64) start = at + 1
  splitHost(m, start, to, s.beside[4]!, false)
  if (m.second > m.first) putText(m, s.beside[3]!, m.first, m.second)
}

/** `s.beside`: slots of port, address, name; `s.number` 1: a port is sure to be there. */
export const spanHost = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes } = m
  for (let at = from; at < to; at++) {
    if (bytes[at] === 32 || bytes[at] === 9) return fail(m, 'bad_value', at, s.expected, s.field)
  }
  if (from === to) return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  const sure = s.number === 1
  // `2001:db8::5` without brackets ends in no port.
  let isIp = !sure && readAddress(bytes, from, to)
  if (isIp) {
    m.first = from
    m.second = to
  } else {
    splitHost(m, from, to, s.beside[0]!, sure)
    if (m.first === m.second) return true
    isIp = readAddress(bytes, m.first, m.second)
  }
  putText(m, s.slot, m.first, m.second)
  if (isIp) putIp(m, s.beside[1]!, address.view)
  else putText(m, s.beside[2]!, m.first, m.second)
  return true
}

const question = fourfold(63)
const hash = fourfold(35)

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
  at = findEither(m.view, at, to, question, hash)
  if (at > path) putText(m, s.beside[0]!, path, at)
  if (at < to && bytes[at] === 63) {
    const query = at + 1
    at = findEither(m.view, query, to, hash, hash)
    if (at > query) putText(m, s.beside[1]!, query, at)
  }
  return true
}
