import { type Batch, deadBatch } from '../event/batch.ts'
import type { Block } from '../event/block.ts'
import type { Envelope } from '../event/envelope.ts'
import type { Schema } from '../event/field.ts'
import { addProvenance } from '../event/provenance.ts'
import type { Reader } from '../event/reader.ts'
import { ArenaFull } from '../memory/scratch.ts'
import type { OpenSource } from '../source/source.ts'
import type { Transform } from '../transform/transform.ts'
import type { Delivery } from './delivery.ts'
import type { Progress } from './progress.ts'

export interface RunOptions {
  readonly source: OpenSource
  /** The parser of a block's file. */
  readonly readerOf: (block: Block) => Reader
  readonly datasetOf: (reader: Reader) => string
  /** Fields of a dataset's documents: the grammar's, the transforms', the provenance's. */
  readonly schemaOf: (dataset: string) => Schema
  readonly transforms: readonly Transform<never, object>[]
  readonly delivery: Delivery
  readonly progress: Progress
  readonly host: string
  readonly namespace: string
  readonly timezone: string
  readonly clock: () => number
  /** Told of each batch before it is delivered: the live view listens. */
  readonly tap?: (batch: Batch) => void
  readonly signal: AbortSignal
}

/** What makes documents of records. */
export type Preparation = Pick<
  RunOptions,
  'readerOf' | 'datasetOf' | 'schemaOf' | 'transforms' | 'host' | 'namespace' | 'timezone' | 'clock'
> & {
  /** Of records whose envelope is gone: what it would have said of where they are from. */
  readonly envelope?: Envelope | undefined
}

/** Reads a block into columns and takes them through the transforms. Throws `ArenaFull`; the block stays the caller's then. */
export const prepare = (block: Block, options: Preparation): Batch => {
  const reader = options.readerOf(block)
  const { timezone, host, namespace } = options
  const dataset = options.datasetOf(reader)
  const schema = options.schemaOf(dataset)
  if (block.failure !== undefined) return deadBatch(block, block.failure, dataset, schema)
  // Of a record that is read again the year is still guessed from when it was read first.
  const batch = { ...reader.read(block, { dataset, timezone, now: block.readAt }), schema }
  try {
    ;(block.wrapping?.envelope ?? options.envelope)?.describe(batch)
    addProvenance(batch, { host, namespace, ingested: options.clock() })
    for (const step of options.transforms) step.apply(batch)
  } catch (error) {
    batch.scratch.release()
    throw error
  }
  return batch
}

/** As `prepare`, once there is memory for it; undefined when the signal aborted first. */
const prepareWithRoom = async (block: Block, options: RunOptions): Promise<Batch | undefined> => {
  while (true) {
    try {
      return prepare(block, options)
    } catch (error) {
      if (!(error instanceof ArenaFull)) throw error
      // Others hold the memory: their deliveries end, or nothing ever will.
      await pause(20)
      if (options.signal.aborted) return undefined
    }
  }
}

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Pulls blocks until the source ends or the signal aborts. What it has taken by then is with the delivery. */
export const runPipeline = async (options: RunOptions): Promise<void> => {
  const { source, delivery, progress, signal } = options
  while (!signal.aborted) {
    await delivery.room()
    if (signal.aborted) return
    const block = await source.next(signal)
    if (block === undefined) return
    const batches: Batch[] = []
    for (let next: Block | undefined = block; next !== undefined; ) {
      const batch = await prepareWithRoom(next, options)
      if (batch === undefined) return
      batches.push(batch)
      // What belongs to one stretch comes at once, whatever the signal says.
      next = next.more === true ? await source.next(signal) : undefined
    }
    for (const batch of batches) options.tap?.(batch)
    progress.begin(batches)
    delivery.offer(batches)
    await breathe()
  }
}
