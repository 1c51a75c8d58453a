import { fail, lineLimit, type Machine } from './machine.ts'
import { runAll, type Step } from './step.ts'
import { anchored, isAbsent, passText, runUntil, stopsAt } from './take.ts'

const quote = 34

/** The field found last: its text, whether quotes are doubled in it, and what stands behind it. */
const field = { from: 0, to: 0, doubled: 0, next: 0 }

/** Finds the quoted field at `m.at`; where none closes it, it reaches to the record's end if that will do. */
const findQuoted = (m: Machine, s: Step): boolean => {
  const { bytes, end } = m
  field.from = m.at + 1
  field.doubled = 0
  let to = field.from
  for (; to < end; to++) {
    if (bytes[to] !== quote) continue
    if (to + 1 === end || bytes[to + 1] !== quote) break
    field.doubled++
    to++
  }
  field.to = to
  field.next = Math.min(end, to + 1)
  return to < end || s.orEnd || fail(m, 'unexpected_end', end, '"\\""', s.field)
}

/** Finds the bare field at `m.at`: up to a stop, or the line's end. */
const findBare = (m: Machine, s: Step): boolean => {
  const { bytes, limit, at } = m
  let to = at
  while (to < limit && !(s.stopAt[bytes[to]!] !== 0 && stopsAt(m, s, to))) to++
  Object.assign(field, { from: at, to, doubled: 0, next: to })
  return to < limit || s.orEnd || fail(m, 'expected_literal', limit, s.expectedText)
}

/** The field's text with one quote where two are. Returns where it begins. */
const undouble = (m: Machine): number => {
  const { bytes } = m
  const { from, to, doubled } = field
  const start = m.scratch.take(to - from - doubled)
  let put = start
  for (let at = from; at < to; at++) {
    bytes[put++] = bytes[at]!
    if (bytes[at] === quote) at++
  }
  return start
}

/** Goes on behind a field: there one of the stops has to stand. */
const pass = (m: Machine, s: Step, next: number): boolean => {
  m.at = next
  m.limit = lineLimit(m, next)
  if (s.text.length > 0) return passText(m, s)
  return (
    (s.orEnd && m.at === m.limit) || stopsAt(m, s, m.at) || fail(m, 'expected_literal', m.at, s.expectedText, s.field)
  )
}

/** See extent `csv` in form.ts. */
export const runCsv = (m: Machine, s: Step): boolean => {
  if (m.at >= m.limit || m.bytes[m.at] !== quote) return runUntil(m, s)
  if (!findQuoted(m, s)) return false
  const { from, to, doubled, next } = field
  if (!isAbsent(m, s, from, to)) {
    // Where nothing is kept, as at a record's start, nothing is decoded either.
    const start = doubled === 0 || s.slot < 0 ? from : undouble(m)
    const good = start === from ? s.span(m, s, from, to) : anchored(m, s, from, start, start + to - from - doubled)
    if (!good) return false
  }
  return pass(m, s, next)
}

/** See `CsvOp` in form.ts. */
export const runCsvParts = (m: Machine, s: Step): boolean => {
  const isQuoted = m.at < m.limit && m.bytes[m.at] === quote
  if (!(isQuoted ? findQuoted(m, s) : findBare(m, s))) return false
  const { from, to, doubled, next } = field
  if (to > from) {
    const { end, anchor } = m
    const start = doubled === 0 ? from : undouble(m)
    m.at = start
    m.end = start + to - from - doubled
    m.limit = lineLimit(m, start)
    if (start !== from) m.anchor = anchor < 0 ? from : anchor
    const good = runAll(m, s.inner) && (m.at === m.end || fail(m, 'trailing_text', m.at, 'the end of the field'))
    m.end = end
    m.anchor = anchor
    if (!good) return false
  }
  return pass(m, s, next)
}
