import type { Machine } from './machine.ts'
import { t } from './time-parts.ts'

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysIn = (year: number, month: number): number => {
  if (month === 0) return isLeap(year) ? 366 : 365
  return month === 2 && isLeap(year) ? 29 : (days[month - 1] ?? 0)
}

/** The date whose midnight is known: logs stay on a day. */
const last = { date: -1, midnight: 0 }

/** Milliseconds of the date and time read, as if it were UTC; NaN where there is none such. */
export const civil = (): number => {
  const { year, month, day, hour, minute } = t
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || t.second > 60) return Number.NaN
  let second = t.second
  let extra = 0
  if (second === 60) {
    second = 59
    extra = 999
    t.ns = 999_999_999
  } else extra = Math.floor(t.ns / 1_000_000)
  const date = (year * 16 + month) * 512 + day
  if (date !== last.date) {
    last.date = date
    const at = new Date(0)
    at.setUTCFullYear(year, Math.max(0, month - 1), day)
    last.midnight = at.getTime()
  }
  return last.midnight + ((hour * 60 + minute) * 60 + second) * 1000 + extra
}

/** Milliseconds since 1970 of a local time, by the zone that was read, else by that of the reading. */
export const toUtc = ({ zone }: Machine, local: number): number => {
  if (!t.zoned) return zone.toUtc(local)
  if (t.zones !== undefined && !Number.isNaN(local)) {
    for (const offset of t.zones) if (zone.offset(local - offset) === offset) return local - offset
  }
  return local - t.zone
}

const forgiven = 86_400_000

/** The instant in the year that puts the time nearest before now; NaN where there is none such. */
export const inYearBefore = (m: Machine): number => {
  const limit = m.now + forgiven
  const year = new Date(limit + m.zone.offset(limit)).getUTCFullYear()
  // A 29 February may be up to eight years back.
  for (t.year = year; t.year >= year - 8; t.year--) {
    const local = civil()
    if (Number.isNaN(local)) continue
    const at = toUtc(m, local)
    if (at <= limit) return at
  }
  return Number.NaN
}

const anHour = 3_600_000

/** The instant on the day that puts the time nearest before now. */
export const onDayBefore = (m: Machine): number => {
  const limit = m.now + anHour
  for (let back = 0; back <= 2; back++) {
    const day = new Date(limit + m.zone.offset(limit) - back * forgiven)
    t.year = day.getUTCFullYear()
    t.month = day.getUTCMonth() + 1
    t.day = day.getUTCDate()
    const at = toUtc(m, civil())
    if (!(at > limit)) return at
  }
  return Number.NaN
}
