import type { Envelope } from './envelope.ts'

/**
 * How lines become records. A grammar says it, a source does it; so that a source never knows a grammar, what is
 * handed over is this.
 */
export interface Framing {
  /** False: every line is a record, and `begin` is never called. */
  readonly joins: boolean
  /** A record longer than this many bytes is cut there and flagged `truncated`; what it covers stays whole. */
  readonly maxBytes: number
  /** A joined record whose next line does not come within this many milliseconds is ended, flagged `flushed`. */
  readonly flushAfter: number
  /** A fresh reader of lines, at the start of a record or of a file. */
  begin(): LineReader
  /**
   * Records hold more than text: what the grammar is given instead of one. `record`: every byte of it but the last line's end
   * (borrowed); `cut`: it was longer, see `maxBytes`. Undefined: it is text, as it stands. The text is borrowed too, until the
   * next call.
   */
  translate?(record: Uint8Array, cut: boolean): Translated | undefined
  /** The lines of the file are envelopes; what they hold is framed stream by stream. */
  readonly wrapped?: Wrapped
}

export interface Translated {
  /** UTF-8. */
  readonly text: Uint8Array
  /** False: bytes of it were no UTF-8, and are U+FFFD now. */
  readonly valid: boolean
}

export interface Wrapped {
  readonly envelope: Envelope
  /** How the text of a stream becomes records. `sample`: lines of it, where the file's first bytes held none. */
  of(stream: string, sample: () => Uint8Array): Framing
}

export interface LineReader {
  /**
   * Told each line in order (without its line end; `bytes` is borrowed for the call). True: this line begins a new
   * record, and what is remembered starts with it. The first line told always begins one, unless it is `between`: then
   * it ends the record before and is part of none, as an empty line between records is. A number: a record began that
   * many lines before this one; lines from there on are told again, to a fresh reader. `size`: bytes of the line in the file,
   * its line end included; of a long line it may be less, and `more` follows. Default: one more than it is told of.
   */
  starts(bytes: Uint8Array, start: number, end: number, size?: number): boolean | 'between' | number
  /** The line told last goes on for so many bytes. */
  more?(size: number): void
  /** The record is whole with the line told last: it waits for no other. */
  isWhole?(): boolean
  /** At the end of the last record: how many lines before the end another one began after all; 0: none. */
  left?(): number
}

export const defaultMaxBytes = 1 << 20

export const byLine = (maxBytes = defaultMaxBytes): Framing => ({
  joins: false,
  maxBytes,
  flushAfter: 0,
  begin: () => ({ starts: () => true }),
})

/** Milliseconds after which a line that was cut in pieces is not waited for any more. */
const pieceAfter = 2000

/** The framing of a file of envelopes: a line that is none is a record by itself, which fails. */
export const wrapped = (inner: Wrapped, flushAfter = 0, maxBytes = defaultMaxBytes): Framing => ({
  ...byLine(maxBytes),
  flushAfter: Math.max(pieceAfter, flushAfter),
  wrapped: inner,
})
