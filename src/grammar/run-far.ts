import { fail, type Machine } from './machine.ts'
import { spanList, spanUndivided } from './read-text.ts'
import { runAll, type Step, sameBytes } from './step.ts'
import { byHash, readSpan, stopsAt } from './take.ts'

/** Bytes of the separator of a list that stands at `at`; 0 for none. */
const separatorAt = (m: Machine, s: Step, at: number, end: number): number => {
  const { words } = s
  for (let i = 0; i < words.length; i++) if (sameBytes(m.bytes, at, end, words[i]!)) return words[i]!.length
  return 0
}

/** Whether what was sought last passed a separator. */
let divided = false

/** The first stop from `m.at` on; `end` where there is none, -1 where `never` stands before it. */
const seek = (m: Machine, s: Step, end: number): number => {
  const { bytes } = m
  const { stopAt, bar } = s
  const list = s.words.length > 0
  let at = m.at
  divided = false
  while (at < end) {
    const b = bytes[at]!
    if (stopAt[b] === 0) {
      at++
      continue
    }
    const passed = list ? separatorAt(m, s, at, end) : 0
    if (passed > 0) {
      at += passed
      divided = true
    } else if (stopsAt(m, s, at)) return at
    else if (b === bar && sameBytes(bytes, at, end, s.never)) return -1
    else at += s.escape !== 0 && b === 92 && s.escape !== byHash ? 2 : 1
  }
  return end
}

/** The stop that divides the span into equal halves; -1 for none. */
const middle = (m: Machine, s: Step, from: number, to: number): number => {
  const { bytes } = m
  const stop = s.stops[0]!.length
  const length = (to - from - stop) / 2
  if (length < 0 || !Number.isInteger(length) || !stopsAt(m, s, from + length)) return -1
  for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[from + length + stop + i]) return -1
  return from + length
}

/** The last stop before the first `before` behind the stop at `first`, or with `twice` the one in the middle. */
const lastStop = (m: Machine, s: Step, first: number, end: number, twice: boolean): number => {
  const { bytes } = m
  const { before, stopAt } = s
  let last = first
  for (let at = first + 1; at < end; at++) {
    if (bytes[at] === before[0] && sameBytes(bytes, at, end, before)) {
      const half = twice ? middle(m, s, m.at, at) : -1
      return half === -1 ? last : half
    }
    if (stopAt[bytes[at]!] !== 0 && stopsAt(m, s, at)) last = at
  }
  return last
}

/** The last stop from which all of `s.ahead` fits; `end` where there is none. */
const lastFitting = (m: Machine, s: Step, first: number, end: number): number => {
  const { farAt, at: from } = m
  let found = end
  m.farAt = Number.POSITIVE_INFINITY
  for (let at = end - 1; at >= first && found === end; at--) {
    if (s.stopAt[m.bytes[at]!] === 0 || !stopsAt(m, s, at)) continue
    m.at = at
    if (runAll(m, s.ahead)) found = at
  }
  m.at = from
  m.farAt = farAt
  return found
}

/** Where a value that reaches to the end ends: before the longest beginning of a stop, of the closing text at least. */
const closedEnd = (m: Machine, s: Step, from: number, to: number): number => {
  const least = s.close!.length
  let start = to
  for (const stop of s.stops.length > 0 ? s.stops : [s.close!]) {
    for (let length = Math.min(stop.length, to - from); length >= Math.max(1, least) && to - length < start; length--)
      if (sameBytes(m.bytes, to - length, to, stop.subarray(0, length))) start = to - length
  }
  return start
}

/**
 * A value up to a stop, for all that `runUntil` is too quick for: lists, several stops in escaped text, values through
 * line ends, with closing text, up to the last stop.
 */
export const runFar = (m: Machine, s: Step): boolean => runUpTo(m, s, false)

/** The same for a value that may be written twice, a stop between. */
export const runTwice = (m: Machine, s: Step): boolean => runUpTo(m, s, true)

const runUpTo = (m: Machine, s: Step, twice: boolean): boolean => {
  const from = m.at
  const { limit } = m
  const end = s.through ? m.end : limit
  m.limit = end
  let to = seek(m, s, end)
  if (to >= 0 && to < end && s.before.length > 0) to = lastStop(m, s, to, end, twice)
  else if (to >= 0 && to < end && s.ahead.length > 0) to = lastFitting(m, s, to, end)
  m.limit = limit
  if (to < 0 || (to === end && !s.orEnd))
    return fail(m, from >= m.end ? 'unexpected_end' : 'expected_literal', from, s.expectedText, s.field)
  const closed = to === end && s.close !== undefined ? closedEnd(m, s, from, to) : to
  const isOne = s.span === spanList && !divided && s.escape === 0 && s.before.length === 0 && s.ahead.length === 0
  if (!(isOne ? spanUndivided : readSpan)(m, s, from, closed)) return false
  m.at = to === end ? end : to + s.textLength
  if (m.at > limit) {
    // The value held line ends; the current line is the one it ended in.
    let at = m.at
    while (at < m.end && m.bytes[at] !== 10) at++
    m.limit = at
  }
  return true
}
