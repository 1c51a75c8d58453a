import { finish } from './finish-time.ts'
import type { OwnLayout } from './layout.ts'
import { fail, type Machine } from './machine.ts'
import type { Step } from './step.ts'
import { t } from './time-parts.ts'

const powers = { epoch_s: 0, epoch_ms: 3, epoch_us: 6, epoch_ns: 9, epoch: -1 } as const

/** Digits since 1970 in the unit; the fraction of seconds and milliseconds counts too. */
export const readEpoch = (m: Machine, s: Step, unit: Exclude<OwnLayout, 'iso' | 'tai64n'>): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const negative = from < limit && bytes[from] === 45
  const first = negative ? from + 1 : from
  let at = first
  while (at < limit && bytes[at]! >= 48 && bytes[at]! <= 57) at++
  const count = at - first
  if (count === 0) return fail(m, first >= m.end ? 'unexpected_end' : 'bad_value', first, s.expected, s.field)
  let power: number = powers[unit]
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

/** Of a label: 2^62 is 1970, in seconds of atomic time, which is ten ahead of what clocks showed then. */
const tai = 2n ** 62n + 10n

const hexEnd = (bytes: Uint8Array, from: number, limit: number): number => {
  let at = from
  for (; at < limit; at++) {
    const b = bytes[at]!
    if (!((b >= 48 && b <= 57) || ((b | 32) >= 97 && (b | 32) <= 102))) break
  }
  return at
}

/** Labels as multilog writes them, which counts no leap seconds: https://cr.yp.to/daemontools/tai64n.html. */
export const readTai64n = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  const from = m.at
  const end = bytes[from] === 64 && from < limit ? hexEnd(bytes, from + 1, limit) : from
  const digits = end - from - 1
  if (digits !== 16 && digits !== 24)
    return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  const label = m.node.toString('latin1', from + 1, end)
  const seconds = Number(BigInt(`0x${label.slice(0, 16)}`) - tai)
  t.ns = digits === 24 ? Number.parseInt(label.slice(16), 16) : 0
  t.digits = digits === 24 ? 9 : 0
  m.at = end
  if (t.ns > 999_999_999) return finish(m, s, from, Number.NaN)
  return finish(m, s, from, seconds * 1000 + Math.floor(t.ns / 1_000_000))
}
