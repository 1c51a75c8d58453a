import { type ScheduledTask, schedule } from 'node-cron'
import { quiet } from '../telemetry/quiet.ts'
import { dateOf, dayOf } from './day.ts'

export interface DigestScheduleOptions {
  /** Time of day, `08:00`, in `timezone`. */
  readonly at: string
  readonly timezone: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Whether the digest of that date was ever handed over. */
  readonly sent: (date: string) => boolean
  /** Makes the digest and hands it over: resolves once it is on disk. Throws while the store is away. */
  readonly send: (date: string, signal: AbortSignal) => Promise<void>
  /** Milliseconds since 1970 up to which everything written was read; undefined: not known. */
  readonly position: () => number | undefined
  /** A sentence for the operator, once a trouble. */
  readonly report: (text: string) => void
  /** How long a digest waits for records of its day that are still being read. Default 1 h. */
  readonly patience?: number
}

/** Sends the digest of each day on the next, once, as soon as its time has come and this process runs. */
export interface DigestSchedule {
  /** Looks now, and then every ten seconds. */
  start(): void
  /** Sends what is due; never throws. */
  look(): Promise<void>
  stop(): Promise<void>
}

const longestTry = 300_000

export const createDigestSchedule = (options: DigestScheduleOptions): DigestSchedule => {
  const { at, timezone, clock, report, patience = 3_600_000 } = options
  const startedAt = clock()
  const stopping = new AbortController()
  let task: ScheduledTask | undefined
  let turn: Promise<void> = Promise.resolve()
  /** The date whose trouble was told. */
  let troubled: string | undefined

  const dueAt = (now: number): number =>
    Temporal.PlainDate.from(dateOf(now, timezone)).toZonedDateTime({ timeZone: timezone, plainTime: at })
      .epochMilliseconds

  const send = async (): Promise<void> => {
    const now = clock()
    const due = dueAt(now)
    if (now < due) return
    // Only of yesterday: what was not sent while nothing ran is old news.
    const date = dateOf(now, timezone, -1)
    if (options.sent(date)) return
    const reached = options.position() ?? Number.NEGATIVE_INFINITY
    if (reached < dayOf(date, timezone, now).to && now - Math.max(due, startedAt) < patience) return
    try {
      await options.send(date, AbortSignal.any([stopping.signal, AbortSignal.timeout(longestTry)]))
      if (troubled === date) report(`the digest of ${date} could be made now`)
    } catch (error) {
      if (stopping.signal.aborted) return
      const text = error instanceof Error ? error.message : String(error)
      if (troubled !== date) report(`the digest of ${date} cannot be made and is tried again: ${text}`)
      troubled = date
    }
  }
  const look = (): Promise<void> => {
    turn = turn.then(send)
    return turn
  }

  return {
    start() {
      // Again and again, not at the time of day: a machine that slept, or a clock that was set, misses no digest.
      task = schedule('*/10 * * * * *', look, { noOverlap: true, suppressMissedWarning: true, logger: quiet })
      void look()
    },
    look,
    async stop() {
      stopping.abort()
      await task?.destroy()
      await turn
    },
  }
}
