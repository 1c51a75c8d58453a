import { fail, type Machine } from './machine.ts'
import { type Step, sameBytes } from './step.ts'
import { readSpan } from './take.ts'

const isBlank = (b: number | undefined): boolean => b === 32 || b === 9

/** The end of a name that begins at `at`, with the separator behind it; -1 where none does. */
const nameEnd = (m: Machine, s: Step, from: number): number => {
  const { bytes, limit } = m
  const first = s.text[0]!
  for (let at = from; at < limit && !isBlank(bytes[at]); at++) {
    if (bytes[at] === first && sameBytes(bytes, at, limit, s.text)) return at > from ? at : -1
  }
  return -1
}

const memberOf = (m: Machine, s: Step, from: number, to: number): number => {
  const { words } = s
  for (let i = 0; i < words.length; i++)
    if (words[i]!.length === to - from && sameBytes(m.bytes, from, to, words[i]!)) return i
  return -1
}

/** `s.text`: the separator; `s.words`: names; `s.inner`: a step each. */
export const runPairs = (m: Machine, s: Step): boolean => {
  const { bytes, limit } = m
  let at = m.at
  while (at < limit && isBlank(bytes[at])) at++
  if (at === limit) {
    m.at = at
    return true
  }
  let end = nameEnd(m, s, at)
  if (end < 0) return fail(m, 'expected_literal', at, s.expectedText)
  for (;;) {
    const member = memberOf(m, s, at, end)
    // The value reaches to the blanks before the next name. A separator of letters may end in a blank of its own.
    const from = Math.min(limit, end + s.text.length)
    let to = from
    let next = -1
    let nextEnd = -1
    for (let i = from; i <= limit; i++) {
      if (i < limit && !isBlank(bytes[i])) continue
      to = i
      while (i < limit && isBlank(bytes[i])) i++
      if (i === limit) break
      nextEnd = nameEnd(m, s, i)
      if (nextEnd >= 0) {
        next = i
        break
      }
      i--
    }
    if (member >= 0 && to > from) {
      const take = s.inner[member]!
      if (!readSpan(m, take, from, to)) return false
    }
    if (next < 0) break
    at = next
    end = nextEnd
  }
  m.at = limit
  return true
}
