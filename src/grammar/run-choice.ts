import type { Machine } from './machine.ts'
import { mayOpen } from './opening.ts'
import { takeBack } from './slot.ts'
import { runAll, type Step } from './step.ts'
import { missLiteral } from './take.ts'

/** `s.text`: the literal it begins with, if any. Most often that is not there. */
export const runOptional = (m: Machine, s: Step): boolean => {
  const { at, limit, puts } = m
  if (s.textLength > 0 && (at >= limit || m.bytes[at] !== s.textByte)) {
    missLiteral(m, s, at)
    return true
  }
  if (runAll(m, s.inner)) return true
  m.at = at
  m.limit = limit
  if (m.puts !== puts) takeBack(m, s.touched)
  return true
}

export const runEither = (m: Machine, s: Step): boolean => {
  const { bytes, at, limit, end } = m
  const { branches, openings } = s
  let passed = false
  for (let i = 0; i < branches.length; i++) {
    // What cannot begin like this is not tried, unless nothing is left to explain the failure.
    if (!mayOpen(openings[i]!, bytes, at, end)) {
      passed = true
      continue
    }
    if (tryBranch(m, s, i)) return true
    m.at = at
    m.limit = limit
  }
  if (!passed || m.farAt > at) return false
  for (let i = 0; i < branches.length; i++) {
    if (mayOpen(openings[i]!, bytes, at, end)) continue
    if (tryBranch(m, s, i)) return true
    m.at = at
    m.limit = limit
  }
  return false
}

const tryBranch = (m: Machine, s: Step, i: number): boolean => {
  const { puts } = m
  if (runAll(m, s.branches[i]!)) return true
  if (m.puts !== puts) takeBack(m, s.branchTouched[i]!)
  return false
}

/** `s.number`: a bit for each part that has to be there; parts are at most 30. */
export const runAnyOrder = (m: Machine, s: Step): boolean => {
  const { branches } = s
  let seen = 0
  for (let again = true; again; ) {
    again = false
    for (let i = 0; i < branches.length && !again; i++) {
      if ((seen & (1 << i)) !== 0) continue
      const { at, limit, puts } = m
      if (runAll(m, branches[i]!)) {
        seen |= 1 << i
        again = m.at > at
      } else {
        m.at = at
        m.limit = limit
        if (m.puts !== puts) takeBack(m, s.branchTouched[i]!)
      }
    }
  }
  return (seen & s.number) === s.number
}
