import { type Batch, outcome } from '../event/batch.ts'
import { hourOf, type LedgerDelta } from '../store/ledger.ts'

/** A delta of nothing. */
export const nothing = {
  read: 0,
  stored: 0,
  duplicate: 0,
  filtered: 0,
  deadLettered: 0,
  redirected: 0,
  lost: 0,
  bytes: 0,
} as const

/** What became of a batch's rows. */
export const tally = (batch: Batch): LedgerDelta => {
  const by = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < batch.count; i++) by[batch.outcome[i]!]!++
  const { origin, readAt, count } = batch.block
  return {
    source: origin.source,
    path: origin.path,
    hour: hourOf(readAt),
    read: count,
    stored: by[outcome.stored]!,
    duplicate: by[outcome.duplicate]!,
    filtered: by[outcome.filtered]!,
    deadLettered: by[outcome.dead]!,
    redirected: by[outcome.redirected]!,
    lost: 0,
    bytes: 0,
  }
}

/** Records that have an outcome. */
export const outcomesOf = ({ stored, duplicate, filtered, deadLettered, redirected }: LedgerDelta): number =>
  stored + duplicate + filtered + deadLettered + redirected

/** Bytes of the records that have an outcome; of most batches all have. `live`: how many have none. */
export const coveredBy = ({ outcome: outcomes, count, block: { from, to } }: Batch, live: number): number => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += to[i]! - from[i]!
  for (let i = 0; live > 0 && i < count; i++) if (outcomes[i] === outcome.live) sum -= to[i]! - from[i]!
  return sum
}

/** The earlier of two times, of which either may be NaN. */
export const earlier = (a: number, b: number): number => (a <= b || Number.isNaN(b) ? a : b)

/** Oldest event time among the rows with this outcome; NaN where there is none. */
export const oldestTime = (batch: Batch, among: number): number => {
  const times = batch.columns.get('@timestamp')
  let earliest = Number.NaN
  if (times?.kind !== 'time') return earliest
  for (let i = 0; i < batch.count; i++) {
    if (batch.outcome[i] === among && !(times.ms[i]! >= earliest)) earliest = times.ms[i]!
  }
  return earliest
}
