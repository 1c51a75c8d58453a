import { encode } from './encode.ts'
import type { Body } from './framing.ts'
import { sameBytes } from './step.ts'

/** Follows quotations and comments through the lines of a record's body. */
export interface BodyScan {
  reset(): void
  /** `cut`: the line goes on, but is not told further; what stands there is taken to end whatever was open. */
  line(bytes: Uint8Array, start: number, end: number, cut: boolean): void
  /** Whether what follows is outside of quotations and comments. */
  mayEnd(): boolean
  /** Whether a record may end here: outside of them, behind the ending text. */
  hasEnded(): boolean
  /** Whether the last line has the ending text, inside of a quotation or comment or not. */
  ending(): boolean
  /** The number of the quotation or comment that is open, or was last. */
  serial(): number
}

interface Span {
  readonly open: Uint8Array
  /** Undefined: closes at the line's end. */
  readonly close: Uint8Array | undefined
  /** The byte that makes the next one count for nothing; -1: none. */
  readonly escape: number
}

/** Makes a scan for each reading of the records' lines. */
export const bodyScans = ({ quotes = [], comments = [], end: ending }: Body): (() => BodyScan) => {
  const spans: readonly Span[] = [
    ...quotes.map(({ mark, escape: marks }) => ({
      open: encode(mark),
      close: encode(mark),
      escape: marks === undefined ? -1 : encode(marks)[0]!,
    })),
    ...comments.map(([open, close]) => ({
      open: encode(open),
      close: close === '\n' ? undefined : encode(close),
      escape: -1,
    })),
  ]
  const opens = new Uint8Array(256)
  for (const { open } of spans) opens[open[0]!] = 1
  const last = ending === undefined ? undefined : encode(ending)
  return () => scanOf(spans, opens, last)
}

const scanOf = (spans: readonly Span[], opens: Uint8Array, last: Uint8Array | undefined): BodyScan => {
  let inside: Span | undefined
  let ended = false
  let serial = 0

  // Functions, for making an object with getters takes a microsecond, and one is made for each record.
  return {
    ending: () => ended,
    serial: () => serial,
    reset() {
      inside = undefined
      serial = 0
      ended = last === undefined
    },
    line(bytes, start, end, cut) {
      if (cut) {
        inside = undefined
        ended = true
        return
      }
      let at = start
      while (at < end) {
        if (inside === undefined) {
          while (at < end && opens[bytes[at]!] === 0) at++
          for (let i = 0; i < spans.length && inside === undefined; i++)
            if (sameBytes(bytes, at, end, spans[i]!.open)) inside = spans[i]
          if (inside !== undefined) serial++
          at += inside === undefined ? 1 : inside.open.length
          continue
        }
        const { escape: marks, close } = inside
        const closing = close === undefined ? -1 : close[0]!
        while (at < end && bytes[at] !== closing && bytes[at] !== marks) at++
        if (at >= end) break
        if (bytes[at] === marks) at += 2
        else if (sameBytes(bytes, at, end, close!)) {
          at += close!.length
          inside = undefined
        } else at++
      }
      if (inside !== undefined && inside.close === undefined) inside = undefined
      if (last === undefined) return
      let to = end
      while (to > start && (bytes[to - 1] === 32 || bytes[to - 1] === 9 || bytes[to - 1] === 13)) to--
      ended = to - last.length >= start && sameBytes(bytes, to - last.length, to, last)
    },
    mayEnd: () => inside === undefined,
    hasEnded: () => inside === undefined && ended,
  }
}
