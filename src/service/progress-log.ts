import { setTimeout as sleep } from 'node:timers/promises'
import { type OpenJournal, openJournal } from '../durable/journal.ts'
import {
  applyProgress,
  createProgressState,
  type ProgressRecord,
  type ProgressState,
  snapshotProgress,
} from '../store/ledger.ts'
import { TakenOver } from '../store/shared-journal.ts'
import type { Store } from '../store/store.ts'
import type { Troubles } from './troubles.ts'

/** Where progress is durable: in the store's own transactions, or in a journal of its own. */
export interface ProgressLog {
  readonly state: ProgressState
  /** For stores that do not keep it themselves. Waits out a full disk, saying so; rejects only when aborted. */
  commit(record: ProgressRecord): Promise<void>
  /** Told of records that a transactional store holds already. */
  apply(record: ProgressRecord): void
  close(): Promise<void>
}

const ledgerDays = 90
/** Records in a transactional store before they are folded into one. */
const foldAfter = 2000

interface ProgressLogOptions {
  readonly troubles?: Troubles
  /** Where it is kept instead of in the directory. */
  readonly journal?: OpenJournal | undefined
  /** For a command beside a service that may be writing. */
  readonly readOnly?: boolean
}

export const openProgressLog = async (
  store: Store,
  directory: string,
  report: (text: string) => void,
  signal: AbortSignal,
  { troubles, journal: open, readOnly = false }: ProgressLogOptions = {},
): Promise<ProgressLog> => {
  const state = createProgressState()
  const keepFrom = (): number => Date.now() - ledgerDays * 86_400_000
  const { commits, replaceCommits } = store
  if (commits !== undefined && replaceCommits !== undefined) {
    let held = 0
    for await (const record of commits.call(store, signal)) {
      applyProgress(state, { checkpoints: {}, ledger: [], earliest: {}, ...record } as ProgressRecord)
      held++
    }
    if (held > 1) await replaceCommits.call(store, { ...snapshotProgress(state, keepFrom()) }, signal)
    held = 1
    return {
      state,
      commit: () => Promise.reject(new Error('a transactional store keeps its own progress')),
      apply(record) {
        applyProgress(state, record)
        if (++held < foldAfter) return
        held = 1
        replaceCommits
          .call(store, { ...snapshotProgress(state, keepFrom()) }, signal)
          .catch((error: unknown) => report(`progress could not be folded: ${String(error)}`))
      },
      close: () => Promise.resolve(),
    }
  }
  const journal = await (open ?? ((options) => openJournal(directory, options)))({
    apply: (record) => applyProgress(state, record as unknown as ProgressRecord),
    snapshot: () => ({ ...snapshotProgress(state, keepFrom()) }),
    report,
    readOnly,
  })
  // One at a time: a record that is tried again must not be overtaken by the next. Nor is one written behind a record that
  // was given up: its checkpoint would pass what is in no account.
  let turn: Promise<void> = Promise.resolve()
  const append = async (record: ProgressRecord): Promise<void> => {
    const numbered = { ...record, seq: state.seq + 1 }
    for (let attempt = 0; ; attempt++) {
      try {
        await journal.append(numbered)
        troubles?.clear(directory)
        return
      } catch (error) {
        if (error instanceof TakenOver) throw error
        const text = `progress cannot be written to ${directory} (${String(error)}); reading waits until it can`
        if (attempt === 0) report(text)
        troubles?.set(directory, { kind: 'delivery', about: directory, text, blocks: true })
        await sleep(Math.min(5000, 100 * 2 ** attempt), undefined, { signal })
      }
    }
  }
  return {
    state,
    commit(record) {
      const done = turn.then(() => append(record))
      turn = done
      return done
    },
    apply: () => undefined,
    close: () => journal.close(),
  }
}
