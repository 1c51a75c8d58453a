import { encode } from './encode.ts'
import type { TraceOp } from './form.ts'
import type { Machine } from './machine.ts'
import type { TraceSlots } from './run-trace.ts'
import { putText } from './slot.ts'
import { sameBytes } from './step.ts'
import { isName, nextLine, textEnd } from './trace-line.ts'

const isLineEnd = (b: number | undefined): boolean => b === 10 || b === 13

/** Where `: ` stands in the line, or its end. */
const colonIn = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to && !(bytes[at] === 58 && (at + 1 === to || bytes[at + 1] === 32))) at++
  return at
}

/** The end of an error's name at `from`, a code in brackets behind it not counted; -1 where the text to `colon` is none. */
const nameEnd = (bytes: Uint8Array, from: number, colon: number, dotted: boolean): number => {
  let to = colon
  if (to > from && bytes[to - 1] === 93) {
    while (to > from && bytes[to - 1] !== 32) to--
    to--
  }
  if (to <= from || !isName(bytes, from, to)) return -1
  return !dotted || bytes.subarray(from, to).includes(46) ? to : -1
}

/** A trace told by its lines of calls: see `TraceOp`. False: there is none, and nothing was put anywhere. */
export const callsReader = (op: TraceOp): ((m: Machine, slots: TraceSlots) => boolean) => {
  const calls = (op.calls ?? []).map(encode)
  const dotted = op.dotted === true
  return (m, slots) => {
    const { bytes, view, at: start, end } = m
    let head = -1
    let name = -1
    let colon = -1
    let isSure = false
    let at = start
    for (; at < end; at = nextLine(view, at, end)) {
      if (calls.some((text) => sameBytes(bytes, at, end, text))) break
      if (isSure) continue
      const to = textEnd(bytes, at, nextLine(view, at, end))
      colon = colonIn(bytes, at, to)
      name = nameEnd(bytes, at, colon, dotted)
      head = name < 0 ? -1 : at
      // A name alone is any word, unless a call follows at once.
      isSure = head >= 0 && colon < to
    }
    if (head < 0 || at >= end) return false
    let last = end
    while (last > at && isLineEnd(bytes[last - 1])) last--
    let said = head
    while (said > start && isLineEnd(bytes[said - 1])) said--
    const reason = colon + 2
    const reasonEnd = textEnd(bytes, head, at)
    if (slots.field !== slots.trace && said > start) putText(m, slots.field, start, said)
    putText(m, slots.trace, slots.field === slots.trace ? start : head, last)
    putText(m, slots.type, head, name)
    if (reason < reasonEnd) putText(m, slots.reason, reason, reasonEnd)
    m.at = end
    m.limit = end
    return true
  }
}
