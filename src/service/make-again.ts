import { type Batch, release } from '../event/batch.ts'
import { absent } from '../event/column.ts'
import type { Envelope } from '../event/envelope.ts'
import { fields } from '../event/field.ts'
import { sendersOf } from '../event/senders.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { ArenaFull } from '../memory/scratch.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { prepare } from '../pipeline/run.ts'
import type { StoredDocument } from '../store/store.ts'
import type { Changes } from './changes.ts'
import type { Config } from './load.ts'
import { type PastRecord, recordBlock } from './record-block.ts'
import { at } from './stored-document.ts'

/** A document with what it takes to make it again. */
export interface Candidate {
  readonly id: string
  readonly document: StoredDocument
  readonly record: PastRecord
  /** What it came in. */
  readonly envelope: Envelope | undefined
  readonly pipeline: Pipeline
  readonly grammar: Grammar
  readonly key: string
  readonly path: string
  readonly host: string
  /** Who sent it, where it was pushed: the document alone says so. */
  readonly sender: string
  readonly readAt: number
}

/** What a document kept of its record stays, whatever today's definitions say: it may be the last there is of it. */
const withOriginals = (batch: Batch, candidates: readonly Candidate[]): Batch => {
  const originals = candidates.map(({ document }) => at(document, 'event.original'))
  if (batch.columns.has('event.original') || !originals.some((text) => typeof text === 'string')) return batch
  const { scratch, count } = batch
  const [start, end] = [scratch.u32(count).fill(absent), scratch.u32(count).fill(absent)]
  for (const [row, text] of originals.entries())
    if (typeof text === 'string') ({ start: start[row], end: end[row] } = scratch.write(text))
  batch.columns.set('event.original', { kind: 'text', start, end })
  return { ...batch, schema: new Map([...batch.schema, ['event.original', fields['event.original']]]) }
}

export interface Made {
  readonly batch: Batch
  readonly candidates: readonly Candidate[]
}

/** Documents whose records lie in one block. Those for which there was no room are left. */
export const makeAgain = async (
  candidates: readonly Candidate[],
  use: (pipeline: Pipeline) => Promise<void>,
  { config, changes }: { readonly config: Config; readonly changes: Changes },
): Promise<{ readonly made: readonly Made[]; readonly left: readonly Candidate[] }> => {
  const groups = Map.groupBy(candidates, ({ key, path, host, readAt, grammar, envelope }) =>
    JSON.stringify([key, path, host, readAt, grammar.name, envelope?.name]),
  )
  const made: Made[] = []
  const left: Candidate[] = []
  for (const group of groups.values()) {
    const [{ pipeline, grammar, key, path, host, readAt, envelope }] = group as [Candidate, ...Candidate[]]
    if (left.length > 0) {
      left.push(...group)
      continue
    }
    await use(pipeline)
    const schemas = datasetsOf(pipeline)
    const origin = { source: pipeline.source.name, key, path }
    const plain = recordBlock(
      changes.arena,
      group.map(({ record }) => record),
      origin,
      readAt,
      envelope,
    )
    const senders = sendersOf(group.map(({ sender }) => sender))
    const block = plain === undefined || senders === undefined ? plain : { ...plain, senders }
    try {
      if (block === undefined) throw new ArenaFull('no room for the records')
      const batch = prepare(block, {
        readerOf: () => grammar,
        datasetOf: ({ name }) => pipeline.dataset ?? name,
        schemaOf: (dataset) => schemas.get(dataset)!,
        transforms: pipeline.transforms,
        host,
        namespace: config.namespace,
        timezone: pipeline.timezone ?? config.timezone,
        // As it was then: to do it once more changes nothing.
        clock: () => readAt,
      })
      made.push({ batch: withOriginals(batch, group), candidates: group })
    } catch (error) {
      block?.lease.release()
      if (!(error instanceof ArenaFull) || made.length === 0) {
        for (const { batch } of made) release(batch)
        throw error
      }
      left.push(...group)
    }
  }
  return { made, left }
}
