import { isIPv4, isIPv6 } from 'node:net'

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * What limits count an address under: IPv4 as it is, also where it is written as IPv6; of IPv6 the /64, since one
 * machine has a whole one to choose its addresses from.
 */
export const addressKey = (address: string | undefined): string => {
  const plain = (address ?? '').split('%', 1)[0]!
  const four = mapped.exec(plain)?.[1]
  if (four !== undefined || isIPv4(plain)) return four ?? plain
  if (!isIPv6(plain)) return 'unknown'
  // RFC 5952, by the URL parser.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return `${[...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')}::/64`
}
