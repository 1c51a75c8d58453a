import { findEither, fourfold } from '../memory/wide.ts'
import { encode } from './encode.ts'
import type { TraceOp } from './form.ts'
import { fail, type Machine } from './machine.ts'
import { putText } from './slot.ts'
import { isBlank, type Step, sameBytes, stepOf } from './step.ts'

export interface TraceSlots {
  readonly field: number
  readonly trace: number
  readonly type: number
  readonly reason: number
}

const lineFeed = fourfold(10)
const nextLine = (view: DataView, from: number, end: number): number =>
  Math.min(end, findEither(view, from, end, lineFeed, lineFeed) + 1)
/** Where the text of the line [from, next) ends. */
const textEnd = (bytes: Uint8Array, from: number, next: number): number => {
  let to = next
  if (to > from && bytes[to - 1] === 10) to--
  if (to > from && bytes[to - 1] === 13) to--
  return to
}

/** Letters, digits and what dotted names of inner classes hold: `shop.pay.<locals>.Refused`. */
const isName = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (from === to || (bytes[from]! >= 48 && bytes[from]! <= 57)) return false
  for (let at = from; at < to; at++) {
    const b = bytes[at]!
    const isLetter = (b >= 65 && b <= 90) || (b >= 97 && b <= 122) || b >= 128 || b === 95
    if (!isLetter && !(b >= 46 && b <= 57 && b !== 47) && b !== 60 && b !== 62 && b !== 36) return false
  }
  return true
}

const lineIs = (bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean => {
  const to = at + text.length
  return sameBytes(bytes, at, end, text) && (to >= end || bytes[to] === 10 || bytes[to] === 13)
}

/** See `TraceOp`. */
export const traceStep = (op: TraceOp, slots: TraceSlots): Step => {
  const heads = op.heads.map((text) => {
    const all = encode(text)
    let column = 0
    while (all[column] === 32 || all[column] === 43) column++
    return { text: all, column }
  })
  const stacks = op.stacks.map(encode)
  const frames = op.frames.map(encode)

  /** The error behind `head`, whose reason may go on to `end`. */
  const readError = (m: Machine, head: number, column: number, end: number): void => {
    const { bytes } = m
    for (let at = nextLine(m.view, head, end); at < end; at = nextLine(m.view, at, end)) {
      const to = textEnd(bytes, at, nextLine(m.view, at, end))
      const from = at + column
      if (from >= to || isBlank(bytes[from]) || frames.some((text) => sameBytes(bytes, from, to, text))) continue
      let colon = from
      while (colon < to && !(bytes[colon] === 58 && (colon + 1 === to || bytes[colon + 1] === 32))) colon++
      if (!isName(bytes, from, colon)) return
      putText(m, slots.type, from, colon)
      const last = column === 0 ? end : to
      const reason = Math.min(colon + 2, last)
      if (reason < last) putText(m, slots.reason, reason, last)
      return
    }
  }

  const run = (m: Machine): boolean => {
    const { bytes, at: start, end } = m
    if (start >= end && op.field !== undefined)
      return fail(m, 'unexpected_end', start, 'some text', op.field ?? op.trace)
    let trace = -1
    let head = -1
    let column = 0
    let stack = end
    // The text begins within a line; a trace begins a line, or is all there is.
    for (let at = start; at < end; at = nextLine(m.view, at, end)) {
      const found = heads.find(({ text }) => lineIs(bytes, at, end, text))
      const isStack = found === undefined && stacks.some((text) => lineIs(bytes, at, end, text))
      if (found === undefined && !isStack) continue
      if (trace < 0) trace = at
      if (found !== undefined) {
        head = at
        column = found.column
        stack = end
      } else if (stack === end) stack = at
    }
    const to = trace < 0 ? end : trace > start ? textEnd(bytes, start, trace) : start
    if (slots.field === slots.trace) putText(m, slots.trace, start, end)
    else if (to > start) putText(m, slots.field, start, to)
    if (trace >= 0 && slots.field !== slots.trace) putText(m, slots.trace, trace, end)
    if (head >= 0) readError(m, head, column, stack === end ? end : textEnd(bytes, head, stack))
    m.at = end
    m.limit = end
    return true
  }
  return stepOf({ run, field: op.field ?? op.trace })
}
