import { jsonKind } from '../event/json-reader.ts'
import { soundText } from './decode.ts'
import { quoteText } from './json-text.ts'
import { flagInvalid, type Machine } from './machine.ts'
import { type Notation, plainText } from './take-members.ts'

/** What JSON takes for a number as it is. */
const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/
const longestNumber = 40

/** What a value that is not quoted is. */
export const kindOf = (m: Machine, from: number, to: number): number => {
  const { bytes } = m
  const b = bytes[from]!
  if (b === 45 || (b >= 48 && b <= 57))
    return to - from <= longestNumber && isNumber.test(m.node.toString('latin1', from, to))
      ? jsonKind.number
      : plainText
  if (to - from === 4 && m.node.toString('latin1', from, to) === 'true') return jsonKind.true
  if (to - from === 5 && m.node.toString('latin1', from, to) === 'false') return jsonKind.false
  return plainText
}

/** Values that are bare or in one of `quotes`: as JSON, numbers and booleans that are bare stay such, all else is a string. */
export const plainNotation = (quotes: ReadonlySet<number>, decode: Notation['decode']): Notation => ({
  decode,
  json(m, from, to) {
    m.first = from
    m.second = to
    const isQuoted = to > from + 1 && quotes.has(m.bytes[from]!) && m.bytes[to - 1] === m.bytes[from]
    if (!isQuoted && kindOf(m, from, to) !== plainText) return
    let first = from
    let last = to
    if (isQuoted) {
      first = m.scratch.take(to - from)
      last = decode(m.bytes, from + 1, to - 1, m.bytes, first)
      if (soundText(m, first, last) !== undefined) flagInvalid(m)
    }
    const text = quoteText(m, first, last)
    m.first = text.start
    m.second = text.end
  },
})
