import { BlockList, isIP } from 'node:net'

/** Whether an address is that of a proxy which is believed about whom it speaks for. */
export type IsProxy = (address: string) => boolean

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Reads addresses and networks, `10.0.0.0/8`; undefined where one is neither. */
export const parseProxies = (texts: readonly string[]): IsProxy | undefined => {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', prefix, more] = text.split('/')
    if (isIP(address) === 0 || more !== undefined) return undefined
    const bits = prefix === undefined ? Number.NaN : Number(prefix)
    if (prefix === undefined) list.addAddress(address, familyOf(address))
    else if (/^\d{1,3}$/.test(prefix) && bits <= (isIP(address) === 6 ? 128 : 32))
      list.addSubnet(address, bits, familyOf(address))
    else return undefined
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address))
}
