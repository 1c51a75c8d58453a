import { fail, type Machine } from './machine.ts'
import { putTime } from './slot.ts'
import type { Step } from './step.ts'
import { t } from './time-parts.ts'

/** Milliseconds since 1970 of the stores' first and last instant: nanoseconds of 64 bits, whole years of them. */
const earliest = Date.UTC(1678, 0, 1)
const latest = Date.UTC(2262, 0, 1) - 1

/** Puts the time that was read, if there is such a one and stores take it. `from`: where its text begins. */
export const finish = (m: Machine, s: Step, from: number, ms: number): boolean => {
  if (!(ms >= earliest && ms <= latest))
    return fail(m, 'time_out_of_range', from, 'a time that exists, from 1678 to 2261', s.field)
  t.ms = ms
  putTime(m, s.slot, ms, t.ns % 1_000_000, t.digits)
  return true
}
