import { zoneNamed } from './zone-names.ts'

/** What was read last: one object, for nothing is made on the way. `month` 0: `day` counts from new year. */
export const t = {
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
  /** What a zone's name may mean, where it means several. */
  zones: undefined as readonly number[] | undefined,
  isPm: false,
  ms: 0,
}

export const two = (bytes: Uint8Array, at: number): number => {
  const high = bytes[at]! - 48
  const low = bytes[at + 1]! - 48
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low
}

export const four = (bytes: Uint8Array, at: number): number => {
  const high = two(bytes, at)
  const low = two(bytes, at + 2)
  return high < 0 || low < 0 ? -1 : high * 100 + low
}

/** One or two digits, or a blank and one: the value × 4 + how many bytes; -1 where none. */
export const oneOrTwo = (bytes: Uint8Array, at: number, limit: number): number => {
  if (at >= limit) return -1
  const first = bytes[at]! - 48
  const second = at + 1 < limit ? bytes[at + 1]! - 48 : -1
  const hasSecond = second >= 0 && second <= 9
  if (first === -16) return hasSecond ? second * 4 + 2 : -1
  if (first < 0 || first > 9) return -1
  return hasSecond ? (first * 10 + second) * 4 + 2 : first * 4 + 1
}

const isLetter = (b: number | undefined): boolean => b !== undefined && (b | 32) >= 97 && (b | 32) <= 122

/** Behind the letters from `at` on. */
export const lettersEnd = (bytes: Uint8Array, at: number, limit: number): number => {
  let end = at
  while (end < limit && isLetter(bytes[end])) end++
  return end
}

export const month = (bytes: Uint8Array, at: number): number => {
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

export const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
] as const

/** A whole month name, in any case; -1 where none. */
export const wholeMonth = (bytes: Uint8Array, at: number, limit: number): number => {
  const found = at + 3 <= limit ? month(bytes, at) : -1
  if (found < 0) return -1
  const name = monthNames[found - 1]!
  if (lettersEnd(bytes, at, limit) - at !== name.length) return -1
  for (let i = 3; i < name.length; i++) if ((bytes[at + i]! | 32) !== (name.charCodeAt(i) | 32)) return -1
  return found
}

/** Digits to nanoseconds; further ones are cut off. Returns the end. */
export const fractionDigits = (bytes: Uint8Array, at: number, limit: number): number => {
  let end = at
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
  t.digits = count
  for (; count < 9; count++) value *= 10
  t.ns = value
  return end
}

/** Digits behind `.` or `,`. Returns the end, or `at` where there are none. */
export const fraction = (bytes: Uint8Array, at: number, limit: number): number => {
  t.ns = 0
  t.digits = 0
  if (at + 1 >= limit || (bytes[at] !== 46 && bytes[at] !== 44)) return at
  const end = fractionDigits(bytes, at + 1, limit)
  return end === at + 1 ? at : end
}

/** `Z`, `UTC`, `GMT`, `±hh`, `±hhmm`, `±hh:mm`. Returns the end, or -1. */
export const zone = (bytes: Uint8Array, at: number, limit: number): number => {
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

/** The same, or the name of a zone. */
export const zoneOrName = (bytes: Uint8Array, at: number, limit: number): number => {
  const end = lettersEnd(bytes, at, limit)
  const zones = zoneNamed(bytes, at, end - at)
  if (zones === undefined) return end - at === 1 || end - at === 3 || end === at ? zone(bytes, at, limit) : -1
  t.zoned = true
  t.zone = zones[0]!
  if (zones.length > 1) t.zones = zones
  return end
}

/** `AM` or `PM`, in any case. Returns the end, or -1. */
export const halfOfDay = (bytes: Uint8Array, at: number, limit: number): number => {
  if (at + 2 > limit || (bytes[at + 1]! | 32) !== 109) return -1
  const first = bytes[at]! | 32
  if (first !== 97 && first !== 112) return -1
  t.isPm = first === 112
  return at + 2
}
