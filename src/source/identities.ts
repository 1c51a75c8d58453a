import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/** Bytes of an identity. */
export const identitySize = 16

/** What a client calls a record, whatever its length and bytes, as 16 bytes that no other name has. */
export const recordIdentity = (name: string | Uint8Array): Buffer =>
  hash('sha256', name, 'buffer').subarray(0, identitySize)

/** A group of identities in an `.ids` file: the piece of the segment they came with, their number, CRC-32, then they. */
export interface IdentityGroup {
  readonly piece: number
  readonly bytes: Uint8Array
}
const headSize = 12

export const encodeIdentities = ({ piece, bytes }: IdentityGroup): Buffer => {
  const group = Buffer.allocUnsafe(headSize + bytes.length)
  group.writeUInt32LE(piece, 0)
  group.writeUInt32LE(bytes.length / identitySize, 4)
  group.writeUInt32LE(crc32(bytes), 8)
  group.set(bytes, headSize)
  return group
}

/** Bytes these groups take in an `.ids` file. */
export const encodedSize = (groups: readonly IdentityGroup[]): number =>
  groups.reduce((sum, { bytes }) => sum + headSize + bytes.length, 0)

/** The sound groups from the start of an `.ids` file; none where there is no file. */
export const readIdentities = async (path: string): Promise<readonly IdentityGroup[]> => {
  const all = await readFile(path).catch(() => Buffer.alloc(0))
  const groups: IdentityGroup[] = []
  for (let at = 0; at + headSize <= all.length; ) {
    const next = at + headSize + all.readUInt32LE(at + 4) * identitySize
    if (next > all.length) break
    const bytes = all.subarray(at + headSize, next)
    if (crc32(bytes) !== all.readUInt32LE(at + 8)) break
    groups.push({ piece: all.readUInt32LE(at), bytes })
    at = next
  }
  return groups
}

/** A set of identities: 16 bytes each and as much again, where a `Set` of texts takes a hundred. */
export interface IdentitySet {
  readonly count: number
  has(identity: Uint8Array): boolean
  add(identity: Uint8Array): void
}

const leastSlots = 64

export const createIdentitySet = (): IdentitySet => {
  let slots = new Uint32Array(leastSlots * 4)
  let count = 0
  const words = new Uint32Array(4)
  const asBytes = new Uint8Array(words.buffer)
  /** Where `words` is, or would be; all zero is never an identity's own value, so it marks an empty slot. */
  const place = (): number => {
    const mask = slots.length / 4 - 1
    for (let slot = words[0]! & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4
      if (slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0) return at
      if (
        slots[at] === words[0] &&
        slots[at + 1] === words[1] &&
        slots[at + 2] === words[2] &&
        slots[at + 3] === words[3]
      )
        return at
    }
  }
  const isThere = (at: number): boolean =>
    slots[at] !== 0 || slots[at + 1] !== 0 || slots[at + 2] !== 0 || slots[at + 3] !== 0
  const grow = (): void => {
    const old = slots
    slots = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += 4) {
      words.set(old.subarray(at, at + 4))
      if (words.some((word) => word !== 0)) slots.set(words, place())
    }
  }
  return {
    get count() {
      return count
    },
    has(identity) {
      asBytes.set(identity)
      return isThere(place())
    },
    add(identity) {
      if (count * 8 >= slots.length) {
        grow()
      }
      asBytes.set(identity)
      const at = place()
      if (isThere(at)) return
      slots.set(words, at)
      count++
    },
  }
}
