import type { Batch } from '../event/batch.ts'
import { type Arena, createArena } from '../memory/arena.ts'
import type { GenerationStore } from '../source/generation.ts'
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
  /** The same in the place of the documents that the store holds of these records. */
  replace(batches: readonly Batch[], account: () => ProgressRecord, signal: AbortSignal): Promise<void>
  /** What is known of followed files. */
  readonly generations: Pick<GenerationStore, 'get'>
  /** Those of the pipelines that run, where they do. */
  readonly transforms: OpenTransforms
  /** One at a time: waits for its turn and returns how to end it. */
  begin(): Promise<() => void>
}

/** Of a round's rows and bodies; untouched pages cost nothing. */
const arenaBytes = 1 << 28

export interface ChangesOptions {
  readonly store: Store
  readonly log: ProgressLog
  readonly transforms: OpenTransforms
  readonly generations: Pick<GenerationStore, 'get'>
  /** Makes what today's definitions need of the store, where nobody has. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>
}

export const createChanges = ({ store, log, transforms, generations, prepare }: ChangesOptions): Changes => {
  let arena: Arena | undefined
  let prepared: Promise<void> | undefined
  let turn: Promise<void> = Promise.resolve()

  const putting =
    (how: 'write' | 'replace'): Changes['write'] =>
    async (batches, account, signal) => {
      if (batches.length > 0) await (prepared ??= prepare?.(signal))
      if (!store.transactional) {
        await store[how](batches, () => ({}), signal)
        await log.commit(account())
        return
      }
      let record: ProgressRecord | undefined
      await store[how](batches, () => ({ ...(record ??= account()) }), signal)
      if (record !== undefined) log.apply(record)
    }

  return {
    get arena() {
      return (arena ??= createArena(arenaBytes))
    },
    write: putting('write'),
    replace: putting('replace'),
    generations,
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
