import { decodeEscapes } from '../event/json-escapes.ts'
import { findEither, fourfold } from '../memory/wide.ts'
import { decodeAny, decodeHash, decodeHex, soundText } from './decode.ts'
import { fail, flagInvalid, type Machine } from './machine.ts'
import { runAll, type Step, sameBytes } from './step.ts'

/** Of `Step.stopAt`: a stop may begin with the byte, is the byte; it is looked at for another reason, as a blank that ends a word. */
export const begun = 1
export const whole = 2
export const other = 3

/** Whether a stop of the step begins at `at`. */
export const stopsAt = (m: Machine, s: Step, at: number): boolean => {
  const { bytes, limit } = m
  if (s.stopLength === 1) return at < limit && bytes[at] === s.stopByte
  const { stops } = s
  for (let i = 0; i < stops.length; i++) if (sameBytes(bytes, at, limit, stops[i]!)) return true
  return false
}

const slash = fourfold(92)
const hash = fourfold(35)
/** Of `Step.escape`. */
export const byHash = 4

/** The first `stop` from `m.at` on, -1 for none; says whether a backslash stands before it. */
const findStopEscaped = (m: Machine, stop: Uint8Array): number => {
  const { bytes, limit, view } = m
  const first = fourfold(stop[0]!)
  const last = limit - stop.length
  m.slashed = false
  let other = slash
  for (let at = m.at; at <= last; at++) {
    at = findEither(view, at, limit, first, other)
    if (sameBytes(bytes, at, limit, stop)) return at
    if (at < limit && bytes[at] === 92) {
      m.slashed = true
      other = first
    }
  }
  return -1
}

const findText = (m: Machine, s: Step): number => {
  const { bytes, limit, view } = m
  const { stopLength, stopShift } = s
  const rare = fourfold(s.stopByte)
  const last = limit - stopLength + stopShift
  for (let at = m.at + stopShift; at <= last; at++) {
    at = findEither(view, at, limit, rare, rare)
    if (at > last) break
    if (stopLength === 1 || sameBytes(bytes, at - stopShift, limit, s.stops[0]!)) return at - stopShift
  }
  return -1
}

/** Whether the byte at `at` is the second of an escape: an odd number of backslashes stands before it. */
const isEscaped = (bytes: Uint8Array, from: number, at: number): boolean => {
  let first = at
  while (first > from && bytes[first - 1] === 92) first--
  return ((at - first) & 1) === 1
}

const findUnescaped = (m: Machine, stop: Uint8Array): number => {
  const from = m.at
  let at = findStopEscaped(m, stop)
  if (at <= from || m.bytes[at - 1] !== 92) return at
  while (at > from && isEscaped(m.bytes, from, at)) {
    m.at = at + 1
    at = findStopEscaped(m, stop)
  }
  m.at = from
  m.slashed = true
  return at
}

/** The first stop from `m.at` on; the line's end where that will do; else -1. */
const findStop = (m: Machine, s: Step): number => {
  const { bytes, limit } = m
  m.slashed = true
  if (s.stopLength > 0) {
    if (s.escape !== 0 && s.escape !== byHash && !s.orEnd) return findUnescaped(m, s.stops[0]!)
    const at = findText(m, s)
    if (at >= 0) return at
  } else if (s.stops.length > 1) {
    const { stopAt } = s
    for (let at = m.at; at < limit; at++) if (stopAt[bytes[at]!] !== 0 && stopsAt(m, s, at)) return at
  }
  return s.orEnd ? limit : -1
}

/** A word's end: the first stop, blank, or line end. */
const findWordEnd = (m: Machine, s: Step): number => {
  const { bytes, limit } = m
  const { stopAt } = s
  let at = m.at
  for (; at < limit; at++) {
    const kind = stopAt[bytes[at]!]!
    if (kind !== 0 && (kind !== begun || stopsAt(m, s, at))) return at
  }
  return limit
}

export const isAbsent = (m: Machine, s: Step, from: number, to: number): boolean => {
  const absent = s.absent
  if (absent === undefined) return false
  if (from === to) return true
  if (to - from > s.absentMost) return false
  for (let i = 0; i < absent.length; i++) {
    const mark = absent[i]!
    if (mark.length === to - from && sameBytes(m.bytes, from, to, mark)) return true
  }
  return false
}

