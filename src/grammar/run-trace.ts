import { encode } from './encode.ts'
import { errorText } from './error-text.ts'
import type { TraceOp } from './form.ts'
import { fail, type Machine } from './machine.ts'
import { callsReader } from './run-calls.ts'
import { putText } from './slot.ts'
import { isBlank, type Step, sameBytes, stepOf } from './step.ts'
import { isName, nextLine, textEnd } from './trace-line.ts'

export interface TraceSlots {
  readonly field: number
  readonly trace: number
  readonly type: number
  readonly reason: number
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
  const readCalls = op.calls === undefined ? undefined : callsReader(op)

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
    if (readCalls?.(m, slots) === true) return true
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
  const readMembers = (m: Machine, _: Step, from: number, to: number): boolean => {
    const { members } = op
    const error = members === undefined ? undefined : errorText(m.node.toString('utf8', from, to), members)
    if (error === undefined) return false
    const put = (slot: number, text: string | undefined): void => {
      if (text === undefined || text === '') return
      const { start, end } = m.scratch.write(text)
      putText(m, slot, start, end)
    }
    put(slots.trace, error.trace)
    put(slots.type, error.type)
    put(slots.reason, error.message)
    return true
  }
  return stepOf({ run, span: readMembers, field: op.field ?? op.trace })
}
