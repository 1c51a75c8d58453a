import { isReference } from '../config/env.ts'
import { readVariable } from '../config/variables.ts'
import type { Progress } from '../pipeline/progress.ts'
import type { SourceContext, SourceNotice } from '../source/source.ts'
import type { ProgressState } from '../store/ledger.ts'
import { unstated, within } from '../store/lost-span.ts'
import type { Store } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { LineParts } from './line.ts'

export interface SourceAccountsOptions
  extends Pick<SourceContext, 'generations' | 'begin' | 'spools' | 'unpacked' | 'clock'> {
  readonly store: Store
  /** In metrics. */
  readonly storeName: string
  readonly progress: Progress
  /** What is committed. */
  readonly state: ProgressState
  /** Commits what was told to `progress`, though no block brings it. */
  readonly settle: () => void
  readonly metrics: Metrics
  readonly log: Logger
  /** Ends asking the store. */
  readonly signal: AbortSignal
  /** What cannot be read, by its path, is told here. */
  readonly unreadable: Map<string, string>
}

const noticeLevel: Readonly<Record<SourceNotice['kind'], 'error' | 'warn' | 'info'>> = {
  unreadable: 'error',
  outside: 'warn',
  lost: 'error',
  truncated: 'warn',
  held_copy: 'info',
  recovered: 'info',
}

/** What a source is opened with: whatever it tells beside its blocks enters the account of its store. */
export const sourceAccounts =
  (options: SourceAccountsOptions): LineParts['contextOf'] =>
  (source) => {
    const { generations, begin, spools, unpacked, store, storeName, progress, state, metrics, log, clock } = options
    const ended = (as: 'duplicate' | 'filtered', count: number): void => {
      metrics.readRecords.inc({ source }, count)
      metrics.outcomes.inc({ source, store: storeName, outcome: as }, count)
      options.settle()
    }
    return {
      generations,
      begin,
      spools,
      unpacked,
      resume: state.checkpoints,
      // A transactional store holds nothing past its checkpoint, unless that was set back; others are asked.
      async covered(key, start, end, path) {
        const top = store.transactional ? Math.min(end, state.rewound.get(key) ?? 0) : end
        const spans = top <= start ? [] : await store.covered(key, start, top, options.signal)
        progress.alreadyStored(key, source, path, spans, clock())
        return spans
      },
      skipped(key, to, ahead, held) {
        progress.skipped(key, to, clock(), ahead, held)
        options.settle()
      },
      text: (given) => (isReference(given) ? (readVariable(given.name, process.env, []) ?? given.fallback) : given),
      repeated(path, count) {
        progress.repeated(source, path, count, clock())
        ended('duplicate', count)
      },
      leftOut(path, count) {
        progress.leftOut(source, path, count, clock())
        ended('filtered', count)
      },
      dropped: (count) => metrics.datagramsDropped.inc({ source }, count),
      report({ kind, path, text, lost, regained }) {
        log[noticeLevel[kind]]({ source, path }, text)
        if (kind === 'unreadable') options.unreadable.set(path, text)
        if (lost !== undefined) progress.lost(unstated(state.lost, { ...lost, source, path, at: clock() }))
        if (regained !== undefined) progress.regained(within(state.lost, regained))
        if (lost !== undefined || regained !== undefined) options.settle()
      },
    }
  }
