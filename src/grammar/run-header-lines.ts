import { encode } from './encode.ts'
import type { HeaderLinesOp } from './form.ts'
import { quoteText } from './json-text.ts'
import { fail, lineLimit, type Machine } from './machine.ts'
import { findPair, memberOf, pair, setPair } from './run-pairs.ts'
import { opened, putText, takeBack } from './slot.ts'
import { isBlank, type Step, sameBytes, stepOf } from './step.ts'
import { readSpan } from './take.ts'

/** The slots an operation fills that are no members. */
export interface HeaderSlots {
  readonly texts: readonly number[]
  readonly others: number
}

const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const longestNumber = 40

/** The name and value found last, as a member of the field that collects them. */
const keep = (m: Machine, at: number): void => {
  if (at < 0) return
  const { bytes, scratch } = m
  const { nameFrom, nameTo, from, to } = pair
  const key = scratch.take(nameTo - nameFrom)
  for (let i = nameFrom; i < nameTo; i++) {
    const b = bytes[i]!
    bytes[key + i - nameFrom] = b >= 65 && b <= 90 ? b + 32 : b
  }
  const isPlain = to - from <= longestNumber && isNumber.test(m.node.toString('latin1', from, to))
  const value = isPlain ? { start: from, end: to } : quoteText(m, from, to)
  const slot = opened(m, at)
  const cell = slot.cursor++
  slot.start[cell] = key
  slot.end[cell] = key + nameTo - nameFrom
  slot.start2[cell] = value.start
  slot.end2[cell] = value.end
}

/** Lines as one text, parted by line ends: `spans` holds where each begins and ends. */
const putLines = (m: Machine, at: number, spans: readonly number[]): void => {
  if (spans.length === 2) {
    putText(m, at, spans[0]!, spans[1]!)
    return
  }
  let size = spans.length / 2 - 1
  for (let i = 0; i < spans.length; i += 2) size += spans[i + 1]! - spans[i]!
  const start = m.scratch.take(size)
  let to = start
  for (let i = 0; i < spans.length; i += 2) {
    if (i > 0) m.bytes[to++] = 10
    m.bytes.copyWithin(to, spans[i]!, spans[i + 1]!)
    to += spans[i + 1]! - spans[i]!
  }
  putText(m, at, start, to)
}

/** See `HeaderLinesOp`. `words`: names of its members; `members` are steps of its captures, `touched` their slots. */
export const headerLinesStep = (
  op: HeaderLinesOp,
  words: Pick<Step, 'words' | 'wordsFrom'>,
  members: readonly Step[],
  touched: readonly Int32Array[],
  slots: HeaderSlots,
): Step => {
  const mark = encode(op.mark)
  const until = op.until.map(encode)
  const begins = op.texts.map((one) => encode(one.begins))
  const names = op.members.map(({ name }) => name)
  const needed = op.needed.map((name) => names.indexOf(name))
  const isNeededAt = Uint8Array.from(names, (_, i) => (needed.includes(i) ? 1 : 0))
  const seen = new Uint8Array(names.length)
  // Texts that go to one field are collected together, in the order of their lines.
  const fields = [...new Set(slots.texts)]
  const spans = fields.map((): number[] => [])

  const readPairs = (m: Machine, s: Step, first: number): boolean => {
    if (!findPair(m, s, first)) return true
    for (;;) {
      const member = memberOf(m, s)
      const { from, to, next, nextEnd } = pair
      if (to > from && member < 0) keep(m, slots.others)
      else if (to > from) {
        const isNeeded = isNeededAt[member] === 1
        const { farAt } = m
        // What an optional value lacks is no reason for the record to fail.
        if (!isNeeded) m.farAt = Number.POSITIVE_INFINITY
        const good = readSpan(m, members[member]!, from, to)
        if (!isNeeded) m.farAt = farAt
        if (good) seen[member] = 1
        else if (isNeeded) return false
        else {
          takeBack(m, touched[member]!)
          keep(m, slots.others)
        }
      }
      if (next < 0) return true
      setPair(m, s, next, nextEnd)
    }
  }

  const readLine = (m: Machine, s: Step): boolean => {
    const { bytes, limit } = m
    let at = m.at + mark.length
    while (at < limit && isBlank(bytes[at])) at++
    if (at === limit) return true
    for (let i = 0; i < begins.length; i++) {
      if (!sameBytes(bytes, at, limit, begins[i]!)) continue
      const from = op.texts[i]!.whole ? at : at + begins[i]!.length
      if (from < limit) spans[fields.indexOf(slots.texts[i]!)]!.push(from, limit)
      return true
    }
    return readPairs(m, s, at)
  }

  const run = (m: Machine, s: Step): boolean => {
    const { bytes, end } = m
    seen.fill(0)
    for (const one of spans) one.length = 0
    if (!sameBytes(bytes, m.at, m.limit, mark)) return fail(m, 'expected_literal', m.at, JSON.stringify(op.mark))
    for (;;) {
      if (!readLine(m, s)) return false
      m.at = m.limit
      let next = m.at
      if (next < end && bytes[next] === 13) next++
      if (next >= end) break
      next++
      if (!sameBytes(bytes, next, end, mark) || until.some((text) => sameBytes(bytes, next, end, text))) break
      m.at = next
      m.limit = lineLimit(m, next)
    }
    for (let i = 0; i < needed.length; i++) {
      if (seen[needed[i]!] === 0)
        return fail(m, 'expected_literal', m.at, JSON.stringify(`${op.needed[i]}${op.separator}`))
    }
    for (let i = 0; i < fields.length; i++)
      if (fields[i]! >= 0 && spans[i]!.length > 0) putLines(m, fields[i]!, spans[i]!)
    return true
  }
  return stepOf({ run, text: encode(op.separator), ...words, inner: members })
}
