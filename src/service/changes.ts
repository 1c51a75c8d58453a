import type { Batch } from '../event/batch.ts'
import { type Arena, createArena } from '../memory/arena.ts'
import type { ProgressRecord } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import type { OpenTransforms } from './open-transforms.ts'
import type { ProgressLog } from './progress-log.ts'

/** What people change in the store and its account beside the pipelines: dead letters replayed, ranges read again. */
export interface Changes {
  /** Memory of its own: the pipelines' may be full. */
  readonly arena: Arena
  /**
   * Writes batches, which stay the caller's, and makes the record durable: with them where the store can, else behind
   * them. `account` is asked once, when every row has its outcome.
   */
  write(batches: readonly Batch[], account: () => ProgressRecord, signal: AbortSignal): Promise<void>
  /** Those of the pipelines that run, where they do. */
  readonly transforms: OpenTransforms
  /** One at a time: waits for its turn and returns how to end it. */
  begin(): Promise<() => void>
}

/** Of a round's rows and bodies; untouched pages cost nothing. */
const arenaBytes = 1 << 28

export const createChanges = (store: Store, log: ProgressLog, transforms: OpenTransforms): Changes => {
  let arena: Arena | undefined
  let turn: Promise<void> = Promise.resolve()

  return {
    get arena() {
      return (arena ??= createArena(arenaBytes))
    },
    async write(batches, account, signal) {
      if (!store.transactional) {
        await store.write(batches, () => ({}), signal)
        await log.commit(account())
        return
      }
      let record: ProgressRecord | undefined
      await store.write(batches, () => ({ ...(record ??= account()) }), signal)
      if (record !== undefined) log.apply(record)
    },
    transforms,
    async begin() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const before = turn
      turn = before.then(() => promise)
      await before
      return resolve
    },
  }
}
