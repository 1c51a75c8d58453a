import { type LayoutItem, layoutItems } from './layout.ts'
import { fail, type Machine } from './machine.ts'
import { putTime } from './slot.ts'
import type { Step } from './step.ts'

/** A layout made ready to run. */
export interface TimeProgram {
  readonly own: 'iso' | 'epoch' | 'epoch_s' | 'epoch_ms' | 'epoch_us' | 'epoch_ns' | undefined
  /** Codes of tokens; a literal is its byte. */
  readonly items: Uint8Array
  readonly hasYear: boolean
  readonly hasDay: boolean
}

const code = {
  yyyy: 1,
  yy: 2,
  MMM: 3,
  MM: 4,
  dd: 5,
  d: 6,
  EEE: 7,
  HH: 8,
  H: 9,
  mm: 10,
  ss: 11,
  f: 12,
  ZZ: 13,
  Z: 13,
} as const
const own = new Set(['iso', 'epoch', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns'])

export const timeProgram = (layout: string): TimeProgram => {
  if (own.has(layout)) return { own: layout as 'iso', items: new Uint8Array(0), hasYear: true, hasDay: true }
  const items = layoutItems(layout)
  // A literal byte is above all codes: blanks and printable characters begin at 32.
  const of = (item: LayoutItem): number =>
    'token' in item ? code[item.token] : Math.max(32, item.literal.charCodeAt(0))
  return {
    own: undefined,
    items: Uint8Array.from(items, of),
    hasYear: items.some((item) => 'token' in item && item.token.startsWith('yy')),
    hasDay: items.some((item) => 'token' in item && item.token.startsWith('d')),
  }
}

/** Milliseconds since 1970 of the stores' first and last instant: nanoseconds of 64 bits, whole years of them. */
const earliest = Date.UTC(1678, 0, 1)
const latest = Date.UTC(2262, 0, 1) - 1

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

// What was read last, and the date whose midnight is known: logs stay on a day.
const t = {
  year: 0,
  month: 0,
  day: 0,
  hour: 0,
  minute: 0,
  second: 0,
  ns: 0,
  digits: 0,
  zone: 0,
  zoned: false,
  ms: 0,
  date: -1,
  midnight: 0,
}

const two = (bytes: Uint8Array, at: number): number => {
  const high = bytes[at]! - 48
  const low = bytes[at + 1]! - 48
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low
}

const four = (bytes: Uint8Array, at: number): number => {
  const high = two(bytes, at)
  const low = two(bytes, at + 2)
  return high < 0 || low < 0 ? -1 : high * 100 + low
}

/** One or two digits, or a blank and one: the value × 4 + how many bytes; -1 where none. */
const oneOrTwo = (bytes: Uint8Array, at: number, limit: number): number => {
  if (at >= limit) return -1
  const first = bytes[at]! - 48
  const second = at + 1 < limit ? bytes[at + 1]! - 48 : -1
  const hasSecond = second >= 0 && second <= 9
  if (first === -16) return hasSecond ? second * 4 + 2 : -1
  if (first < 0 || first > 9) return -1
  return hasSecond ? (first * 10 + second) * 4 + 2 : first * 4 + 1
}

const month = (bytes: Uint8Array, at: number): number => {
  switch (((bytes[at]! | 32) << 16) | ((bytes[at + 1]! | 32) << 8) | (bytes[at + 2]! | 32)) {
    case 0x6a616e:
      return 1
    case 0x666562:
      return 2
    case 0x6d6172:
      return 3
    case 0x617072:
      return 4
    case 0x6d6179:
      return 5
    case 0x6a756e:
      return 6
    case 0x6a756c:
      return 7
    case 0x617567:
      return 8
    case 0x736570:
      return 9
    case 0x6f6374:
      return 10
    case 0x6e6f76:
      return 11
    case 0x646563:
      return 12
    default:
      return -1
  }
}

/** Digits behind `.` or `,`, to nanoseconds; further ones are cut off. Returns the end, or `at` where there are none. */
const fraction = (bytes: Uint8Array, at: number, limit: number): number => {
  t.ns = 0
  t.digits = 0
  if (at + 1 >= limit || (bytes[at] !== 46 && bytes[at] !== 44)) return at
  let end = at + 1
  let value = 0
  let count = 0
  for (; end < limit; end++) {
    const d = bytes[end]! - 48
    if (d < 0 || d > 9) break
    if (count < 9) {
      value = value * 10 + d
      count++
    }
  }
  if (end === at + 1) return at
  t.digits = count
  for (; count < 9; count++) value *= 10
  t.ns = value
  return end
}

/** `Z`, `UTC`, `GMT`, `±hh`, `±hhmm`, `±hh:mm`. Returns the end, or -1. */
const zone = (bytes: Uint8Array, at: number, limit: number): number => {
  t.zone = 0
  t.zoned = true
  if (at >= limit) return -1
  const b = bytes[at]!
  if (b === 90 || b === 122) return at + 1
  if (
    at + 3 <= limit &&
    ((b === 85 && bytes[at + 1] === 84 && bytes[at + 2] === 67) ||
      (b === 71 && bytes[at + 1] === 77 && bytes[at + 2] === 84))
  )
    return at + 3
  if ((b !== 43 && b !== 45) || at + 3 > limit) return -1
  const hours = two(bytes, at + 1)
  if (hours < 0 || hours > 23) return -1
  let end = at + 3
  let minutes = 0
  const colon = end < limit && bytes[end] === 58 ? 1 : 0
  if (end + colon + 2 <= limit && two(bytes, end + colon) >= 0) {
    minutes = two(bytes, end + colon)
    end += colon + 2
  }
  if (minutes > 59) return -1
  t.zone = (b === 45 ? -1 : 1) * (hours * 60 + minutes) * 60_000
  return end
}

/** Walks a pattern; returns the end, or minus the address it stopped at, less one. */
const walk = (bytes: Uint8Array, start: number, limit: number, items: Uint8Array): number => {
  let at = start
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    let value = 0
    switch (item) {
      case 1:
        if (at + 4 > limit || (t.year = four(bytes, at)) < 0) return -at - 1
        at += 4
        break
      case 2:
        if (at + 2 > limit || (value = two(bytes, at)) < 0) return -at - 1
        t.year = value < 69 ? 2000 + value : 1900 + value
        at += 2
        break
      case 3:
        if (at + 3 > limit || (t.month = month(bytes, at)) < 0) return -at - 1
        at += 3
        break
      case 4:
        if (at + 2 > limit || (t.month = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 5:
        if (at + 2 > limit || (t.day = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 6:
        if ((value = oneOrTwo(bytes, at, limit)) < 0) return -at - 1
        t.day = value >> 2
        at += value & 3
        break
      case 7:
        if (at + 3 > limit || (bytes[at]! | 32) < 97 || (bytes[at]! | 32) > 122) return -at - 1
        at += 3
        break
      case 8:
        if (at + 2 > limit || (t.hour = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 9:
        if ((value = oneOrTwo(bytes, at, limit)) < 0) return -at - 1
        t.hour = value >> 2
        at += value & 3
        break
      case 10:
        if (at + 2 > limit || (t.minute = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 11:
        if (at + 2 > limit || (t.second = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 12:
        at = fraction(bytes, at, limit)
        break
      case 13:
        if ((value = zone(bytes, at, limit)) < 0) return -at - 1
        at = value
        break
      default:
        if (at >= limit || bytes[at] !== item) return -at - 1
        at++
    }
  }
  return at
}

/** `yyyy-MM-dd`, `T` or blank, `HH:mm[:ss[fraction]]`, a blank or none, a zone or none. */
const walkIso = (bytes: Uint8Array, start: number, limit: number): number => {
  let at = start
  if (at + 16 > limit || (t.year = four(bytes, at)) < 0 || bytes[at + 4] !== 45) return -at - 1
  t.month = two(bytes, at + 5)
  t.day = two(bytes, at + 8)
  const gap = bytes[at + 10]!
  if (t.month < 0 || t.day < 0 || bytes[at + 7] !== 45 || (gap !== 84 && gap !== 116 && gap !== 32)) return -at - 1
  t.hour = two(bytes, at + 11)
  t.minute = two(bytes, at + 14)
  if (t.hour < 0 || t.minute < 0 || bytes[at + 13] !== 58) return -at - 12
  at += 16
  t.second = 0
  if (at + 3 <= limit && bytes[at] === 58) {
    if ((t.second = two(bytes, at + 1)) < 0) return -at - 2
    at = fraction(bytes, at + 3, limit)
  }
  const end = zone(bytes, at, limit)
  if (end >= 0) return end
  // ` UTC` and ` +08:00`, but not the minus of ` - ` that layouts have behind a time.
  if (at < limit && bytes[at] === 32) {
    const spaced = zone(bytes, at + 1, limit)
    if (spaced >= 0 && (spaced - at >= 6 || bytes[at + 1]! > 57)) {
      const behind = spaced < limit ? bytes[spaced]! : 32
      if (!((behind >= 97 && behind <= 122) || (behind >= 65 && behind <= 90) || (behind >= 48 && behind <= 57)))
        return spaced
    }
  }
  t.zone = 0
  t.zoned = false
  return at
}

/** Milliseconds of the date and time read, as if it were UTC; NaN where there is none such. */
const civil = (): number => {
  const { year, day, hour, minute } = t
  const inMonth = t.month === 2 && isLeap(year) ? 29 : (days[t.month - 1] ?? 0)
  if (day < 1 || day > inMonth || hour > 23 || minute > 59 || t.second > 60) return Number.NaN
  let second = t.second
  let extra = 0
  if (second === 60) {
    second = 59
    extra = 999
    t.ns = 999_999_999
  } else extra = Math.floor(t.ns / 1_000_000)
  const date = (year * 16 + t.month) * 32 + day
  if (date !== t.date) {
    t.date = date
    const at = new Date(0)
    at.setUTCFullYear(year, t.month - 1, day)
    t.midnight = at.getTime()
  }
  return t.midnight + ((hour * 60 + minute) * 60 + second) * 1000 + extra
}

const forgiven = 86_400_000

/** The year that puts the time nearest before now. */
const inferYear = (m: Machine): number => {
  const limit = m.now + forgiven
  const year = new Date(limit + m.zone.offset(limit)).getUTCFullYear()
  // A 29 February may be up to eight years back.
  for (t.year = year; t.year >= year - 8; t.year--) {
    const local = civil()
    if (Number.isNaN(local)) continue
    const at = t.zoned ? local - t.zone : m.zone.toUtc(local)
    if (at <= limit) return at
  }
  return Number.NaN
}

const hour = 3_600_000

/** The day that puts the time nearest before now, an hour of clock difference forgiven. */
const inferDay = (m: Machine): number => {
  const limit = m.now + hour
  for (let back = 0; back <= 2; back++) {
    const day = new Date(limit + m.zone.offset(limit) - back * forgiven)
    t.year = day.getUTCFullYear()
    t.month = day.getUTCMonth() + 1
    t.day = day.getUTCDate()
    const local = civil()
    const at = t.zoned ? local - t.zone : m.zone.toUtc(local)
    if (!(at > limit)) return at
  }
  return Number.NaN
}

const finish = (m: Machine, s: Step, from: number, ms: number): boolean => {
  if (!(ms >= earliest && ms <= latest))
    return fail(m, 'time_out_of_range', from, 'a time that exists, from 1678 to 2261', s.field)
  t.ms = ms
  putTime(m, s.slot, ms, t.ns % 1_000_000, t.digits)
  return true
}

const epochPower = { epoch_s: 0, epoch_ms: 3, epoch_us: 6, epoch_ns: 9, epoch: -1 } as const

/** Digits since 1970 in the unit; the fraction of seconds and milliseconds counts too. */
const readEpoch = (m: Machine, s: Step, unit: keyof typeof epochPower): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  const first = negative ? from + 1 : from
  let at = first
  while (at < limit && bytes[at]! >= 48 && bytes[at]! <= 57) at++
  const count = at - first
  if (count === 0) return fail(m, first >= m.end ? 'unexpected_end' : 'bad_value', first, s.expected, s.field)
  let power: number = epochPower[unit]
  if (power < 0) power = count <= 11 ? 0 : count <= 14 ? 3 : count <= 17 ? 6 : 9
  if (count > 20) return fail(m, 'time_out_of_range', from, 'a time that exists, from 1678 to 2261', s.field)
  let seconds = 0
  const wholeEnd = Math.max(first, at - power)
  for (let i = first; i < wholeEnd; i++) seconds = seconds * 10 + bytes[i]! - 48
  let ns = 0
  let digits = 0
  for (let i = wholeEnd + Math.min(0, count - power); i < at; i++, digits++)
    ns = ns * 10 + (i < first ? 0 : bytes[i]! - 48)
  if (at + 1 < limit && bytes[at] === 46 && bytes[at + 1]! >= 48 && bytes[at + 1]! <= 57) {
    for (at++; at < limit && bytes[at]! >= 48 && bytes[at]! <= 57; at++) {
      if (digits < 9) {
        ns = ns * 10 + bytes[at]! - 48
        digits++
      }
    }
  }
  for (let i = digits; i < 9; i++) ns *= 10
  t.digits = digits
  // Before 1970 the fraction counts backwards.
  const whole = negative && ns > 0 ? -seconds - 1 : negative ? -seconds : seconds
  t.ns = negative && ns > 0 ? 1_000_000_000 - ns : ns
  m.at = at
  return finish(m, s, from, whole * 1000 + Math.floor(t.ns / 1_000_000))
}

const readOne = (m: Machine, s: Step, program: TimeProgram): boolean => {
  if (program.own !== undefined && program.own !== 'iso') return readEpoch(m, s, program.own)
  const { bytes, limit } = m
  const from = m.at
  t.ns = 0
  t.digits = 0
  t.zoned = false
  const end = program.own === 'iso' ? walkIso(bytes, from, limit) : walk(bytes, from, limit, program.items)
  if (end < 0) {
    const at = -end - 1
    return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', Math.min(at, limit), s.expected, s.field)
  }
  m.at = end
  if (!program.hasDay) return finish(m, s, from, inferDay(m))
  if (!program.hasYear) return finish(m, s, from, inferYear(m))
  const local = civil()
  return finish(m, s, from, t.zoned ? local - t.zone : m.zone.toUtc(local))
}

/** A byte that no layout goes on with: what stands before it was read without looking further. */
const isEdge = (b: number): boolean => b === 93 || b === 34 || b === 124 || b === 9

/** Whether the bytes at `at` are those of the time read last, and the one behind them. */
const isLast = ({ bytes, view, limit, last }: Machine, at: number): boolean => {
  const { from, length } = last
  const end = at + length
  if (end >= limit || bytes[end] !== bytes[from + length]) return false
  let one = at
  let other = from
  for (; one + 4 <= end; one += 4, other += 4) if (view.getInt32(one, true) !== view.getInt32(other, true)) return false
  for (; one < end; one++, other++) if (bytes[one] !== bytes[other]) return false
  return true
}

/** The first layout that fits. Lines of one second share a time, which is then read once. */
export const readTime = (m: Machine, s: Step): boolean => {
  const from = m.at
  const { times } = s
  const { last } = m
  if (last.times === times && isLast(m, from)) {
    putTime(m, s.slot, last.ms, last.ns, last.digits)
    m.at = from + last.length
    return true
  }
  for (let i = 0; i < times.length; i++) {
    m.at = from
    if (!readOne(m, s, times[i]!)) continue
    if (times.length === 1 && m.at < m.limit && isEdge(m.bytes[m.at]!)) {
      last.times = times
      last.from = from
      last.length = m.at - from
      last.ms = t.ms
      last.ns = t.ns % 1_000_000
      last.digits = t.digits
    }
    return true
  }
  return false
}
