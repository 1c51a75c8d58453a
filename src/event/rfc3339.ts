/** Where a time is read to: milliseconds since 1970, 0…999,999 ns after it, digits of the fraction. */
export interface ReadTime {
  ms: number
  ns: number
  digits: number
}

const two = (bytes: Uint8Array, at: number): number => {
  const high = bytes[at]! - 48
  const low = bytes[at + 1]! - 48
  return high < 0 || high > 9 || low < 0 || low > 9 ? Number.NaN : high * 10 + low
}

// Lines of a log lie close together: the day read last is kept.
let known = -1
let midnight = Number.NaN

/** Midnight of a date in UTC; NaN where there is none such. */
const dayOf = (year: number, month: number, day: number): number => {
  const code = (year * 16 + month) * 32 + day
  if (code === known) return midnight
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  known = code
  midnight = date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : Number.NaN
  return midnight
}

/** Minutes of `Z` or `±hh:mm` at the end of a time; NaN for anything else. */
const zoneOf = (bytes: Uint8Array, at: number, end: number): number => {
  const first = bytes[at]!
  if (end - at === 1) return first === 90 || first === 122 ? 0 : Number.NaN
  if (end - at !== 6 || (first !== 43 && first !== 45) || bytes[at + 3] !== 58) return Number.NaN
  const minutes = two(bytes, at + 1) * 60 + two(bytes, at + 4)
  return first === 45 ? -minutes : minutes
}

/**
 * Reads `2026-11-23T08:00:00[.123456789]Z` or with `±hh:mm` (RFC 3339, as machines write it), all of [start, end).
 * False, and `ms` NaN, where it is none.
 */
export const readRfc3339 = (bytes: Uint8Array, start: number, end: number, time: ReadTime): boolean => {
  time.ms = Number.NaN
  time.ns = 0
  time.digits = 0
  if (end - start < 20 || bytes[start + 4] !== 45 || bytes[start + 7] !== 45) return false
  const gap = bytes[start + 10]
  if ((gap !== 84 && gap !== 116) || bytes[start + 13] !== 58 || bytes[start + 16] !== 58) return false
  const day = dayOf(two(bytes, start) * 100 + two(bytes, start + 2), two(bytes, start + 5), two(bytes, start + 8))
  const hour = two(bytes, start + 11)
  const minute = two(bytes, start + 14)
  const second = two(bytes, start + 17)
  if (hour > 23 || minute > 59 || second > 60) return false
  let at = start + 19
  let nanos = 0
  if (bytes[at] === 46) {
    let scale = 100_000_000
    const from = ++at
    for (; at < end && bytes[at]! >= 48 && bytes[at]! <= 57; at++) {
      nanos += (bytes[at]! - 48) * scale
      scale = scale === 1 ? 0 : scale / 10
    }
    if (at === from) return false
    time.digits = Math.min(9, at - from)
  }
  if (at >= end) return false
  // A leap second is told as the last instant of its minute.
  if (second === 60) nanos = 999_999_999
  const whole = Math.floor(nanos / 1_000_000)
  const ms = day + (hour * 60 + minute - zoneOf(bytes, at, end)) * 60_000 + Math.min(second, 59) * 1000 + whole
  if (Number.isNaN(ms)) return false
  time.ms = ms
  time.ns = nanos - whole * 1_000_000
  return true
}
