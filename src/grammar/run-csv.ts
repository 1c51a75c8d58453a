import { fail, lineLimit, type Machine } from './machine.ts'
import type { Step } from './step.ts'
import { anchored, isAbsent, passText, runUntil, stopsAt } from './take.ts'

const quote = 34

/** See `csv` in form.ts. */
export const runCsv = (m: Machine, s: Step): boolean => {
  const { bytes, end, scratch } = m
  if (m.at >= m.limit || bytes[m.at] !== quote) return runUntil(m, s)
  const from = m.at + 1
  let doubled = 0
  let to = from
  for (; to < end; to++) {
    if (bytes[to] !== quote) continue
    if (to + 1 === end || bytes[to + 1] !== quote) break
    doubled++
    to++
  }
  const isClosed = to < end
  if (!isClosed && !s.orEnd) return fail(m, 'unexpected_end', end, '"\\""', s.field)
  if (!isAbsent(m, s, from, to)) {
    // Where nothing is kept, as at a record's start, nothing is decoded either.
    if (doubled === 0 || s.slot < 0) {
      if (!s.span(m, s, from, to)) return false
    } else {
      const start = scratch.take(to - from - doubled)
      let put = start
      for (let at = from; at < to; at++) {
        bytes[put++] = bytes[at]!
        if (bytes[at] === quote) at++
      }
      if (!anchored(m, s, from, start, put)) return false
    }
  }
  m.at = isClosed ? to + 1 : end
  m.limit = lineLimit(m, m.at)
  if (s.text.length > 0) return passText(m, s)
  return (
    (s.orEnd && m.at === m.limit) || stopsAt(m, s, m.at) || fail(m, 'expected_literal', m.at, s.expectedText, s.field)
  )
}