/** Whether text that the value cannot hold stands in it; what is escaped is other text. */
const holdsNever = ({ bytes, view }: Machine, { bar, never }: Step, from: number, to: number): boolean => {
  const first = fourfold(bar)
  for (let at = findEither(view, from, to, first, slash); at < to; at = findEither(view, at, to, first, slash)) {
    if (bytes[at] === 92) at += 2
    else if (sameBytes(bytes, at, to, never)) return true
    else at++
  }
  return false
}

const hasEscape = ({ view }: Machine, how: number, from: number, to: number): boolean => {
  const first = how === byHash ? hash : slash
  return findEither(view, from, to, first, first) < to
}

/** Reads a value from its span: absent marks first, then escapes, then what it is. */
export const readSpan = (m: Machine, s: Step, from: number, to: number): boolean => {
  if (isAbsent(m, s, from, to)) return true
  // Where nothing is kept, as at a record's start, nothing is decoded either.
  if (s.escape === 0 || m.scratch === undefined || !hasEscape(m, s.escape, from, to)) return s.span(m, s, from, to)
  const { scratch } = m
  const start = scratch.take(to - from)
  let end: number
  if (s.escape !== 2) {
    const decode = s.escape === 1 ? decodeHex : s.escape === byHash ? decodeHash : decodeAny
    end = decode(m.bytes, from, to, start)
    const sound = soundText(m, start, end)
    if (sound !== undefined) {
      flagInvalid(m)
      return anchored(m, s, from, sound.start, sound.end)
    }
  } else end = decodeEscapes(m.bytes, from, to, m.bytes, start)
  return anchored(m, s, from, start, end)
}

/** Decoded text is read elsewhere; failures tell where it came from. */
export const anchored = (m: Machine, s: Step, origin: number, from: number, to: number): boolean => {
  if (isAbsent(m, s, from, to)) return true
  const before = m.anchor
  m.anchor = before < 0 ? origin : before
  const good = s.span(m, s, from, to)
  m.anchor = before
  return good
}

/** A value that says itself where it ends, read from a span that is known: it has to end there too. */
export const selfInSpan = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { at, limit } = m
  m.at = from
  m.limit = to
  const good = s.self(m, s) && (m.at === to || fail(m, 'bad_value', m.at, s.expected, s.field))
  m.at = at
  m.limit = limit
  return good
}

/** Passes the literal behind a capture. */
export const passText = (m: Machine, s: Step): boolean => {
  const { textLength } = s
  if (textLength === 0) return true
  const { bytes, at, limit } = m
  const behind = at + textLength
  if (behind > limit || bytes[at] !== s.textByte || (textLength > 1 && !sameBytes(bytes, at, limit, s.text)))
    return fail(m, 'expected_literal', at, s.expectedText, s.field)
  m.at = behind
  return true
}

/** The literal of the step does not stand here: what differs, or the line's end, is at `behind`. */
export const missLiteral = (m: Machine, s: Step, behind: number): false =>
  fail(m, behind >= m.end ? 'unexpected_end' : 'expected_literal', m.at, s.expectedText)

export const runLiteral = (m: Machine, s: Step): boolean => {
  const { bytes, at, limit } = m
  const { textLength } = s
  if (at >= limit || bytes[at] !== s.textByte) return missLiteral(m, s, at)
  if (textLength > 1) {
    const { text } = s
    for (let i = 1; i < textLength; i++)
      if (at + i >= limit || bytes[at + i] !== text[i]) return missLiteral(m, s, at + i)
  }
  m.at = at + textLength
  return true
}

export const runNewline = (m: Machine): boolean => {
  const { bytes, end } = m
  let { at } = m
  if (at === m.limit && at < end) {
    if (bytes[at] === 13) at++
    if (at < end && bytes[at] === 10) {
      at++
      m.at = at
      let limit = at
      while (limit < end && bytes[limit] !== 10) limit++
      m.limit = limit < end && limit > at && bytes[limit - 1] === 13 ? limit - 1 : limit
      return true
    }
  }
  return fail(m, m.at >= end ? 'unexpected_end' : 'expected_literal', m.at, 'the end of the line')
}

