import type { Alert } from '../alert/alert.ts'
import type { DigestDay } from './day.ts'
import type { SlowQuery } from './slow-queries.ts'

/** Records, and how many of them are errors. */
export interface Volume {
  readonly count: number
  readonly errors: number
}

/** A figure of the day beside that of the day before. */
export interface Compared<T> {
  readonly now: T
  readonly before: T
}

export interface DatasetVolume extends Compared<Volume> {
  readonly dataset: string
}

export interface HourVolume extends Volume {
  /** Start of the hour, milliseconds since 1970. */
  readonly at: number
}

/** Requests of one URL template. */
export interface Endpoint extends Compared<Volume> {
  readonly template: string
  /** Nanoseconds; null where requests have no duration. */
  readonly p95: number | null
}

export interface RankedQuery extends SlowQuery {
  /** Runs the day before. */
  readonly before: number
}

/** What became of the records that a source's files gave in the day. */
export interface Account {
  readonly source: string
  readonly store: string
  readonly read: number
  readonly stored: number
  readonly duplicate: number
  readonly filtered: number
  readonly deadLettered: number
  readonly redirected: number
  readonly inFlight: number
  /** Bytes stated lost. */
  readonly lost: number
  readonly bytes: number
  readonly balanced: boolean
}

/** A day in figures: everything a digest says. */
export interface Digest {
  readonly day: DigestDay
  readonly madeAt: number
  /** Largest first; those that had something the day before are among them. */
  readonly datasets: readonly DatasetVolume[]
  readonly total: Compared<Volume>
  /** Answered requests, and those that ended with a status of 500 or above. */
  readonly requests: Compared<Volume>
  /** Every hour of the day that has begun. */
  readonly hours: readonly HourVolume[]
  /** Those with most requests, and those that failed most, by requests. */
  readonly endpoints: readonly Endpoint[]
  readonly slow: readonly RankedQuery[]
  /** All slow statements, also those of no fingerprint shown. */
  readonly slowCount: Compared<number>
  /** Open ones first, then the newest. */
  readonly alerts: readonly Alert[]
  /** Hours of reading that began in the day. */
  readonly ledger: readonly Account[]
  /** Not everything that was written in the day has been read yet. */
  readonly behind: boolean
}
