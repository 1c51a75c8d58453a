/** What relative and zoneless dates are read against. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number
  /** IANA name or `UTC`. */
  readonly timezone: string
}
/** Milliseconds since 1970, both included: all the times a date text names. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Year, month (0…11), day, hour, minute, second, millisecond, as a wall clock shows them. */
type Wall = [number, number, number, number, number, number, number]

const iso =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/
const maths = /([+-]\d{1,9}[yMwdhHms])|(\/[yMwdhHms])/y
const units = { y: 0, M: 1, d: 2, H: 3, h: 3, m: 4, s: 5 } as const
const epoch = /^-?\d{5,16}$/

/**
 * Reads a date of a query: ISO 8601 to any precision (`2026-11` is that month), `now` or `…||` with date maths
 * (`now-15m`, `now-1d/d`, `2026-11-23||+1M/M`), or milliseconds since 1970 (five digits and more). Rounding names the
 * whole unit; weeks begin on Monday. Texts without a zone are of `clock.timezone`. Undefined where it is none.
 */
export const dateSpan = (text: string, clock: Clock): Span | undefined => {
  if (epoch.test(text)) return spanOf(Number(text), Number(text))
  if (text.startsWith('now')) return withMaths({ from: clock.now, to: clock.now }, text.slice(3), clock.timezone)
  const bars = text.indexOf('||')
  const span = isoSpan(bars < 0 ? text : text.slice(0, bars), clock.timezone)
  if (span === undefined || bars < 0) return span
  return withMaths({ from: span.from, to: span.from }, text.slice(bars + 2), clock.timezone)
}

/** Within what a Date holds, with room to look a day or a year further. */
const furthest = 8.6e15
const spanOf = (from: number, to: number): Span | undefined =>
  Math.abs(from) <= furthest && Math.abs(to) <= furthest ? { from, to } : undefined

const isoSpan = (text: string, timezone: string): Span | undefined => {
  const match = iso.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  if (zone !== undefined && hour === undefined) return undefined
  const wall: Wall = [
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    Number((fraction ?? '0').padEnd(3, '0').slice(0, 3)),
  ]
  const back = new Date(flat(wall))
  if (back.getUTCMonth() !== wall[1] || back.getUTCDate() !== wall[2] || wall[3] > 23 || wall[4] > 59 || wall[5] > 59)
    return undefined
  const toMs = zone === undefined ? (at: Wall) => instant(at, timezone) : (at: Wall) => flat(at) - offsetOf(zone)
  const given = [month, day, hour, minute, second, fraction].indexOf(undefined)
  if (given === -1) return spanOf(toMs(wall), toMs(wall))
  return spanOf(toMs(wall), toMs(moved(wall, given, 1)) - 1)
}

const withMaths = (start: Span, text: string, timezone: string): Span | undefined => {
  let { from, to } = start
  let at = 0
  while (at < text.length) {
    maths.lastIndex = at
    const match = maths.exec(text)
    if (match === null) return undefined
    at += match[0].length
    const [, shift, rounding] = match
    if (shift !== undefined) {
      const unit = shift.at(-1)!
      const amount = Number(shift.slice(0, -1))
      // Hours and less are lengths of time; days and more are steps of the calendar, whatever the clocks do between.
      if (unit === 'h' || unit === 'H' || unit === 'm' || unit === 's') {
        const length = unit === 's' ? 1000 : unit === 'm' ? 60_000 : 3_600_000
        from += amount * length
        to += amount * length
      } else {
        const place = unit === 'w' ? 2 : units[unit as keyof typeof units]
        const steps = unit === 'w' ? amount * 7 : amount
        const whole = to > from
        from = instant(moved(wallOf(from, timezone), place, steps), timezone)
        to = whole ? instant(moved(wallOf(to + 1, timezone), place, steps), timezone) - 1 : from
      }
    } else {
      const unit = rounding!.slice(1)
      const wall = wallOf(from, timezone)
      const place = unit === 'w' ? 2 : units[unit as keyof typeof units]
      if (unit === 'w') wall[2] -= (new Date(flat(wall)).getUTCDay() + 6) % 7
      for (let i = place + 1; i < 7; i++) wall[i] = i === 2 ? 1 : 0
      from = instant(wall, timezone)
      to = instant(moved(wall, place, unit === 'w' ? 7 : 1), timezone) - 1
    }
    if (spanOf(from, to) === undefined) return undefined
  }
  return spanOf(from, to)
}

/** The wall clock as if it were UTC; places may overflow. Years below 100 are themselves. */
const flat = (wall: Wall): number => {
  const date = new Date(0)
  date.setUTCFullYear(wall[0], wall[1], wall[2])
  date.setUTCHours(wall[3], wall[4], wall[5], wall[6])
  return date.getTime()
}

/** A month that is shorter ends the walk on its last day. */
const moved = (wall: Wall, place: number, steps: number): Wall => {
  const next: Wall = [...wall]
  next[place]! += steps
  if (place <= 1) next[2] = Math.min(next[2], new Date(flat([next[0], next[1] + 1, 0, 0, 0, 0, 0])).getUTCDate())
  return next
}

const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (timezone: string): Intl.DateTimeFormat => {
  let format = formats.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timezone, format)
  }
  return format
}

const wallOf = (ms: number, timezone: string): Wall => {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(timezone).formatToParts(ms)) part[type] = value
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year)
  const milli = ((ms % 1000) + 1000) % 1000
  return [
    year,
    Number(part.month) - 1,
    Number(part.day),
    Number(part.hour),
    Number(part.minute),
    Number(part.second),
    milli,
  ]
}

/** The first time a clock of the zone shows it; a time skipped by a change of clocks is taken after the change. */
const instant = (wall: Wall, timezone: string): number => {
  const wanted = flat(wall)
  if (!(Math.abs(wanted) <= furthest)) return Number.NaN
  const offset = (ms: number) => flat(wallOf(ms, timezone)) - ms
  const before = wanted - offset(wanted - 86_400_000)
  if (flat(wallOf(before, timezone)) === wanted) return before
  const after = wanted - offset(wanted + 86_400_000)
  return flat(wallOf(after, timezone)) === wanted ? after : before
}

const offsetOf = (zone: string): number => {
  if (zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const length = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
  return zone.startsWith('-') ? -length : length
}
