import type { Batch } from '../event/batch.ts'

/** One atomic record of progress: checkpoints, ledger deltas, late-window marks. Plain JSON; the pipeline's own. */
export type CommitRecord = { readonly [key: string]: unknown }

/** Where events go. */
export interface Sink {
  readonly name: string
  /** True: `seal`'s record is stored in the same transaction as the events. Else the caller journals it after. */
  readonly transactional: boolean
  /**
   * Writes every live row of the batches and sets its outcome: `stored`, `duplicate`, `redirected`, or `dead` with a
   * failure of stage `store`. Returns when every row has one. A store that is away, full or refusing is waited for
   * with back-off, not thrown; only an abort throws (outcomes of rows in doubt then stay `live`). Batches stay the
   * caller's; nothing of them is kept after the return. May be called again before the last call returned.
   * A transactional sink calls `seal` once all outcomes are set and stores its record with the events.
   */
  write(batches: readonly Batch[], seal: () => CommitRecord | Promise<CommitRecord>, signal: AbortSignal): Promise<void>
  /** Why it is waiting now, if it is: shown by `readyz`, `sources` and the log. */
  readonly trouble: string | undefined
  /** Requests that may be under way at once, of a sink that finds that out by itself. */
  readonly concurrency?: number
  close(): Promise<void>
}
