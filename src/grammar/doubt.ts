import type { BodyScan } from './body-scan.ts'
import { encode } from './encode.ts'
import { sameBytes } from './step.ts'

/** So many whole headers inside of one quotation are too many to be text of it. */
const most = 16

/** Whether text inside of a quotation, that looks like a record, is one because the quotation never was: see `Body.sure`. */
export interface Doubt {
  /** A line inside of a quotation; `start`s may begin a header. How many lines ago a record began after all; 0: none did. */
  line(bytes: Uint8Array, start: number, end: number, starts: boolean): number
  /** A line outside. */
  pass(): void
  /** How many lines ago the first whole header was told; 0: none was. */
  left(): number
  reset(): void
}

export const doubtOf = (scan: BodyScan, header: readonly string[], sure: string): Doubt => {
  const headers = header.map(encode)
  const last = encode(sure)
  // Lines told since; -1: there is none.
  let candidate = -1
  let first = -1
  let serial = 0
  let whole = 0
  const age = (): void => {
    if (candidate >= 0) candidate++
    if (first >= 0) first++
  }
  return {
    line(bytes, start, end, starts) {
      age()
      if (starts && candidate < 0) candidate = 0
      else if (candidate < 0) return 0
      else if (!headers.some((text) => sameBytes(bytes, start, end, text))) candidate = -1
      else if (sameBytes(bytes, start, end, last)) {
        if (first >= 0 && (serial !== scan.serial || ++whole === most)) return first
        if (first < 0) {
          first = candidate
          serial = scan.serial
          whole = 1
        }
        candidate = -1
      }
      return 0
    },
    pass() {
      age()
      candidate = -1
    },
    left: () => first + 1,
    reset() {
      candidate = first = -1
    },
  }
}
