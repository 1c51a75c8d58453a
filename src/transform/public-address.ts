import { parseCidr } from '../event/ip.ts'

/** Networks no public database can place: IANA's special-purpose registries, documentation, multicast and the unassigned rest. */
const special = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3', '::/127', '2001:db8::/32', 'fc00::/7', 'fe80::/10', 'ff00::/8',
].map((text) => parseCidr(text)!) // biome-ignore format: one list, read across

const compare = (bytes: Uint8Array, at: number, other: Uint8Array): number => {
  for (let i = 0; i < 16; i++) if (bytes[at + i] !== other[i]) return bytes[at + i]! - other[i]!
  return 0
}

/** Whether the 16 bytes at `at` are an address routed on the internet. */
export const isPublic = (bytes: Uint8Array, at: number): boolean => {
  for (const { from, to } of special) if (compare(bytes, at, from) >= 0 && compare(bytes, at, to) <= 0) return false
  return true
}
