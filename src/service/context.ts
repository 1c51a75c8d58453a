import type { Batch } from '../event/batch.ts'
import type { DeadLetters } from '../store/dead-letter.ts'
import type { ProgressState } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import type { Changes } from './changes.ts'
import type { Config } from './load.ts'
import type { SourceChanges } from './source-changes.ts'

/** A line of `tailrace sources`. */
export interface SourceRow {
  readonly id: string
  readonly path: string
  /** Committed: everything before it is durably accounted for. */
  readonly offset: number
  readonly size: number
  readonly lag_bytes: number
  readonly lag_seconds: number
  readonly state: string
  readonly source: string
  readonly read: number
}

/** What operations work on: the running service's parts, or the same opened by a command when none runs. */
export interface Context {
  readonly config: Config
  readonly store: Store
  /** `duckdb` or `elasticsearch`; a second of a kind is `elasticsearch-2`. */
  readonly storeName: string
  readonly progress: ProgressState
  readonly letters: DeadLetters
  /** Records that were read and have no outcome yet. */
  readonly inFlight: () => readonly {
    readonly source: string
    readonly path: string
    readonly hour: number
    readonly records: number
  }[]
  /** The stores beside the first. */
  readonly others: () => Promise<readonly Beside[]>
  readonly sources: () => readonly SourceRow[]
  /** Documents as they are sent, as JSON text; undefined when no service runs. */
  readonly live: LiveEvents | undefined
  /** Undefined for a command that changes nothing. */
  readonly changes: Changes | undefined
  readonly sourceChanges: SourceChanges | undefined
  /** Namespace asked unless a command says another: the service's own, or all when none runs. */
  readonly namespace: string | undefined
}

/** What is known of a source that another machine reads now. */
export interface Elsewhere {
  /** The host that reads it, '' where none is known to. */
  readonly host: string
  readonly sources: readonly SourceRow[]
  /** What this machine kept of it in its turns; to be closed. */
  letters(): Promise<DeadLetters>
}

/** A store beside the first. */
export interface Beside {
  readonly name: string
  /** Undefined: its start still waits for it, or another instance reads for it (`elsewhere`). */
  readonly context: Context | undefined
  /** Of files that several machines read: what this one can tell while it is another's turn. */
  readonly elsewhere?: Elsewhere | undefined
}

export interface LiveListener {
  /** 1 for the rows it wants. */
  readonly accepts: (batch: Batch) => Uint8Array
  /** Given each wanted document as JSON text. */
  readonly take: (document: string) => void
}
export interface LiveEvents {
  /** Returns how to stop listening. */
  listen(listener: LiveListener): () => void
}
