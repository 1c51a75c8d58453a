import { findEither, fourfold } from '../memory/wide.ts'
import { fail, type Machine } from './machine.ts'
import { wordAt } from './read-number.ts'
import { opened, putBoolean, putText } from './slot.ts'
import { type Step, sameBytes } from './step.ts'
import { readSpan } from './take.ts'

export const spanText = (m: Machine, s: Step, from: number, to: number): boolean => {
  if (from === to) return fail(m, from >= m.end ? 'unexpected_end' : 'bad_value', from, s.expected, s.field)
  putText(m, s.slot, from, to)
  return true
}

export const spanWord = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes } = m
  for (let at = from; at < to; at++) {
    if (bytes[at] === 32 || bytes[at] === 9) return fail(m, 'bad_value', at, s.expected, s.field)
  }
  return spanText(m, s, from, to)
}

const isLetter = (b: number): boolean => (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b === 95 || b >= 128
const isOfName = (b: number): boolean => isLetter(b) || (b >= 48 && b <= 58) || b === 46 || b === 45 || b === 36

export const spanIdentifier = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes } = m
  let at = from
  while (at < to && isOfName(bytes[at]!)) at++
  if (at < to || (from < to && (!isLetter(bytes[from]!) || bytes[to - 1] === 58)))
    return fail(m, 'bad_value', at < to ? at : from, s.expected, s.field)
  return spanText(m, s, from, to)
}

/** A name with a dot inside of it. */
export const spanDotted = (m: Machine, s: Step, from: number, to: number): boolean => {
  let dot = from + 1
  while (dot < to - 1 && m.bytes[dot] !== 46) dot++
  if (from < to && dot >= to - 1) return fail(m, 'bad_value', from, s.expected, s.field)
  return spanIdentifier(m, s, from, to)
}

export const spanSkip = (): boolean => true

export const readWords = (m: Machine, s: Step): boolean => {
  const found = wordAt(m, s)
  if (found < 0) return fail(m, m.at >= m.end ? 'unexpected_end' : 'bad_value', m.at, s.expected, s.field)
  const from = m.at
  m.at += s.words[found]!.length
  putText(m, s.slot, from, m.at)
  return true
}

/** `s.needed` says which of the words, longest first, mean true. */
export const readBoolean = (m: Machine, s: Step): boolean => {
  const found = wordAt(m, s)
  if (found < 0) return fail(m, m.at >= m.end ? 'unexpected_end' : 'bad_value', m.at, s.expected, s.field)
  m.at += s.words[found]!.length
  putBoolean(m, s.slot, s.needed[found] === 1)
  return true
}

/** Elements between separators (`s.words`); each is read by the inner step, into the list's next cell. */
export const spanList = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { bytes, cell } = m
  const { words } = s
  const inner = s.inner[0]!
  let start = from
  let at = from
  let good = true
  // Of one or two separators the first bytes are looked for; of more each byte is held against all.
  const one = fourfold(words[0]![0]!)
  const other = words.length === 2 ? fourfold(words[1]![0]!) : one
  const wide = words.length <= 2
  while (good) {
    let passed = 0
    if (wide) at = findEither(m.view, at, to, one, other)
    if (at < to) {
      for (const separator of words) {
        if (bytes[at] === separator[0] && sameBytes(bytes, at, to, separator)) {
          passed = separator.length
          break
        }
      }
      if (passed === 0) {
        at++
        continue
      }
    }
    good = element(m, s, inner, start, at)
    if (at >= to) break
    at += passed
    start = at
  }
  m.cell = cell
  return good
}

/** The same of a span that no separator divides. */
export const spanUndivided = (m: Machine, s: Step, from: number, to: number): boolean => {
  const { cell } = m
  const good = element(m, s, s.inner[0]!, from, to)
  m.cell = cell
  return good
}

const element = (m: Machine, s: Step, inner: Step, from: number, to: number): boolean => {
  if (s.absent !== undefined) {
    if (from === to) return true
    for (const mark of s.absent) if (mark.length === to - from && sameBytes(m.bytes, from, to, mark)) return true
  }
  if (s.slot < 0) return inner.span(m, inner, from, to)
  const slot = opened(m, s.slot)
  m.cell = slot.cursor
  if (!readSpan(m, inner, from, to)) return false
  slot.cursor++
  return true
}
