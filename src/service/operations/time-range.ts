import { parseDuration } from '../../event/units.ts'
import { OperationError } from '../control.ts'

/**
 * Milliseconds since 1970 of what `--since` and `--until` take: an age (`1h`), a date (`2026-11-22`, midnight in
 * `timezone`), or an ISO time (in `timezone` where it names no zone).
 */
export const parseTime = (text: string, now: number, timezone: string): number => {
  const age = parseDuration(text)
  if (age !== undefined) return now - age
  if (text === 'now') return now
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text.trim(),
  )
  if (match !== null) {
    const [, date, time = '00:00', zone] = match
    const at = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${zone ?? 'Z'}`)
    if (!Number.isNaN(at)) return zone === undefined ? at - offsetOf(at, timezone) : at
  }
  throw new OperationError(2, `'${text}' is no time: use an ISO time, a date, or an age as 15m, 1h, 7d`)
}

/** Milliseconds that `timezone` is ahead of UTC when its clocks show `local`. */
const offsetOf = (local: number, timezone: string): number => {
  const zoneAt = (instant: number): number => {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(instant)
    const get = (type: string): number => Number(parts.find((part) => part.type === type)!.value)
    return (
      Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second')) -
      Math.floor(instant / 1000) * 1000
    )
  }
  return zoneAt(local - zoneAt(local))
}
