import type { Batch } from './batch.ts'
import type { Slices } from './column.ts'
import type { Schema } from './field.ts'

/** What one line of a file wraps: a piece of a stream's text. One object, filled again for each line. */
export interface Unwrapped {
  /** The text: addresses in the memory, in the line itself where nothing had to be decoded. */
  start: number
  end: number
  /** Which of the streams that share the file it belongs to; lines are joined within one only. */
  stream: string
  /** Its line of text goes on in the next line of the stream. */
  partial: boolean
  /** When it was wrapped: milliseconds since 1970 (NaN: not told), 0…999,999 ns after it, digits of the fraction. */
  ms: number
  ns: number
  digits: number
  /** A part of the line that `describe` reads; `absent`: none. */
  noteStart: number
  noteEnd: number
}

/**
 * What a runtime or shipper puts around each line before it is written to the file that is followed. It is taken off
 * before lines are joined and a grammar reads them.
 */
export interface Envelope {
  readonly name: string
  /** Fields `describe` may add. */
  readonly schema: Schema
  /**
   * Takes the envelope off the line [start, end) of `bytes`. Decoded text is written to `area`, which has room for as
   * many bytes as the line. False: the line is not wrapped so.
   */
  unwrap(bytes: Uint8Array, start: number, end: number, area: number, unwrapped: Unwrapped): boolean
  /** Adds columns of what was around the records of a batch; what the grammar read stays. */
  describe(batch: Batch): void
}

/** What was around the records of a block: of the first line of each. */
export interface Wrapping {
  readonly envelope: Envelope
  readonly streams: readonly string[]
  /** By record: index in `streams`. */
  readonly code: Uint32Array
  readonly note: Slices
  readonly ms: Float64Array
  readonly ns: Uint32Array
  readonly digits: Uint8Array
}
