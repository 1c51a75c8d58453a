import { defaultMaxBytes, type Framing } from '../event/framing.ts'
import { encode } from './encode.ts'
import type { JoinOptions } from './framing.ts'
import { sameBytes } from './step.ts'

export interface RowOptions extends JoinOptions {
  readonly separator: string
  /** Empty: none. */
  readonly quote: string
  /** What lines begin with that are no rows; empty: there are none. */
  readonly comment: string
  /** Lines that are no rows: the header, as it may be written. */
  readonly headers: readonly string[]
  /** Beginning of a comment that names columns: one that is not among `headers` is a record, which then fails. */
  readonly names: string
}

const usualLines = 64

/**
 * Rows of delimited text as records: a line begins one unless a quoted value of the row before is still open. Comments,
 * headers and empty lines between rows are part of none. A quote that is not closed within `maxLines` lines (64) was none
 * that opens a value: its line is a row by itself, and those behind it are rows after all.
 */
export const rows = ({ separator, quote, comment, headers, names, ...limits }: RowOptions): Framing => {
  const { maxBytes = defaultMaxBytes, flushAfter = 2000, maxLines = usualLines } = limits
  const between = encode(separator)
  const mark = quote === '' ? -1 : encode(quote)[0]!
  const begins = encode(comment)
  const named = encode(names)
  const known = headers.map(encode)

  /** Whether a value is open at the end of the line, where one was (or not) at its beginning. */
  const opens = (bytes: Uint8Array, start: number, end: number, open: boolean): boolean => {
    let inside = open
    let atValue = !open
    for (let at = start; at < end; at++) {
      if (inside) {
        if (bytes[at] !== mark) continue
        if (bytes[at + 1] === mark && at + 1 < end) at++
        else inside = false
      } else if (atValue && bytes[at] === mark) {
        inside = true
        atValue = false
      } else if (sameBytes(bytes, at, end, between)) {
        atValue = true
        at += between.length - 1
      } else atValue = false
    }
    return inside
  }
  const isNoRow = (bytes: Uint8Array, start: number, end: number): boolean => {
    if (start === end) return true
    if (known.some((text) => text.length === end - start && sameBytes(bytes, start, end, text))) return true
    if (begins.length === 0 || !sameBytes(bytes, start, end, begins)) return false
    return named.length === 0 || !sameBytes(bytes, start, end, named)
  }
  return {
    joins: true,
    maxBytes,
    flushAfter,
    begin: () => {
      let open = false
      /** Lines behind the one that opened it. */
      let behind = 0
      return {
        starts(bytes, start, end) {
          if (open) {
            if (behind > 0 && behind + 1 >= maxLines) return behind
            behind++
            open = opens(bytes, start, end, true)
            return false
          }
          if (isNoRow(bytes, start, end)) return 'between'
          open = mark >= 0 && opens(bytes, start, end, false)
          behind = 0
          return true
        },
        left: () => (open ? behind : 0),
      }
    },
  }
}
