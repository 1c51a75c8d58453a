import type { Batch } from '../event/batch.ts'
import type { Schema } from '../event/field.ts'
import type { Query } from '../query/tree.ts'
import type { Aggregate, Bucket } from './aggregate.ts'
import type { SharedDocuments } from './shared.ts'
import type { CommitRecord, Sink } from './sink.ts'

/** A nested document as a store gives it back; integers beyond 2^53 are bigints (`stringify` writes them exact). */
export type StoredDocument = { readonly [name: string]: unknown }

export interface Search {
  readonly where: Query
  readonly since?: number
  readonly until?: number
  readonly datasets?: readonly string[]
  readonly namespace?: string
  /** Newest first unless said otherwise; ties by `log.file.id`, then `log.offset`. */
  readonly sort?: readonly { readonly field: string; readonly descending: boolean }[]
  readonly limit: number
  /** Only these fields; wildcards were expanded by the caller. */
  readonly fields?: readonly string[]
}

/** What the store holds of a generation: bytes [from, to). */
export interface Covered {
  readonly from: number
  readonly to: number
}

/** Where a record lies: its document id is made of it. */
export interface RecordPlace {
  readonly key: string
  readonly offset: number
}

export interface Retention {
  readonly dataset?: string
  /** Milliseconds. */
  readonly maxAge?: number
  readonly maxBytes?: number
}

/** How the fields of a dataset lie in a store now. */
export interface Laid {
  readonly dataset: string
  /** Index or table. */
  readonly place: string
  /** New events go there; else it only holds older ones. */
  readonly isWritten: boolean
  /** Type by name, in the store's own words. */
  readonly fields: Readonly<Record<string, string>>
  /** Somebody else's index template that decides how new indices lie. */
  readonly overruledBy?: string
}

/** A sink that can also be asked. All answer the same questions with the same numbers. */
export interface Store extends Sink {
  /** Creates what is missing for datasets: index templates, tables, columns. Safe to repeat; waits while the store is away. */
  prepare(datasets: ReadonlyMap<string, Schema>, namespace: string, signal: AbortSignal): Promise<void>
  /**
   * Puts the live rows in the place of the documents of their ids, each as a whole, and sets outcomes as `write` does;
   * transactional stores do all at once, with the record. Rows without a document there may be left out (`filtered`).
   */
  replace(
    batches: readonly Batch[],
    seal: () => CommitRecord | Promise<CommitRecord>,
    signal: AbortSignal,
  ): Promise<void>
  /** Makes what was written visible to questions. */
  refresh(signal: AbortSignal): Promise<void>
  search(search: Search, signal: AbortSignal): AsyncIterable<StoredDocument>
  aggregate(question: Aggregate, signal: AbortSignal): Promise<readonly Bucket[]>
  /** Records of generation `key` that begin in [from, to), in order. The in-doubt rule asks. */
  covered(key: string, from: number, to: number, signal: AbortSignal): Promise<readonly Covered[]>
  /** Which of these records it holds already, by document id. The in-doubt rule of what is written again. */
  holds(records: readonly RecordPlace[], signal: AbortSignal): Promise<ReadonlySet<string>>
  /** Number of documents of a generation. `ledger --verify` asks. */
  countOf(key: string, signal: AbortSignal): Promise<number>
  /** How many documents of each generation `retain` removed, where the store counts them as it removes them. */
  removed?(signal: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** How these datasets lie in it; those of which it holds nothing are left out. */
  layout(datasets: readonly string[], namespace: string, signal: AbortSignal): Promise<readonly Laid[]>
  retain(rules: readonly Retention[], now: number, signal: AbortSignal): Promise<void>
  /** Of a store that several processes use: what they know of each other. */
  readonly shared?: SharedDocuments
  /** Transactional stores: the sealed records, oldest first, and their replacement by one. */
  commits?(signal: AbortSignal): AsyncIterable<CommitRecord>
  replaceCommits?(snapshot: CommitRecord, signal: AbortSignal): Promise<void>
}
