import { fail, type Machine } from './machine.ts'
import { address, readAddress } from './read-address.ts'
import { opened, putIp, putText } from './slot.ts'
import { isBlank, type Step, sameBytes } from './step.ts'

/** Not of private, shared, loopback, link-local or unspecified space. Asks about the address read last. */
const isPublic = (): boolean => {
  const p = address.bytes
  let v4 = p[10] === 255 && p[11] === 255
  for (let i = 0; v4 && i < 10; i++) v4 = p[i] === 0
  if (v4) {
    const a = p[12]!
    const b = p[13]!
    if (a === 0 || a === 10 || a === 127 || a >= 224) return false
    return !(
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && b === 168) ||
      (a === 169 && b === 254) ||
      (a === 100 && b >= 64 && b <= 127)
    )
  }
  if ((p[0]! & 0xfe) === 0xfc || p[0] === 0xff || (p[0] === 0xfe && (p[1]! & 0xc0) === 0x80)) return false
  for (let i = 0; i < 15; i++) if (p[i] !== 0) return true
  return false
}

const isPart = (b: number): boolean => (b >= 48 && b <= 58) || b === 46 || (b >= 97 && b <= 102) || (b >= 65 && b <= 70)

export const readIp = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  let at = from
  while (at < limit && ((bytes[at]! >= 48 && bytes[at]! <= 57) || bytes[at] === 46)) at++
  while (at > from && bytes[at - 1] === 46) at--
  // IPv4 first, for what follows may be `:8080`.
  if (at === from || !readAddress(bytes, from, at)) {
    while (at < limit && isPart(bytes[at]!)) at++
    // A literal `:` or `.` behind the address is not of it.
    while (at > from && !readAddress(bytes, from, at)) {
      const last = bytes[at - 1]
      if (last !== 58 && last !== 46) return fail(m, 'bad_value', from, s.expected, s.field)
      at--
    }
  }
  if (at === from) return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  putIp(m, s.slot, address.view)
  m.at = at
  return true
}

const socket = new TextEncoder().encode('unix:')
/** Sockets are no addresses to list. */
const isSocket = (bytes: Uint8Array, from: number, to: number): boolean => sameBytes(bytes, from, to, socket)

const putListed = (m: Machine, listAt: number, from: number, to: number): void => {
  const { cell } = m
  const list = opened(m, listAt)
  m.cell = list.cursor++
  list.start[m.cell] = from
  list.end[m.cell] = to
  m.cell = cell
}

/** `s.beside`: slots of the address as an IP and of the list; -1 for none. */
export const spanAddress = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes } = m
  const listAt = s.beside[1]!
  if (readAddress(bytes, from, to)) {
    putText(m, s.slot, from, to)
    putIp(m, s.beside[0]!, address.view)
    if (listAt >= 0) putListed(m, listAt, from, to)
    return true
  }
  if (from === to) return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  if (listAt >= 0 && bytes[from] === 34) return addressList(m, s, from, to)
  for (let at = from; at < to; at++) {
    const b = bytes[at]!
    if (b === 44 && listAt >= 0) return addressList(m, s, from, to)
    if (isBlank(b)) return fail(m, 'bad_value', at, s.expected, s.field)
  }
  putText(m, s.slot, from, to)
  if (listAt >= 0 && !isSocket(bytes, from, to)) putListed(m, listAt, from, to)
  return true
}

const addressList = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes } = m
  const listAt = s.beside[1]!
  let chosen = -1
  let chosenEnd = -1
  let open = false
  let start = from
  for (let at = from; at <= to; at++) {
    const b = at < to ? bytes[at] : 44
    if (b !== 44 && b !== 34 && !isBlank(b)) continue
    if (at > start) {
      if (!isSocket(bytes, start, at)) putListed(m, listAt, start, at)
      const isOpen: boolean = !open && readAddress(bytes, start, at) && isPublic()
      if (isOpen || chosen < 0) {
        open = isOpen
        chosen = start
        chosenEnd = at
      }
    }
    start = at + 1
  }
  if (chosen < 0) return fail(m, 'bad_value', from, s.expected, s.field)
  putText(m, s.slot, chosen, chosenEnd)
  if (readAddress(bytes, chosen, chosenEnd)) putIp(m, s.beside[0]!, address.view)
  return true
}
