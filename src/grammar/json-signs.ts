import { encode } from './encode.ts'
import type { Op } from './form.ts'
import type { Machine } from './machine.ts'

/** For each member that has to be there: its key as it stands in a record, or one of its keys. */
export type Signs = readonly (readonly Uint8Array[])[]

/** What the text of every record of a JSON format holds; undefined where that tells nothing. */
export const signsOf = ([op]: readonly Op[]): Signs | undefined => {
  if (op?.op !== 'json' || op.nested !== undefined) return undefined
  const signs = op.members
    .filter(({ required, there }) => required || there === true)
    // `{"a":{"b":1}}` and `{"a.b":1}` are both `a.b`.
    .map(({ keys }) => keys.map((key) => encode(`${key.slice(key.lastIndexOf('.') + 1)}"`)))
  return signs.length === 0 ? undefined : signs
}

const escaped = encode('\\u')

/** Whether the record may be of the format, by a look at its bytes alone: keys may be written in escapes. */
export const mayHold = (m: Machine, start: number, end: number, signs: Signs): boolean => {
  const text = m.node.subarray(start, end)
  for (let i = 0; i < signs.length; i++) if (!holdsOne(text, signs[i]!)) return text.includes(escaped)
  return true
}

const holdsOne = (text: Buffer, keys: readonly Uint8Array[]): boolean => {
  for (let i = 0; i < keys.length; i++) if (text.includes(keys[i]!)) return true
  return false
}
