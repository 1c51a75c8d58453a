import type { Machine } from './machine.ts'
import { isSet } from './slot.ts'
import { sameBytes } from './step.ts'

/** A field that a record lacks, and the member it would be read from. */
export interface Missing {
  readonly name: string
  readonly field: string
}
/** What has to be there by the text of a slot: slots, and the names they are missed by. */
export interface Needs {
  readonly slot: number
  readonly by: readonly {
    readonly text: Uint8Array
    readonly needed: readonly (Missing & { readonly slot: number })[]
  }[]
}

/** Adds what this record lacks of what it needs. */
export const addLacking = (m: Machine, { slot, by }: Needs, missing: Missing[]): void => {
  const text = m.slots[slot]
  if (text === undefined || !isSet(m, text)) return
  const from = text.start[m.row]!
  const to = text.end[m.row]!
  for (let i = 0; i < by.length; i++) {
    const one = by[i]!
    if (one.text.length !== to - from || !sameBytes(m.bytes, from, to, one.text)) continue
    for (let k = 0; k < one.needed.length; k++) {
      const held = m.slots[one.needed[k]!.slot]
      if (held !== undefined && !isSet(m, held)) missing.push(one.needed[k]!)
    }
    return
  }
}
