/** Writes times as people of a zone read them. */
export interface Clock {
  /** `2026-11-27 18:52:22` */
  full(ms: number): string
  /** `18:52:22`, with the day before it where that is not `now`'s. */
  brief(ms: number): string
  /** `18:52`, or `11-27 18:00` where a range spans days. */
  axis(ms: number, days: boolean): string
}

export const createClock = (timezone: string, now: number): Clock => {
  // Swedish writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' })
  const full = (ms: number): string => format.format(ms)
  const today = full(now).slice(0, 10)
  return {
    full,
    brief: (ms) => (full(ms).startsWith(today) ? full(ms).slice(11) : full(ms).slice(5)),
    axis: (ms, days) => (days ? full(ms).slice(5, 16) : full(ms).slice(11, 16)),
  }
}
