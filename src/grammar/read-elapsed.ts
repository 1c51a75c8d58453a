import { absent } from '../event/column.ts'
import { fail, type Machine } from './machine.ts'
import { putNumber } from './slot.ts'
import type { Step } from './step.ts'

/** Nanoseconds of a unit, by its first bytes; `m` is minutes unless an `s` follows. */
const unitAt = (bytes: Uint8Array, at: number, limit: number): { readonly length: number; readonly ns: number } => {
  const b = bytes[at]
  const second = at + 1 < limit ? bytes[at + 1] : -1
  if (at >= limit) return none
  if (b === 104) return hour
  if (b === 115) return whole
  if (b === 109) return second === 115 ? milli : minute
  if (b === 110 && second === 115) return nano
  if (b === 117 && second === 115) return micro
  // µ as U+00B5 or U+03BC: two bytes each.
  if ((b === 0xc2 && second === 0xb5) || (b === 0xce && second === 0xbc))
    return at + 2 < limit && bytes[at + 2] === 115 ? microSign : none
  return none
}
const none = { length: 0, ns: 0 }
const hour = { length: 1, ns: 3_600_000_000_000 }
const minute = { length: 1, ns: 60_000_000_000 }
const whole = { length: 1, ns: 1_000_000_000 }
const milli = { length: 2, ns: 1_000_000 }
const micro = { length: 2, ns: 1000 }
const microSign = { length: 3, ns: 1000 }
const nano = { length: 2, ns: 1 }

/**
 * A duration as Go's `time.Duration` prints it (https://pkg.go.dev/time#Duration.String), and what else writes a number
 * and a unit. Below a nanosecond is cut off.
 */
export const readElapsed = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  let at = negative ? from + 1 : from
  let total = 0
  let parts = 0
  for (;;) {
    const first = at
    let value = 0
    while (at < limit && bytes[at]! >= 48 && bytes[at]! <= 57) value = value * 10 + bytes[at++]! - 48
    let digits = at - first
    // Beyond 15 digits a fraction says nothing below a nanosecond, a whole number is out of range.
    let scale = 1
    if (at + 1 < limit && bytes[at] === 46 && bytes[at + 1]! >= 48 && bytes[at + 1]! <= 57) {
      at++
      for (; at < limit && bytes[at]! >= 48 && bytes[at]! <= 57; at++) {
        digits++
        if (digits > 15) continue
        value = value * 10 + bytes[at]! - 48
        scale *= 10
      }
    }
    const unit = digits === 0 ? none : unitAt(bytes, at, limit)
    if (unit.length === 0) break
    at += unit.length
    total += unit.ns >= scale ? value * (unit.ns / scale) : Math.trunc((value * unit.ns) / scale)
    parts++
    if (at >= limit || bytes[at]! < 48 || bytes[at]! > 57) {
      if (total > Number.MAX_SAFE_INTEGER)
        return fail(m, 'number_out_of_range', from, 'nanoseconds of 53 bits', s.field)
      total = Math.trunc(total)
      putNumber(m, s.slot, negative && total !== 0 ? -total : total, absent, absent)
      m.at = at
      return true
    }
  }
  return fail(m, at >= m.end && parts === 0 ? 'unexpected_end' : 'bad_value', at, s.expected, s.field)
}
