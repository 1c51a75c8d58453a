import type { Arena, Lease } from '../memory/arena.ts'
import type { Wrapping } from './envelope.ts'
import type { Failure } from './failure.ts'
import type { Senders } from './senders.ts'

/** Bits of `Block.flag`; `log.flags` names them. */
export const flags = { invalidUtf8: 1, truncated: 2, multiline: 4, flushed: 8, edited: 16 } as const
/** `log.flags` values by bit position. */
export const flagNames = ['invalid_utf8', 'truncated', 'multiline', 'flushed', 'edited'] as const

/** Where the records of a block come from. */
export interface Origin {
  /** Name of the source, as configured. */
  readonly source: string
  /** Generation: 16 hex digits, random; never used for other bytes. */
  readonly key: string
  readonly path: string
  /** Sub-stream (a container's stderr), where the envelope has several. */
  readonly stream?: string
}

/** What a reader passed over since it last told of a generation, up to what it tells of now. */
export interface Ahead {
  /** The offset up to which it had told. */
  readonly begin: number
  /** Bytes in between that it found to belong to no record; undefined: records lie across each other, and it cannot say. */
  readonly between: number | undefined
}

/** Records of one generation, cut and joined, before any grammar. */
export interface Block {
  readonly arena: Arena
  /** The input bytes (and decoded text); released by whoever took the block over, once its last reader is done. */
  readonly lease: Lease
  readonly count: number
  /** Text of record i, without its line end: addresses in the arena, valid UTF-8. */
  readonly start: Uint32Array
  readonly end: Uint32Array
  /** Bytes record i covers in its generation, line end included: its id, its share of the ledger, the checkpoint. */
  readonly from: Float64Array
  readonly to: Float64Array
  readonly flag: Uint8Array
  /** Text holds line ends only where the flag `multiline` says so. */
  readonly lined?: boolean
  readonly origin: Origin
  /** Milliseconds since 1970 when the bytes were read; the ledger's hour. */
  readonly readAt: number
  /** Of what a source read: the account of bytes. */
  readonly ahead?: Ahead
  /** Where its lines came in envelopes: what was around them. */
  readonly wrapping?: Wrapping
  /** Of what was pushed: who sent it. */
  readonly senders?: Senders
  /** No record of it can be read, for this reason: its lines are none of the file's envelope. */
  readonly failure?: Failure
  /**
   * Another block of the same stretch of its file follows at once: streams share the file and each has its reader.
   * All of them make one step of the checkpoint.
   */
  readonly more?: true
}
