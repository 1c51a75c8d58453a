import { encode } from './encode.ts'
import type { Body } from './framing.ts'
import { sameBytes } from './step.ts'

/** Follows quotations and comments through the lines of a record's body. */
export interface BodyScan {
  reset(): void
  line(bytes: Uint8Array, start: number, end: number): void
  /** Whether what follows is outside of quotations and comments. */
  mayEnd(): boolean
  /** Whether a record may end here: outside of them, behind the ending text. */
  hasEnded(): boolean
}

interface Span {
  readonly open: Uint8Array
  /** Undefined: closes at the line's end. */
  readonly close: Uint8Array | undefined
  /** The byte that makes the next one count for nothing; -1: none. */
  readonly escape: number
}

export const bodyScan = ({ quotes = [], comments = [], end: ending }: Body): BodyScan => {
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
  let inside: Span | undefined
  let ended = false

  return {
    reset() {
      inside = undefined
      ended = last === undefined
    },
    line(bytes, start, end) {
      let at = start
      while (at < end) {
        if (inside === undefined) {
          if (opens[bytes[at]!] === 1) inside = spans.find(({ open }) => sameBytes(bytes, at, end, open))
          at += inside === undefined ? 1 : inside.open.length
        } else if (bytes[at] === inside.escape) at += 2
        else if (
          inside.close !== undefined &&
          bytes[at] === inside.close[0] &&
          sameBytes(bytes, at, end, inside.close)
        ) {
          at += inside.close.length
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
