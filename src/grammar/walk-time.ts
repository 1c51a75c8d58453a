import {
  four,
  fraction,
  fractionDigits,
  halfOfDay,
  lettersEnd,
  month,
  oneOrTwo,
  t,
  two,
  wholeMonth,
  zone,
  zoneOrName,
} from './time-parts.ts'

/** Walks a pattern (codes of time-program.ts); returns the end, or minus the address it stopped at, less one. */
export const walk = (bytes: Uint8Array, start: number, limit: number, items: Uint8Array): number => {
  let at = start
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    let value = 0
    switch (item) {
      case 1: // yyyy
        if (at + 4 > limit || (t.year = four(bytes, at)) < 0) return -at - 1
        at += 4
        break
      case 2: // yy
        if (at + 2 > limit || (value = two(bytes, at)) < 0) return -at - 1
        t.year = value < 69 ? 2000 + value : 1900 + value
        at += 2
        break
      case 3: // MMM
        if (at + 3 > limit || (t.month = month(bytes, at)) < 0) return -at - 1
        at += 3
        break
      case 4: // MM
        if (at + 2 > limit || (t.month = two(bytes, at)) < 0) return -at - 1
        // Zero stands for days counted from new year.
        if (t.month === 0) t.month = 13
        at += 2
        break
      case 5: // dd
        if (at + 2 > limit || (t.day = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 6: // d
        if ((value = oneOrTwo(bytes, at, limit)) < 0) return -at - 1
        t.day = value >> 2
        at += value & 3
        break
      case 7: // EEE
        if (at + 3 > limit || lettersEnd(bytes, at, at + 3) < at + 3) return -at - 1
        at += 3
        break
      case 8: // HH, hh
        if (at + 2 > limit || (t.hour = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 9: // H, h
        if ((value = oneOrTwo(bytes, at, limit)) < 0) return -at - 1
        t.hour = value >> 2
        at += value & 3
        break
      case 10: // mm
        if (at + 2 > limit || (t.minute = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 11: // ss
        if (at + 2 > limit || (t.second = two(bytes, at)) < 0) return -at - 1
        at += 2
        break
      case 12: // f
        at = fraction(bytes, at, limit)
        break
      case 13: // Z, ZZ
        if ((value = zone(bytes, at, limit)) < 0) return -at - 1
        at = value
        break
      case 14: // z
        if ((value = zoneOrName(bytes, at, limit)) < 0) return -at - 1
        at = value
        break
      case 15: // MMMM
        if ((t.month = wholeMonth(bytes, at, limit)) < 0) return -at - 1
        at = lettersEnd(bytes, at, limit)
        break
      case 16: // EEEE
        value = lettersEnd(bytes, at, limit)
        if (value === at) return -at - 1
        at = value
        break
      case 17: // a
        if ((value = halfOfDay(bytes, at, limit)) < 0) return -at - 1
        at = value
        break
      case 18: // DDD
        if (at + 3 > limit || (value = two(bytes, at)) < 0 || bytes[at + 2]! < 48 || bytes[at + 2]! > 57) return -at - 1
        t.month = 0
        t.day = value * 10 + bytes[at + 2]! - 48
        at += 3
        break
      case 19: // M
        if ((value = oneOrTwo(bytes, at, limit)) < 0) return -at - 1
        t.month = value < 4 ? 13 : value >> 2
        at += value & 3
        break
      case 20: // SSS
        value = fractionDigits(bytes, at, limit)
        if (value === at) return -at - 1
        at = value
        break
      case 21: // HH:mm:ss at once
        if (at + 8 > limit || bytes[at + 2] !== 58 || bytes[at + 5] !== 58) break
        if ((t.hour = two(bytes, at)) < 0 || (t.minute = two(bytes, at + 3)) < 0) break
        if ((t.second = two(bytes, at + 6)) < 0) break
        at += 8
        i += 5
        break
      case 22: // dd/MMM/yyyy at once
        if (at + 11 > limit || bytes[at + 2] !== 47 || bytes[at + 6] !== 47) break
        if ((t.day = two(bytes, at)) < 0 || (t.month = month(bytes, at + 3)) < 0) break
        if ((t.year = four(bytes, at + 7)) < 0) break
        at += 11
        i += 5
        break
      default:
        if (at >= limit || bytes[at] !== item) return -at - 1
        at++
    }
  }
  return at
}

/** `yyyy-MM-dd`, `T` or blank, `HH:mm[:ss[fraction]]`, a blank or none, a zone or none. Returns as `walk` does. */
export const walkIso = (bytes: Uint8Array, start: number, limit: number): number => {
  let at = start
  if (at + 16 > limit || (t.year = four(bytes, at)) < 0 || bytes[at + 4] !== 45) return -at - 1
  t.month = two(bytes, at + 5)
  t.day = two(bytes, at + 8)
  const gap = bytes[at + 10]!
  if (t.month < 0 || t.day < 0 || bytes[at + 7] !== 45 || (gap !== 84 && gap !== 116 && gap !== 32)) return -at - 1
  if (t.month === 0) t.month = 13
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
