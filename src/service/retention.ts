import { type ScheduledTask, schedule } from 'node-cron'
import type { ProgressState } from '../store/ledger.ts'
import type { Retention } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'
import { quiet } from '../telemetry/quiet.ts'
import type { Config } from './load.ts'
import type { Running } from './running.ts'

/**
 * The rules that may remove something now. An age is one of events, but nothing goes before this data directory itself
 * has been kept for so long, or for longer than its ledger tells: a first run over old logs keeps what it read.
 */
export const rulesInForce = (
  rules: readonly Retention[],
  { ledger, forgotten }: Pick<ProgressState, 'ledger' | 'forgotten'>,
  now: number,
): readonly Retention[] => {
  let first = now
  for (const { hour } of ledger.values()) first = Math.min(first, hour)
  const isAged = (maxAge: number): boolean => forgotten > 0 || first < now - maxAge
  // One that removes nothing yet stays: the dataset it names is none that a rule for all others is about.
  const inForce: readonly Retention[] = rules.map(({ maxAge, ...rule }) =>
    maxAge !== undefined && isAged(maxAge) ? { ...rule, maxAge } : rule,
  )
  return inForce.some(({ maxAge, maxBytes }) => maxAge !== undefined || maxBytes !== undefined) ? inForce : []
}

/**
 * Removes what is older or more than the configuration says, each hour. Only from the embedded store, which is nobody
 * else's: an engine has a lifecycle of its own, and perhaps other writers.
 */
export const startRetention = (
  { context }: Running,
  { retention }: Config,
  log: Logger,
): { stop(): Promise<void> } | undefined => {
  const { store, progress } = context
  if (!store.transactional || retention.length === 0) return undefined
  const stopping = new AbortController()
  let underWay: Promise<void> | undefined
  const run = async (): Promise<void> => {
    const now = Date.now()
    const rules = rulesInForce(retention, progress, now)
    if (rules.length === 0) return
    try {
      await store.retain(rules, now, stopping.signal)
    } catch (error) {
      if (!stopping.signal.aborted)
        log.warn({ error: String(error) }, 'retention: what is too old could not be removed')
    }
  }
  const task: ScheduledTask = schedule('17 * * * *', () => (underWay = run()), {
    noOverlap: true,
    suppressMissedWarning: true,
    logger: quiet,
  })
  return {
    async stop() {
      stopping.abort()
      await task.destroy()
      await underWay
    },
  }
}
