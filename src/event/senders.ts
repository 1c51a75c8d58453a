import { absent } from './column.ts'

/** Who sent the records of a block, as they came to us: address by record. */
export interface Senders {
  readonly addresses: readonly string[]
  /** Index in `addresses`; `absent`: not known. */
  readonly code: Uint32Array
}

/** Of an address a record; undefined where none is known. */
export const sendersOf = (given: readonly (string | undefined)[]): Senders | undefined => {
  const codes = new Map<string, number>()
  const code = new Uint32Array(given.length).fill(absent)
  for (const [row, address] of given.entries()) {
    if (address === undefined || address === '') continue
    let own = codes.get(address)
    if (own === undefined) codes.set(address, (own = codes.size))
    code[row] = own
  }
  return codes.size === 0 ? undefined : { addresses: [...codes.keys()], code }
}

/** The address a record of a block was sent from. */
export const senderAt = (senders: Senders | undefined, row: number): string | undefined =>
  senders?.addresses[senders.code[row]!]
