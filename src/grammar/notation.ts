import type { decodeEscapes } from '../event/json-escapes.ts'
import type { Machine } from './machine.ts'

/** How values stand in the record. */
export interface Notation {
  /** Decodes the escapes of a string; the end of what it wrote at `at` of `out`. */
  readonly decode: typeof decodeEscapes
  /** Values that hold no others are JSON as they stand. */
  readonly isJson: boolean
  readonly isNumber: (m: Machine, kind: number, from: number, to: number) => boolean
  /** The value from `from` to `to` as JSON text, in `m.first` … `m.second`. Strings have their quotes. */
  readonly json: (m: Machine, from: number, to: number, depth: number) => void
}

/** Kind of a value that has neither quotes nor any other sign of what it is. */
export const plainText = 100

/** Kind of a key alone: `true`, and nothing else. */
export const keyAlone = 101
