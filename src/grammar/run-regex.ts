import { fail, type Machine } from './machine.ts'
import { type Step, sameBytes } from './step.ts'
import { readSpan } from './take.ts'

/** `s.pattern` has the flags `d` and `y`; `s.names` are its groups, `s.inner` a step each. A character is a byte. */
export const runRegex = (m: Machine, s: Step): boolean => {
  const from = m.at
  let to = from
  for (; to < m.limit; to++)
    if (s.stopAt[m.bytes[to]!] !== 0 && s.stops.some((stop) => sameBytes(m.bytes, to, m.limit, stop))) break
  if (to === m.limit && !s.orEnd) return fail(m, 'expected_literal', from, s.expectedText)
  const pattern = s.pattern!
  pattern.lastIndex = 0
  const match = pattern.exec(m.node.toString('latin1', from, to))
  if (match === null) return fail(m, 'bad_value', from, s.expected)
  const groups = match.indices!.groups!
  for (let i = 0; i < s.names.length; i++) {
    const span = groups[s.names[i]!]
    if (span !== undefined && span[1] > span[0] && !readSpan(m, s.inner[i]!, from + span[0], from + span[1]))
      return false
  }
  m.at = to
  return true
}
