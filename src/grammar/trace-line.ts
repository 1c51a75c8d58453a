import { findEither, fourfold } from '../memory/wide.ts'

const lineFeed = fourfold(10)

/** Where the line behind the one at `from` begins; the end where there is none. */
export const nextLine = (view: DataView, from: number, end: number): number =>
  Math.min(end, findEither(view, from, end, lineFeed, lineFeed) + 1)
/** Where the text of the line [from, next) ends. */
export const textEnd = (bytes: Uint8Array, from: number, next: number): number => {
  let to = next
  if (to > from && bytes[to - 1] === 10) to--
  if (to > from && bytes[to - 1] === 13) to--
  return to
}

/** Letters, digits and what dotted names of inner classes hold: `shop.pay.<locals>.Refused`. */
export const isName = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (from === to || (bytes[from]! >= 48 && bytes[from]! <= 57)) return false
  for (let at = from; at < to; at++) {
    const b = bytes[at]!
    const isLetter = (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b >= 128 || b === 95
    if (!isLetter && !(b >= 46 && b <= 57 && b !== 47) && b !== 60 && b !== 62 && b !== 36) return false
  }
  return true
}
