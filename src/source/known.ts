import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createIdentitySet, type IdentitySet, identitySize, readIdentities } from './identities.ts'

/** The identities of the records kept lately, segment by segment. */
export interface Known {
  has(identity: Uint8Array): boolean
  /** Identities that came with a segment, one after another. */
  add(segment: number, identities: Uint8Array): void
  /** Forgets the oldest segments' beyond what is remembered; `isThere`: the segment still lies in the spool. */
  trim(isThere: (segment: number) => boolean): Promise<void>
}

/** So many are remembered at least, of so many segments at most. */
const most = 1 << 20
const mostSegments = 64

const nameForm = /^(\d{15})\.ids$/

const addAll = (set: IdentitySet, identities: Uint8Array): void => {
  for (let at = 0; at < identities.length; at += identitySize) set.add(identities.subarray(at, at + identitySize))
}

export const openKnown = async (directory: string): Promise<Known> => {
  const sets = new Map<number, IdentitySet>()
  for (const name of (await readdir(directory)).sort()) {
    const number = nameForm.exec(name)?.[1]
    if (number === undefined) continue
    const set = createIdentitySet()
    for (const { bytes } of await readIdentities(join(directory, name))) addAll(set, bytes)
    sets.set(Number(number), set)
  }
  return {
    has(identity) {
      for (const set of sets.values()) if (set.has(identity)) return true
      return false
    },
    add(segment, identities) {
      let set = sets.get(segment)
      if (set === undefined) sets.set(segment, (set = createIdentitySet()))
      addAll(set, identities)
    },
    async trim(isThere) {
      let sum = 0
      for (const { count } of sets.values()) sum += count
      for (const [segment, { count }] of sets) {
        if ((sum - count < most && sets.size <= mostSegments) || isThere(segment)) break
        sets.delete(segment)
        sum -= count
        await rm(join(directory, `${String(segment).padStart(15, '0')}.ids`), { force: true })
      }
    },
  }
}
