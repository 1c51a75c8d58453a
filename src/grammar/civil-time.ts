import type { Machine } from './machine.ts'
import { t } from './time-parts.ts'
import type { Zone } from './zone.ts'

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const daysIn = (year: number, month: number): number => {
  if (month === 0) return isLeap(year) ? 366 : 365
  return month === 2 && isLeap(year) ? 29 : (days[month - 1] ?? 0)
}

/** Days of a year that is no leap year before each month; months begin at 1, and 0 stands for the whole year. */
const daysBefore = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const leapYearsUntil1969 = 477
const aDay = 86_400_000

/** Days since 1970 of the date read, by the Gregorian calendar, before it began too. */
const daysSince1970 = ({ year, month, day }: typeof t): number => {
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - leapYearsUntil1969
  return (year - 1970) * 365 + leaps + daysBefore[month]! + (month > 2 && isLeap(year) ? 1 : 0) + day - 1
}

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
  return daysSince1970(t) * aDay + ((hour * 60 + minute) * 60 + second) * 1000 + extra
}

/** Milliseconds since 1970 of a local time, by the zone that was read, else by that of the reading. */
export const toUtc = ({ zone }: Machine, local: number): number => {
  if (!t.zoned) return zone.toUtc(local)
  if (t.zones !== undefined && !Number.isNaN(local)) {
    for (const offset of t.zones) if (zone.offset(local - offset) === offset) return local - offset
  }
  return local - t.zone
}

/** A local day of a time of reading, which is one for many records: making a `Date` of it costs more than reading a time. */
const remembered = () => ({ limit: Number.NaN, zone: undefined as Zone | undefined, year: 0, month: 0, day: 0 })

/** The local day of `limit`, or `back` days before. */
const localDay = (known: ReturnType<typeof remembered>, { zone }: Machine, limit: number, back: number): void => {
  if (known.limit === limit && known.zone === zone) return
  const date = new Date(limit + zone.offset(limit) - back * aDay)
  known.limit = limit
  known.zone = zone
  known.year = date.getUTCFullYear()
  known.month = date.getUTCMonth() + 1
  known.day = date.getUTCDate()
}

const thisYear = remembered()

/** The instant in the year that puts the time nearest before now; NaN where there is none such. */
export const inYearBefore = (m: Machine): number => {
  const limit = m.now + aDay
  localDay(thisYear, m, limit, 0)
  const { year } = thisYear
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

const lastDays = [remembered(), remembered(), remembered()]

/** The instant on the day that puts the time nearest before now. */
export const onDayBefore = (m: Machine): number => {
  const limit = m.now + anHour
  for (let back = 0; back < lastDays.length; back++) {
    const day = lastDays[back]!
    localDay(day, m, limit, back)
    t.year = day.year
    t.month = day.month
    t.day = day.day
    const at = toUtc(m, civil())
    if (!(at > limit)) return at
  }
  return Number.NaN
}
