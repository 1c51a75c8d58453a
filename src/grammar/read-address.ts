import { longestIp, parseV4, parseV6, shortestIp } from '../event/ip.ts'

// Of IPv4 only the last four bytes change: the others are not written for each address.
const v4 = new Uint8Array(16).fill(255, 10, 12)
const v6 = new Uint8Array(16)
const v4View = new DataView(v4.buffer)
const v6View = new DataView(v6.buffer)

/** The address read last: 16 bytes, IPv4 as v4-mapped. */
export const address = { bytes: v4, view: v4View }

/** Whether text is an address, whole. */
export const readAddress = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from < shortestIp || to - from > longestIp) return false
  const isV4 = parseV4(bytes, from, to, v4, 12)
  if (!isV4 && !parseV6(bytes, from, to, v6, 0)) return false
  address.bytes = isV4 ? v4 : v6
  address.view = isV4 ? v4View : v6View
  return true
}
