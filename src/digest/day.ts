import type { Window } from '../alert/alert.ts'

/** A calendar day in a zone, and what it is compared with. Times are milliseconds since 1970, the end not included. */
export interface DigestDay extends Window {
  /** `2026-11-22` */
  readonly date: string
  readonly timezone: string
  /** The day is not over: `to` is now. */
  readonly soFar: boolean
  /** The day before, of a day that is not over only as much of it by the clock. */
  readonly before: Window
}

/** Hours differ: a day may have 23 or 25 of them. Throws `RangeError` for a date that does not exist or has not begun. */
export const dayOf = (date: string, timezone: string, now: number): DigestDay => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new RangeError(`'${date}' is no date: write it as 2026-11-22`)
  let plain: Temporal.PlainDate
  try {
    plain = Temporal.PlainDate.from(date, { overflow: 'reject' })
  } catch (error) {
    throw new RangeError(`there is no day ${date}`, { cause: error })
  }
  const start = (day: Temporal.PlainDate): number => day.toZonedDateTime(timezone).epochMilliseconds
  const from = start(plain)
  const end = start(plain.add({ days: 1 }))
  if (from > now) throw new RangeError(`${date} has not begun yet`)
  const soFar = now < end
  const yesterday = start(plain.subtract({ days: 1 }))
  const sameTime = (): number =>
    Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).subtract({ days: 1 }).epochMilliseconds
  return {
    date,
    timezone,
    from,
    to: soFar ? now : end,
    soFar,
    before: { from: yesterday, to: soFar ? Math.min(sameTime(), from) : from },
  }
}

/** The date in `timezone`, `days` from today. */
export const dateOf = (now: number, timezone: string, days = 0): string =>
  Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate().add({ days }).toString()
