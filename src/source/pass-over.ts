import { stateLost } from './ended.ts'
import type { Generation } from './generation.ts'
import { markOf, merge, offsetOf, type Tailing } from './tailing.ts'

/**
 * Accounts for what no file holds of a generation: its bytes from `from` to `top`, and behind that what the store holds
 * all the same. What it does not hold of them is stated lost. Resolves to where that ends. Nothing of it is under way.
 */
export const passOver = async (
  tailing: Tailing,
  generation: Generation,
  from: number,
  top: number,
): Promise<number> => {
  const { key, path } = generation
  const { covered, skipped } = tailing.context
  let at = from
  // What was accounted for before that, as separators, was written down (`closedTo`).
  const mark = markOf(tailing, key, offsetOf(tailing, generation))
  mark.between = from - mark.told
  const pass = (to: number, isHeld: boolean): void => {
    if (to <= at) return
    if (!isHeld) stateLost(tailing, key, path, at, to)
    skipped?.(key, to, { begin: mark.told, between: mark.between }, to - at)
    Object.assign(mark, { told: to, between: 0 })
    at = to
  }
  for (const span of merge(
    await covered(key, from, Number.MAX_SAFE_INTEGER, tailing.hooks.label ?? generation.origin),
  )) {
    pass(span.from, false)
    pass(span.to, true)
  }
  pass(top, false)
  return at
}
