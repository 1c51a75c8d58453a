import { setTimeout as sleep } from 'node:timers/promises'
import { type Batch, outcome } from '../event/batch.ts'
import { printBytes, printDuration } from '../event/units.ts'
import type { DeadLetters } from '../store/dead-letter.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Troubles } from './troubles.ts'

/** What the dead letter queue may grow to. */
export interface LetterLimits {
  readonly maxBytes: number
  /** Milliseconds the letter that waits longest may wait. */
  readonly maxAge?: number
}

export interface LettersRoomOptions {
  readonly letters: Pick<DeadLetters, 'bytes' | 'oldest' | 'count'>
  /** Whose queue it is. */
  readonly store: string
  readonly limits: () => LetterLimits
  readonly troubles: Troubles
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'error' | 'info'>
  /** Nobody comes to make room: waiting would never end. */
  readonly once: boolean
  readonly clock: () => number
}

const what = 'dead letter queue'

/** How long a full queue is waited for before it is looked at again. */
const pause = 200

const hasDead = ({ outcome: outcomes, count }: Batch): boolean => {
  for (let row = 0; row < count; row++) if (outcomes[row] === outcome.dead) return true
  return false
}

/**
 * Keeps the queue within its limits: what would add to a full one waits, and with it reading, until letters are
 * replayed or purged or the limit is raised. Nothing is ever dropped for want of room. Letters under way when the limit
 * is reached are still taken in.
 */
export const createLettersRoom = (options: LettersRoomOptions) => {
  const { letters, store, limits, troubles, metrics, log, once, clock } = options
  let waiting = 0
  metrics.onScrape(() => {
    metrics.deadLetters.set({ store }, letters.count)
    metrics.deadLetterBytes.set({ store }, letters.bytes)
    metrics.deadLetterAge.set(
      { store },
      letters.oldest === undefined ? 0 : Math.max(0, clock() - letters.oldest) / 1000,
    )
  })
  const why = (): string | undefined => {
    const { maxBytes, maxAge } = limits()
    const { bytes, count, oldest } = letters
    if (bytes >= maxBytes)
      return `the dead letter queue is full: ${count} letters take ${printBytes(bytes)} of ${printBytes(maxBytes)} (deadLetters.size)`
    if (maxAge !== undefined && oldest !== undefined && clock() - oldest > maxAge)
      return `the oldest of ${count} dead letters has waited since ${new Date(oldest).toISOString()}, longer than deadLetters.age allows (${printDuration(maxAge)})`
    return undefined
  }
  return {
    /** Resolves when there is room for the dead rows of these. Rejects when aborted, and with `once` where there is none. */
    async wait(batches: readonly Batch[], signal: AbortSignal): Promise<void> {
      if (!batches.some(hasDead)) return
      let text = why()
      if (text === undefined) return
      const mend = "'tailrace dlq replay' or 'dlq purge' makes room, or raise the limit"
      if (once) throw new Error(`${text}; ${mend}`)
      if (waiting++ === 0) log.error(`${text}; reading waits: ${mend}`)
      try {
        for (; text !== undefined; text = why()) {
          troubles.set(what, { kind: 'delivery', about: what, text: `${text}; reading waits: ${mend}`, blocks: true })
          await sleep(pause, undefined, { signal })
        }
      } finally {
        if (--waiting === 0) {
          troubles.clear(what)
          if (!signal.aborted) log.info('there is room for dead letters again')
        }
      }
    },
  }
}
