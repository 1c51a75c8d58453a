import type { Batch } from './batch.ts'
import type { Block } from './block.ts'
import type { Schema } from './field.ts'
import type { Framing } from './framing.ts'

/** A grammar as the pipeline sees it: records in, columns out. */
export interface Reader {
  /** Parser name, which is also the dataset unless the source names another. */
  readonly name: string
  readonly schema: Schema
  readonly framing: Framing
  /**
   * Reads every record of a block. The batch has a row a record: failed ones are `dead` with their `Failure`. The
   * batch does not own the block; `release(batch)` gives back both. Throws `ArenaFull` only.
   */
  read(block: Block, options: ReadOptions): Batch
}
export interface ReadOptions {
  readonly dataset: string
  /** Zone for times without one: IANA name or `UTC`. */
  readonly timezone: string
  /** Milliseconds since 1970: the year of year-less times is the one that puts them nearest before this. */
  readonly now: number
  /** A person asks why records fail: it may cost more to find out. */
  readonly explaining?: true
}
