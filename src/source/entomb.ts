import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Generation } from './generation.ts'
import { passOver } from './pass-over.ts'
import { isFollowed, isOurs, isUnderWay, isUnsure, offsetOf, type Tailing } from './tailing.ts'

/**
 * Whether it was a copy of another generation that came and went before anything of it was read (`copytruncate` with
 * `compress` keeps one for a moment): the same first bytes and the same length. The other answers for what it holds.
 */
const wasCopy = (tailing: Tailing, { key, head, begin, guard, size }: Generation, from: number): boolean =>
  from <= begin &&
  guard.offset <= begin &&
  size > 0 &&
  tailing.context.generations
    .index(tailing.name)
    .alike(head)
    .some((other) => other.key !== key && other.head.equals(head) && Math.max(other.size, other.guard.offset) === size)

/** Generations without a file become tombstones; what was seen of them, is in no store and stays away is stated lost. */
export const entomb = async (tailing: Tailing): Promise<void> => {
  const { generations, clock, once } = tailing.context
  const now = clock()
  for (const generation of generations.of(tailing.name)) {
    const { key, path, gone } = generation
    if (isFollowed(tailing, key) || !isOurs(tailing, generation.origin) || (gone !== undefined && !tailing.first))
      continue
    // A directory that is not there now may be mounted later.
    if (statSync(dirname(path), { throwIfNoEntry: false }) === undefined) continue
    if (!tailing.missing.has(key)) tailing.missing.set(key, now)
  }
  for (const [key, since] of tailing.missing) {
    const generation = generations.get(key)
    if (generation !== undefined && !isFollowed(tailing, key)) {
      const top = Math.max(generation.size, generation.guard.offset)
      const from = Math.max(offsetOf(tailing, generation), generation.closedTo)
      // What comes before must be accounted for first, or a crash would leave it in no account.
      if (isUnderWay(tailing, key)) continue
      // Of one that was followed until a crash more may have been read and sent than was written down of its size.
      const asks = from < top || generation.gone === undefined
      // A compressed file may hold it; a run that ends leaves the question to the next.
      if (asks && isUnsure(tailing)) {
        if (once && tailing.packed.size === 0) tailing.missing.delete(key)
        continue
      }
      if (asks && now - since < tailing.grace) continue
      if (asks && wasCopy(tailing, generation, from)) {
        generations.update(key, { gone: generation.gone ?? now, closedTo: top })
        tailing.missing.delete(key)
        continue
      }
      const to = asks ? await passOver(tailing, generation, from, top) : from
      generations.update(key, { gone: generation.gone ?? now, size: Math.max(top, to), rest: 0 })
    }
    tailing.missing.delete(key)
  }
}
