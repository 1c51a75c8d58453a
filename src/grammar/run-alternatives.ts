import { mayHold, type Signs } from './json-signs.ts'
import type { Machine } from './machine.ts'
import { fail } from './machine.ts'
import { mayOpen, type Opening } from './opening.ts'
import { takeBack } from './slot.ts'
import type { Step } from './step.ts'

/** A way to read a record, made ready to run. */
export interface Runnable {
  readonly name: string
  readonly steps: readonly Step[]
  /** What each step is: equal keys do the same. */
  readonly keys: readonly string[]
  /** Slots each step may fill. */
  readonly fills: readonly Int32Array[]
  readonly opening: Opening
  /** What stands in every record of it, where that is known. */
  readonly signs: Signs | undefined
}

/** How many of its first steps are those of the one before it, and fill nothing that later ones fill again. */
const sharedWith = (one: Runnable, before: Runnable | undefined): number => {
  let count = 0
  while (before !== undefined && count < one.keys.length && one.keys[count] === before.keys[count]) count++
  const overlaps = ({ fills }: Runnable): boolean => {
    const first = new Set(fills.slice(0, count).flatMap((slots) => [...slots]))
    return fills.slice(count).some((slots) => slots.some((slot) => first.has(slot)))
  }
  while (count > 0 && (overlaps(one) || overlaps(before!))) count--
  return count
}

/**
 * Runs alternatives in order until one fits the whole record; -1 for none. What cannot begin as the record does, or lacks in it
 * what its records hold, is not tried, unless nothing was and the failure has to be explained. Steps that an alternative has in
 * common with the one tried before it are not run again: where that came through them, reading goes on behind them, and where it
 * did not, this one would not either.
 */
export const alternativesOf = (alternatives: readonly Runnable[]): ((m: Machine) => number) => {
  const many = alternatives.length > 1
  const shared = alternatives.map((one, i) => sharedWith(one, alternatives[i - 1]))
  /** By alternative and step: slots that this step and those behind it may fill. */
  const rest = alternatives.map(({ fills }) =>
    [...fills, new Int32Array(0)].map((_, from) =>
      Int32Array.from(new Set(fills.slice(from).flatMap((slots) => [...slots]))),
    ),
  )
  const most = Math.max(0, ...alternatives.map(({ steps }) => steps.length))
  // Where reading stood before each step of the alternative run last.
  const ats = new Uint32Array(most + 1)
  const limits = new Uint32Array(most + 1)

  /** How many steps succeed. */
  const run = (m: Machine, steps: readonly Step[], from: number): number => {
    for (let i = from; i < steps.length; i++) {
      const step = steps[i]!
      ats[i] = m.at
      limits[i] = m.limit
      if (!step.run(m, step)) return i
    }
    ats[steps.length] = m.at
    limits[steps.length] = m.limit
    return steps.length
  }

  /** None behind it can begin as the record does. */
  const isLastOne = ({ bytes, start, end }: Machine, i: number): boolean => {
    for (let j = i + 1; j < alternatives.length; j++)
      if (mayOpen(alternatives[j]!.opening, bytes, start, end)) return false
    return true
  }

  const runThose = (m: Machine, signed: boolean): number => {
    const { start, end, bytes, row } = m
    let last = -1
    let reached = 0
    let common = 0
    let passed = false
    for (let i = 0; i < alternatives.length; i++) {
      const one = alternatives[i]!
      if (shared[i]! < common) common = shared[i]!
      if (many && !mayOpen(one.opening, bytes, start, end)) continue
      if (many && signed && one.signs !== undefined) {
        // The only one that may begin so has to tell what is wrong anyway.
        const isOnly = last < 0 && !passed && isLastOne(m, i)
        if (!isOnly && !mayHold(m, start, end, one.signs)) {
          passed = true
          continue
        }
      }
      if (last >= 0) {
        if (reached < common) continue
        takeBack(m, rest[last]![common]!)
        m.at = ats[common]!
        m.limit = limits[common]!
        m.cell = row
      }
      m.alternative = many ? one.name : undefined
      reached = run(m, one.steps, common)
      last = i
      common = one.steps.length
      if (reached < common) continue
      if (m.at === end) return i
      fail(m, 'trailing_text', m.at, 'the end of the record')
    }
    if (last >= 0) takeBack(m, rest[last]![0]!)
    return -1
  }
  const hasSigns = many && alternatives.some(({ signs }) => signs !== undefined)
  return (m) => {
    const found = runThose(m, true)
    return found < 0 && hasSigns && m.farAt < 0 ? runThose(m, false) : found
  }
}