export const runBlanks = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  let { at } = m
  while (at < limit && (bytes[at] === 32 || bytes[at] === 9)) at++
  if (at === m.at) return fail(m, at >= m.end ? 'unexpected_end' : 'expected_literal', at, s.expectedText)
  m.at = at
  return true
}

/** An absent mark counts only where the value would end behind it: `-` is no value, `-5` is a number. */
const passMark = (m: Machine, s: Step): boolean => {
  const { at, limit, bytes } = m
  for (const mark of s.absent!) {
    if (!sameBytes(bytes, at, limit, mark)) continue
    const behind = at + mark.length
    if ((s.orEnd && behind === limit) || stopsAt(m, s, behind)) {
      m.at = behind
      return true
    }
  }
  return (s.orEnd && at === limit) || stopsAt(m, s, at)
}

export const runSelf = (m: Machine, s: Step): boolean => {
  if (s.absent !== undefined && passMark(m, s)) return passText(m, s)
  return s.self(m, s) && passText(m, s)
}

/** A stop behind which the time that has to follow does not stand is part of the text: names may hold ` [`. */
const findStopBeforeTime = (m: Machine, s: Step, next: Step): number => {
  const from = m.at
  const { farAt } = m
  m.farAt = Number.POSITIVE_INFINITY
  let to = findStop(m, s)
  for (let at = to; at >= 0; at = findStop(m, s)) {
    if (isAbsent(m, s, from, at)) break
    m.at = at + s.textLength
    if (next.self(m, next)) {
      to = at
      break
    }
    m.at = at + 1
  }
  m.at = from
  m.farAt = farAt
  return to
}

export const runUntil = (m: Machine, s: Step): boolean => {
  const from = m.at
  const to = s.next === undefined ? findStop(m, s) : findStopBeforeTime(m, s, s.next)
  if (to < 0 || (s.bar >= 0 && holdsNever(m, s, from, to)))
    return fail(m, from >= m.end ? 'unexpected_end' : 'expected_literal', from, s.expectedText, s.field)
  if (isAbsent(m, s, from, to)) {
    m.at = to + s.textLength
    return true
  }
  const good =
    s.escape === 0 || (!m.slashed && s.next === undefined) ? s.span(m, s, from, to) : readSpan(m, s, from, to)
  m.at = to + s.textLength
  return good
}

export const runWord = (m: Machine, s: Step): boolean => {
  const from = m.at
  const to = findWordEnd(m, s)
  if (to === from && s.absent === undefined) return fail(m, 'bad_value', from, s.expected, s.field)
  const isEnd = to < m.limit ? s.stopAt[m.bytes[to]!] === whole || stopsAt(m, s, to) : s.orEnd
  if (!isEnd) return fail(m, 'expected_literal', to, s.expectedText, s.field)
  if (!readSpan(m, s, from, to)) return false
  m.at = to + s.textLength
  return true
}

/** `s.branches[0]`: what is passed; `s.inner[0]`: what becomes of it all. */
export const runWhole = (m: Machine, s: Step): boolean => {
  const from = m.at
  return runAll(m, s.branches[0]!) && readSpan(m, s.inner[0]!, from, m.at)
}

export const runRest = (m: Machine, s: Step): boolean => {
  if (!readSpan(m, s, m.at, m.end)) return false
  m.at = m.end
  m.limit = m.end
  return true
}

export const runQuoted = (m: Machine, s: Step): boolean => {
  const { bytes, end } = m
  const from = m.at + 1
  if (m.at >= end || bytes[m.at] !== 34) {
    if (s.absent !== undefined && passMark(m, s)) return passText(m, s)
    return fail(m, 'expected_literal', m.at, '"\\""', s.field)
  }
  let at = from
  while (at < end && bytes[at] !== 34) at += bytes[at] === 92 ? 2 : 1
  if (at >= end) return fail(m, 'unexpected_end', end, '"\\""', s.field)
  if (!readSpan(m, s, from, at)) return false
  m.at = at + 1
  if (m.at > m.limit) {
    // The value held line ends; the current line is the one it ended in.
    let limit = m.at
    while (limit < end && bytes[limit] !== 10) limit++
    m.limit = limit
  }
  return passText(m, s)
}
