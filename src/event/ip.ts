/**
 * IP addresses as 16 bytes, IPv4 as v4-mapped (`::ffff:0:0/96`), so that one order and one comparison serve both.
 * Read as inet_pton does (RFC 4291 §2.2), printed by RFC 5952; v4-mapped ones print as IPv4, as both engines do.
 */

/** First and last address of a network, 16 bytes each, both included. */
export interface IpRange {
  readonly from: Uint8Array
  readonly to: Uint8Array
}

/** Bytes of text that an address has. */
export const shortestIp = 2
export const longestIp = 45

const colon = 0x3a
const dot = 0x2e

const hexOf = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Four decimal octets without leading zeros into `out[at…at+3]`. */
export const parseV4 = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean => {
  let i = start
  for (let part = 0; ; part++) {
    let value = i < end ? bytes[i++]! - 0x30 : -1
    if (value < 0 || value > 9) return false
    for (const stop = value === 0 ? i : Math.min(end, i + 2); i < stop; i++) {
      const digit = bytes[i]! - 0x30
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (value > 255) return false
    out[at + part] = value
    if (part === 3) return i === end
    if (i >= end || bytes[i++] !== dot) return false
  }
}

/** The others, into `out[at…at+15]`. Text of two characters at least. */
export const parseV6 = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean => {
  // Its first group ends within five bytes. Most of what is asked for is a name, or has a port behind it.
  let first = start
  while (first < end && first < start + 5 && bytes[first] !== colon) first++
  if (first === end || bytes[first] !== colon) return false
  let to = at
  let gap = -1
  let i = start
  if (bytes[i] === colon) {
    if (end - i < 2 || bytes[i + 1] !== colon) return false
    gap = to
    i += 2
  }
  while (i < end) {
    if (to === at + 16) return false
    const group = i
    let value = 0
    while (i < end && i - group < 4) {
      const digit = hexOf(bytes[i]!)
      if (digit < 0) break
      value = value * 16 + digit
      i++
    }
    if (i < end && bytes[i] === dot) {
      if (to > at + 12 || !parseV4(bytes, group, end, out, to)) return false
      to += 4
      break
    }
    if (i === group) return false
    out[to++] = value >> 8
    out[to++] = value & 255
    if (i === end) break
    if (bytes[i] !== colon || i + 1 === end) return false
    i++
    if (bytes[i] === colon) {
      if (gap >= 0) return false
      gap = to
      i++
    }
  }
  if (gap < 0) return to === at + 16
  if (to === at + 16) return false
  const tail = to - gap
  out.copyWithin(at + 16 - tail, gap, to)
  out.fill(0, gap, at + 16 - tail)
  return true
}

/**
 * Reads the address that `bytes[start, end)` is, whole, into `out[at…at+15]`. False where it is none (a name, a
 * zone id, a port, leading zeros in an octet); `out` then holds rubbish there.
 */
export const parseIp = (bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): boolean => {
  if (end - start < shortestIp || end - start > longestIp) return false
  if (!parseV4(bytes, start, end, out, at + 12)) return parseV6(bytes, start, end, out, at)
  for (let i = at; i < at + 10; i++) out[i] = 0
  out[at + 10] = 255
  out[at + 11] = 255
  return true
}

/** Prints the 16 bytes at `at`: `10.0.0.1`, `2001:db8::1`. */
export const printIp = (bytes16: Uint8Array, at: number): string => {
  let leading = 0
  while (leading < 10 && bytes16[at + leading] === 0) leading++
  if (leading === 10 && bytes16[at + 10] === 255 && bytes16[at + 11] === 255)
    return `${bytes16[at + 12]}.${bytes16[at + 13]}.${bytes16[at + 14]}.${bytes16[at + 15]}`
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push(bytes16[at + i]! * 256 + bytes16[at + i + 1]!)
  // The longest run of two or more zero groups is shortened, the first of equals (RFC 5952 §4.2).
  let best = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groups[i + run] === 0) run++
    if (run > length) {
      best = i
      length = run
    }
    i += run
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  return best < 0 ? hex(0, 8) : `${hex(0, best)}::${hex(best + length, 8)}`
}

const encoder = new TextEncoder()

/** The address that `text` is, as 16 bytes; undefined where it is none. */
export const ipOf = (text: string): Uint8Array | undefined => {
  const bytes = encoder.encode(text)
  const out = new Uint8Array(16)
  return parseIp(bytes, 0, bytes.length, out, 0) ? out : undefined
}

/** The network that `text` is (`10.0.0.0/8`, `2001:db8::/32`; host bits are ignored); undefined where it is none. */
export const parseCidr = (text: string): IpRange | undefined => {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const length = text.slice(slash + 1)
  const address = ipOf(text.slice(0, slash))
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const most = text.slice(0, slash).includes(':') ? 128 : 32
  if (Number(length) > most) return undefined
  const bits = Number(length) + 128 - most
  const from = address.slice()
  const to = address.slice()
  for (let i = 0; i < 16; i++) {
    const host = 0xff >> Math.min(8, Math.max(0, bits - i * 8))
    from[i]! &= ~host
    to[i]! |= host
  }
  return { from, to }
}

/** 32 lower-case hex digits; their order is the addresses' order. */
export const hexIp = (bytes16: Uint8Array, at = 0): string => {
  let text = ''
  for (let i = at; i < at + 16; i++) text += (bytes16[i]! + 256).toString(16).slice(1)
  return text
}
