import { type Batch, release } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import type { FailureCode } from '../event/failure.ts'
import type { ReadOptions } from '../event/reader.ts'
import { blockOf } from './text-block.ts'

/** Why a record does not fit, for a person. */
export interface Explanation {
  /** Byte of the record's text, from 0. */
  readonly at: number
  readonly code: FailureCode
  /** What would have fitted there. */
  readonly expected: string
  /** What is there, at most 64 characters. */
  readonly found: string
  readonly field?: string
  /** The alternative that came furthest, where there are several. */
  readonly alternative?: string
}

/** Reads one record to say why it fails. Undefined: it fits. */
export const explain = (
  read: (block: Block, options: ReadOptions) => Batch,
  record: string | Uint8Array,
  options: ReadOptions,
): Explanation | undefined => {
  const batch = read(blockOf([record]), options)
  const failure = batch.failures.get(0)
  release(batch)
  if (failure === undefined) return undefined
  const { code, at = 0, expected = '', found = '', field, alternative } = failure
  return {
    at,
    code,
    expected,
    found,
    ...(field === undefined ? {} : { field }),
    ...(alternative === undefined ? {} : { alternative }),
  }
}
