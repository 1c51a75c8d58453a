import { jsonKind } from '../event/json-reader.ts'
import { encode } from './encode.ts'
import type { DelimitedOp } from './form.ts'
import { signOf } from './found-members.ts'
import { fail, type Machine } from './machine.ts'
import { type Notation, plainText } from './notation.ts'
import { plainNotation, quotesOf } from './plain-notation.ts'
import { type Step, sameBytes, stepOf } from './step.ts'
import { Members, type MembersSpec } from './take-members.ts'

/** See `DelimitedOp`. Our own and no library: values stay where they are in the arena, and a failure tells their place. */
export const delimitedStep = (op: DelimitedOp, spec: MembersSpec): Step => {
  const separator = encode(op.separator)
  const quote = op.quote === '' ? -1 : encode(op.quote)[0]!
  const absent = op.absent.map(encode)
  const undoubled: Notation['decode'] = (bytes, from, to, out, at) => {
    let w = at
    for (let i = from; i < to; i++) {
      out[w++] = bytes[i]!
      if (bytes[i] === quote && bytes[i + 1] === quote) i++
    }
    return w
  }
  const members = new Members(spec, plainNotation(quotesOf(op.quote === '' ? [] : [op.quote]), undoubled))
  const { found } = members
  const columns = op.columns.map((name) => {
    const node = found.paths.node(encode(name))
    return { key: found.paths.keyOf(node), other: found.paths.keyOfOther(node) }
  })

  const note = (i: number, kind: number, from: number, to: number, escaped: boolean): void => {
    const { key, other } = columns[i]!
    const sign = signOf(kind, escaped, 0)
    if (key >= 0) found.note(key, sign, from, to)
    else if (found.keepsOthers) found.noteOther(other, sign, from, to)
  }

  /** Reads the value at `m.at`, of column `i`; false where its quotes are not closed, or something stands behind them. */
  const readValue = (m: Machine, i: number): boolean => {
    const { bytes, end, at: from } = m
    if (from < end && bytes[from] === quote) {
      let doubled = false
      let to = from + 1
      for (; to < end; to++) {
        if (bytes[to] !== quote) continue
        if (bytes[to + 1] !== quote || to + 1 >= end) break
        doubled = true
        to++
      }
      if (to >= end) return fail(m, 'unexpected_end', end, JSON.stringify(op.quote))
      m.at = to + 1
      if (m.at < end && !sameBytes(bytes, m.at, end, separator))
        return fail(m, 'expected_literal', m.at, JSON.stringify(op.separator))
      if (to > from + 1) note(i, jsonKind.string, from + 1, to, doubled)
      return true
    }
    let to = from
    while (to < end && !sameBytes(bytes, to, end, separator)) to++
    m.at = to
    const isNone = to === from || absent.some((mark) => mark.length === to - from && sameBytes(bytes, from, to, mark))
    if (!isNone) note(i, plainText, from, to, false)
    return true
  }

  const run = (m: Machine): boolean => {
    found.open()
    for (let i = 0; ; i++) {
      if (i === columns.length)
        return fail(m, 'trailing_text', m.at, `the end of the row: it has ${columns.length} columns`)
      if (!readValue(m, i)) return false
      if (m.at < m.end) {
        m.at += separator.length
        continue
      }
      if (i + 1 < op.atLeast) return fail(m, 'unexpected_end', m.end, `column ${JSON.stringify(op.columns[i + 1])}`)
      m.limit = m.end
      return members.take(m)
    }
  }
  return stepOf({ run, expected: 'a row' })
}
