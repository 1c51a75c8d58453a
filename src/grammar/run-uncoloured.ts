import { fail, lineLimit, type Machine } from './machine.ts'
import { runAll, type Step } from './step.ts'

const esc = 27

/** Copies `from` … `to` to `at` without `ESC [ … m`; returns the end. What is no such sequence is kept. */
const copyPlain = (bytes: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number => {
  let w = at
  for (let i = from; i < to; i++) {
    if (bytes[i] === esc && bytes[i + 1] === 91 && i + 1 < to) {
      let end = i + 2
      while (end < to && ((bytes[end]! >= 48 && bytes[end]! <= 57) || bytes[end] === 59)) end++
      if (end < to && bytes[end] === 109) {
        i = end
        continue
      }
    }
    out[w++] = bytes[i]!
  }
  return w
}

/** Bytes of a line that are looked at where only its beginning is asked about. */
const most = 4096
/** Where no block is being read there is no memory for copies but this. */
let own: Uint8Array = new Uint8Array(0)

/** `s.inner` reads the rest of the record from a copy without colours; failures tell where that began. */
export const runUncoloured = (m: Machine, s: Step): boolean => {
  const { at, end, limit, bytes, view, anchor } = m
  const found = bytes.subarray(at, end).indexOf(esc)
  if (found < 0) return fail(m, 'expected_literal', at, 'a colour of a terminal')
  if (m.scratch === undefined) {
    own = own.length === 0 ? new Uint8Array(most) : own
    m.bytes = own
    m.view = new DataView(own.buffer)
    m.at = 0
    m.end = copyPlain(bytes, at, Math.min(end, at + most), own, 0)
  } else {
    m.at = m.scratch.take(end - at)
    m.end = copyPlain(bytes, at, end, bytes, m.at)
    m.anchor = anchor < 0 ? at : anchor
  }
  m.limit = lineLimit(m, m.at)
  const good = runAll(m, s.inner)
  const whole = m.at === m.end
  m.bytes = bytes
  m.view = view
  m.anchor = anchor
  m.end = end
  m.at = good && whole ? end : at
  m.limit = good && whole ? end : limit
  return good && (whole || m.scratch === undefined)
}
