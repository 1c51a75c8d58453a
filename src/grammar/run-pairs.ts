import { fail, type Machine } from './machine.ts'
import { isBlank, type Step, sameBytes } from './step.ts'
import { readSpan } from './take.ts'

/** The end of a name that begins at `at`, with the separator behind it; -1 where none does. */
const nameEnd = (m: Machine, s: Step, from: number): number => {
  const { bytes, limit } = m
  const first = s.text[0]!
  for (let at = from; at < limit && !isBlank(bytes[at]); at++) {
    if (bytes[at] === first && sameBytes(bytes, at, limit, s.text)) return at > from ? at : -1
  }
  return -1
}

/** The pair that was found last; `next`: where the next one begins, -1 for none, and where its name ends. */
export const pair = { nameFrom: 0, nameTo: 0, from: 0, to: 0, next: 0, nextEnd: 0 }

/** Finds the pair that begins at `at`, which is no blank. */
export const findPair = (m: Machine, s: Step, at: number): boolean => {
  const end = nameEnd(m, s, at)
  if (end < 0) return false
  setPair(m, s, at, end)
  return true
}

/** The same of one whose name is known to end at `end`: what `next` and `nextEnd` told. */
export const setPair = (m: Machine, s: Step, at: number, end: number): void => {
  const { bytes, limit } = m
  pair.nameFrom = at
  pair.nameTo = end
  // The value reaches to the blanks before the next name. A separator of letters may end in a blank of its own.
  pair.from = Math.min(limit, end + s.textLength)
  pair.to = pair.from
  pair.next = -1
  for (let i = pair.from; i <= limit; i++) {
    if (i < limit && !isBlank(bytes[i])) continue
    pair.to = i
    while (i < limit && isBlank(bytes[i])) i++
    if (i === limit) break
    const nextEnd = nameEnd(m, s, i)
    if (nextEnd >= 0) {
      pair.next = i
      pair.nextEnd = nextEnd
      break
    }
    i--
  }
}

/** Which of the step's members the pair found last is; -1 for none. */
export const memberOf = (m: Machine, s: Step): number => {
  const { words, wordsFrom } = s
  const { nameFrom, nameTo } = pair
  const some = wordsFrom[m.bytes[nameFrom]!]!
  for (let i = 0; i < some.length; i++) {
    const word = words[some[i]!]!
    if (word.length === nameTo - nameFrom && sameBytes(m.bytes, nameFrom, nameTo, word)) return some[i]!
  }
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
  if (!findPair(m, s, at)) return fail(m, 'expected_literal', at, s.expectedText)
  for (;;) {
    const member = memberOf(m, s)
    const { from, to, next, nextEnd } = pair
    if (member >= 0 && to > from && !readSpan(m, s.inner[member]!, from, to)) return false
    if (next < 0) break
    setPair(m, s, next, nextEnd)
  }
  m.at = limit
  return true
}
