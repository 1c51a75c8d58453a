import type { Noticed } from './candidate.ts'
import { isExcluded } from './discover.ts'
import { firstRegistered } from './generation.ts'
import { idOf } from './identity.ts'
import { isAdopted } from './leads-outside.ts'
import { isFollowed, offsetOf, type Tailing } from './tailing.ts'

/** Milliseconds by which a file system's times may be behind the clock: what is near is looked into. */
const slack = 10_000

/**
 * Notices a compressed file. What it holds is only found out when nothing else is to be read, and once: `judged` keeps
 * the answer until it changes, its generation for the next start.
 */
export const notePacked = (tailing: Tailing, found: Noticed): void => {
  const wanted =
    !isForeign(tailing, found, slack) || isMissed(tailing, found) || isAdopted(tailing, found.origin, found.path)
  if (found.size > 0 && wanted) tailing.packed.set(idOf(found.identity), found)
}

/** Nothing new can be found out about this file. */
export const isJudged = ({ judged, context }: Tailing, found: Noticed): boolean => {
  const known = judged.get(idOf(found.identity))
  if (known === undefined || known.size !== found.size || known.modified !== found.modified) return false
  return context.clock() < known.again
}

/** Outside the patterns: excluded, or written before anything that is known of its name was first followed. */
export const isForeign = (tailing: Tailing, found: Noticed, before = 0): boolean =>
  found.outside &&
  (isExcluded(tailing.exclude, found.path) ||
    found.modified + before <= firstRegistered(tailing.context.generations.index(tailing.name).named(found.origin)))

/** Never read, and not written to for longer than somebody said; nor may it hold what is missing of another. */
export const isTooOld = (tailing: Tailing, found: Noticed): boolean => {
  const { ignoreOlder, context, name } = tailing
  if (ignoreOlder === undefined || context.clock() - found.modified < ignoreOlder) return false
  return context.generations.index(name).inFile(idOf(found.identity)).length === 0 && !isMissed(tailing, found)
}

/** Something of its name was not read to its end and is away. */
const isMissed = (tailing: Tailing, { origin }: Noticed): boolean =>
  tailing.context.generations
    .index(tailing.name)
    .named(origin)
    .some(
      (one) =>
        !isFollowed(tailing, one.key) &&
        Math.max(one.size, one.guard.offset) > Math.max(offsetOf(tailing, one), one.closedTo),
    )
