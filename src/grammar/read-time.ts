import { civil, inYearBefore, onDayBefore, toUtc } from './civil-time.ts'
import { finish } from './finish-time.ts'
import { fail, type Machine } from './machine.ts'
import { readEpoch, readTai64n } from './read-epoch.ts'
import { putTime } from './slot.ts'
import type { Step } from './step.ts'
import { t } from './time-parts.ts'
import type { TimeProgram } from './time-program.ts'
import { walk, walkIso } from './walk-time.ts'

const readOne = (m: Machine, s: Step, { own, items, hasYear, hasDay, isHalf }: TimeProgram): boolean => {
  if (own === 'tai64n') return readTai64n(m, s)
  if (own !== undefined && own !== 'iso') return readEpoch(m, s, own)
  const { bytes, limit } = m
  const from = m.at
  t.ns = 0
  t.digits = 0
  t.zoned = false
  t.zones = undefined
  const end = own === 'iso' ? walkIso(bytes, from, limit) : walk(bytes, from, limit, items)
  if (end < 0) {
    const at = -end - 1
    return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', Math.min(at, limit), s.expected, s.field)
  }
  m.at = end
  if (isHalf) t.hour = t.hour < 1 || t.hour > 12 ? 24 : (t.hour % 12) + (t.isPm ? 12 : 0)
  if (!hasDay) return finish(m, s, from, onDayBefore(m))
  return finish(m, s, from, hasYear ? toUtc(m, civil()) : inYearBefore(m))
}

/** A byte that no layout goes on with: what stands before it was read without looking further. */
const isEdge = (b: number): boolean => b === 93 || b === 34 || b === 124 || b === 9

/** Whether the bytes at `at` are those of the time read last, and the one behind them. */
const isLast = ({ bytes, view, limit, last }: Machine, at: number): boolean => {
  if (!last.closed) return false
  const { from, length } = last
  const end = at + length
  if (end >= limit || bytes[end] !== bytes[from + length]) return false
  let one = at
  let other = from
  for (; one + 4 <= end; one += 4, other += 4) if (view.getInt32(one, true) !== view.getInt32(other, true)) return false
  for (; one < end; one++, other++) if (bytes[one] !== bytes[other]) return false
  return true
}

/**
 * The first layout that fits. Lines of one second share a time, which is then read once; and so do forms of a record that
 * begin alike.
 */
export const readTime = (m: Machine, s: Step): boolean => {
  const from = m.at
  const { times } = s
  const { last, limit, row } = m
  if (last.times === times && ((last.from === from && last.row === row && last.limit === limit) || isLast(m, from))) {
    putTime(m, s.slot, last.ms, last.ns, last.digits)
    m.at = from + last.length
    return true
  }
  for (let i = 0; i < times.length; i++) {
    m.at = from
    if (!readOne(m, s, times[i]!)) continue
    last.times = times
    last.row = row
    last.from = from
    last.limit = limit
    last.length = m.at - from
    last.closed = times.length === 1 && m.at < limit && isEdge(m.bytes[m.at]!)
    last.ms = t.ms
    last.ns = t.ns % 1_000_000
    last.digits = t.digits
    return true
  }
  return false
}
