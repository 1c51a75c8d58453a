import { jsonCursor, jsonKind, readValue, setJson } from '../event/json-reader.ts'
import { findEscaped } from '../event/json-text.ts'
import { soundText } from './decode.ts'
import { encode } from './encode.ts'
import { quoteText } from './json-text.ts'
import { flagInvalid, type Machine } from './machine.ts'
import { type Notation, plainText } from './notation.ts'

const longestNumber = 40
const cursor = jsonCursor()

/** What a value that is not quoted is: a number or boolean as JSON has it, else text. */
const kindOf = ({ bytes }: Machine, from: number, to: number): number => {
  const b = bytes[from]!
  const mayBe = b === 45 || (b >= 48 && b <= 57) ? to - from <= longestNumber : b === 116 || b === 102
  if (!mayBe) return plainText
  setJson(cursor, bytes, from, to)
  const kind = readValue(cursor)
  return kind !== jsonKind.bad && cursor.at === to ? kind : plainText
}

/** By byte 1 for quotes. */
export const quotesOf = (quotes: readonly string[]): Uint8Array => {
  const isQuote = new Uint8Array(256)
  for (const quote of quotes) isQuote[encode(quote)[0]!] = 1
  return isQuote
}

/** Values that are bare or in quotes (`quotesOf`): as JSON, numbers and booleans that are bare stay such, all else is a string. */
export const plainNotation = (isQuote: Uint8Array, decode: Notation['decode']): Notation => ({
  decode,
  isJson: false,
  // What is not in quotes is looked at where that matters.
  isNumber: (m, kind, from, to) => kind === plainText && kindOf(m, from, to) === jsonKind.number,
  json(m, from, to) {
    m.first = from
    m.second = to
    const quote = m.bytes[from]!
    const isQuoted = to > from + 1 && isQuote[quote] === 1 && m.bytes[to - 1] === quote
    // What has nothing to be escaped in it is JSON as it stands.
    if (isQuoted && quote === 34 && findEscaped(m.view, from + 1, to) === to - 1) return
    if (!isQuoted && kindOf(m, from, to) !== plainText) return
    let first = from
    let last = to
    if (isQuoted) {
      first = m.scratch.take(to - from)
      last = decode(m.bytes, from + 1, to - 1, m.bytes, first)
      const sound = soundText(m, first, last)
      if (sound !== undefined) {
        flagInvalid(m)
        first = sound.start
        last = sound.end
      }
    }
    const text = quoteText(m, first, last)
    m.first = text.start
    m.second = text.end
  },
})
