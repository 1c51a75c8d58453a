import type { BodyScan } from './body-scan.ts'
import { encode } from './encode.ts'
import { sameAsAny, sameBytes } from './step.ts'

/** So many whole headers inside of one quotation are too many to be text of it. */
const most = 16

/** Whether text of a body that looks like a header is one: see `Body.sure`. Numbers tell how many lines ago; 0: no. */
export interface Doubt {
  /** A line inside of a quotation; one that `starts` may begin a header. When a record began after all. */
  line(bytes: Uint8Array, start: number, end: number, starts: boolean): number
  /** A line outside of them: when a header that is whole now began. */
  pass(bytes: Uint8Array, start: number, end: number): number
  /** The line told last, outside of quotations, may begin a header. */
  suspect(): void
  /** At the end: when a header began that never was of the text. */
  left(): number
  reset(): void
}

/** Makes one for each scan of the records' bodies. */
export const doubtsOf = (header: readonly string[], sure: string): ((scan: BodyScan) => Doubt) => {
  const headers = header.map(encode)
  const last = encode(sure)
  return (scan) => doubtOf(scan, headers, last)
}

const doubtOf = (scan: BodyScan, headers: readonly Uint8Array[], last: Uint8Array): Doubt => {
  // Lines told since a header began, inside or outside of a quotation, and since the first whole one inside; -1: none did.
  let inside = -1
  let outside = -1
  let first = -1
  let serial = 0
  let whole = 0
  const age = (): void => {
    if (inside >= 0) inside++
    if (outside >= 0) outside++
    if (first >= 0) first++
  }
  return {
    line(bytes, start, end, starts) {
      age()
      outside = -1
      if (starts && inside < 0) inside = 0
      else if (inside < 0) return 0
      else if (!sameAsAny(headers, bytes, start, end)) inside = -1
      else if (sameBytes(bytes, start, end, last)) {
        if (first >= 0 && (serial !== scan.serial() || ++whole === most)) return first
        if (first < 0) {
          first = inside
          serial = scan.serial()
          whole = 1
        }
        inside = -1
      }
      return 0
    },
    pass(bytes, start, end) {
      age()
      inside = -1
      if (outside < 0) return 0
      if (!sameAsAny(headers, bytes, start, end)) outside = -1
      return outside >= 0 && sameBytes(bytes, start, end, last) ? outside : 0
    },
    suspect() {
      if (outside < 0) outside = 0
    },
    left: () => (scan.mayEnd() ? outside : first) + 1,
    reset() {
      inside = outside = first = -1
    },
  }
}
