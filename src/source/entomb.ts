import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { stateLost } from './ended.ts'
import { isFollowed, isOurs, merge, offsetOf, type Tailing } from './tailing.ts'

const isUnsure = ({ packed, judged }: Tailing): boolean =>
  packed.size > 0 || [...judged.values()].some(({ again }) => again !== undefined)

/** Generations without a file become tombstones; what was seen of them, is in no store and stays away is stated lost. */
export const entomb = async (tailing: Tailing): Promise<void> => {
  const { generations, clock, covered, skipped } = tailing.context
  const now = clock()
  for (const generation of generations.of(tailing.name)) {
    const { key, path, gone } = generation
    if (isFollowed(tailing, key) || !isOurs(tailing, generation.origin) || (gone !== undefined && !tailing.first))
      continue
    // A directory that is not there now may be mounted later.
    if (statSync(dirname(path), { throwIfNoEntry: false }) === undefined) continue
    if (gone === undefined) generations.update(key, { gone: now })
    if (!tailing.missing.has(key)) tailing.missing.set(key, now)
  }
  for (const [key, since] of tailing.missing) {
    const generation = generations.get(key)
    if (generation !== undefined && !isFollowed(tailing, key)) {
      const top = Math.max(generation.size, generation.guard.offset)
      let from = Math.max(offsetOf(tailing, generation), generation.closedTo)
      // A compressed file may hold it.
      if (from < top && (now - since < tailing.grace || isUnsure(tailing))) continue
      for (const span of from < top ? merge(await covered(key, from, top)) : []) {
        if (span.from > from) stateLost(tailing, key, generation.path, from, span.from)
        from = Math.max(from, span.to)
        skipped?.(key, from)
      }
      if (from < top) stateLost(tailing, key, generation.path, from, top)
    }
    tailing.missing.delete(key)
  }
}
