import { createScratch, type Scratch } from '../memory/scratch.ts'
import type { Block } from './block.ts'
import type { Column } from './column.ts'
import type { Failure } from './failure.ts'
import type { Schema } from './field.ts'

/** What becomes of a row; each row ends with exactly one. `live`: still on its way. */
export const outcome = { live: 0, filtered: 1, dead: 2, stored: 3, duplicate: 4, redirected: 5 } as const

/** A block's records as typed columns. Transforms add, replace and remove columns and set outcomes; rows never move. */
export interface Batch {
  readonly block: Block
  readonly count: number
  readonly dataset: string
  /** By dotted field name. Rows whose outcome is not `live` may hold rubbish. */
  readonly columns: Map<string, Column>
  readonly outcome: Uint8Array
  /** Why a row is dead, by row. */
  readonly failures: Map<number, Failure>
  /** Where column values and decoded text of this batch live. */
  readonly scratch: Scratch
  /** Types of the columns: what the grammar and the transforms before this point declare. */
  readonly schema: Schema
}

/** Marks a row dead; the first failure of a row is kept. */
export const kill = (batch: Batch, row: number, failure: Failure): void => {
  if (batch.outcome[row] !== outcome.live) return
  batch.outcome[row] = outcome.dead
  batch.failures.set(row, failure)
}

/** A batch in which every record has failed before a grammar could read it. */
export const deadBatch = (block: Block, failure: Failure, dataset: string, schema: Schema): Batch => {
  const scratch = createScratch(block.arena)
  const batch: Batch = {
    block,
    count: block.count,
    dataset,
    columns: new Map(),
    outcome: scratch.u8(block.count).fill(outcome.live),
    failures: new Map(),
    scratch,
    schema,
  }
  for (let row = 0; row < block.count; row++) kill(batch, row, failure)
  return batch
}

/** Gives back the block's and the batch's memory. */
export const release = (batch: Batch): void => {
  batch.scratch.release()
  batch.block.lease.release()
}
