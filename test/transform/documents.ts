import { type Batch, outcome, release } from '../../src/event/batch.ts'
import { documentText } from '../../src/event/document.ts'
import type { Transform } from '../../src/transform/transform.ts'
import { type BatchOptions, batchOf, type Row } from '../support/batch.ts'

/** The value at a dotted name of a nested document. */
export const at = (document: unknown, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document)

/** The batch's live rows as documents; undefined for rows that ended otherwise. */
export const documentsOf = (batch: Batch): unknown[] =>
  Array.from({ length: batch.count }, (_, i) =>
    batch.outcome[i] === outcome.live ? JSON.parse(documentText(batch, i)) : undefined,
  )

/** What rows become when they are taken through the steps, which are opened and closed around it. */
export const through = async (
  rows: readonly Row[],
  steps: readonly Transform<never, object>[],
  options: BatchOptions = {},
): Promise<unknown[]> => {
  for (const step of steps) await step.open?.()
  const batch = batchOf(rows, undefined, options)
  for (const step of steps) step.apply(batch)
  const documents = documentsOf(batch)
  release(batch)
  for (const step of steps) await step.close?.()
  return documents
}

/** One field of each document. */
export const values = async (
  name: string,
  rows: readonly Row[],
  step: Transform<never, object>,
  options: BatchOptions = {},
): Promise<unknown[]> => (await through(rows, [step], options)).map((document) => at(document, name))
