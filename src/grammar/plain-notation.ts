import { jsonCursor, jsonKind, readValue, setJson } from '../event/json-reader.ts'
import { soundText } from './decode.ts'
import { quoteText } from './json-text.ts'
import { flagInvalid, type Machine } from './machine.ts'
import { type Notation, plainText } from './take-members.ts'

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

/** Values that are bare or in one of `quotes`: as JSON, numbers and booleans that are bare stay such, all else is a string. */
export const plainNotation = (quotes: ReadonlySet<number>, decode: Notation['decode']): Notation => ({
  decode,
  isJson: false,
  // What is not in quotes is looked at where that matters.
  isNumber: (m, kind, from, to) => kind === plainText && kindOf(m, from, to) === jsonKind.number,
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
