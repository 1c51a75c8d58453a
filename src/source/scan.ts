import { statSync } from 'node:fs'
import { type Candidate, type Noticed, note, openCandidate, siblings } from './candidate.ts'
import { decide } from './decide.ts'
import { type Discovered, discover } from './discover.ts'
import { entomb } from './entomb.ts'
import type { Followed } from './followed.ts'
import { identityOf, idOf } from './identity.ts'
import { isJudged, isTooOld, notePacked } from './note-packed.ts'
import { isCompressed } from './rotation.ts'
import { cannotRead, intact, isFollowed, type Tailing } from './tailing.ts'

/**
 * Looks at everything the patterns match and at what rotation put beside it, and decides which bytes each file holds:
 * first by device and inode, checked by content, then by content alone, all files together, so that the order in
 * which names appeared does not matter.
 */
export const scan = async (tailing: Tailing): Promise<void> => {
  const discovered = await discover(tailing.patterns, tailing.exclude)
  tailing.directories = discovered.directories
  const seen = new Map<string, Noticed>()
  tellUnseen(tailing, discovered)
  tailing.waiting.clear()
  tailing.refused.clear()
  for (const path of discovered.paths) note(tailing, seen, path, path, false)
  if (tailing.copies)
    for (const { path, base } of await siblings(tailing, discovered.paths)) note(tailing, seen, path, base, true)

  for (const { adopted, origin } of tailing.context.generations.of(tailing.name))
    if (adopted !== undefined) note(tailing, seen, adopted, origin, true)

  const open = new Map(tailing.files.map((file) => [idOf(file.identity), file]))
  const candidates: Candidate[] = []
  const room = { left: Math.max(1, tailing.maxOpen - tailing.handles.size) }
  for (const [id, found] of seen) {
    const file = open.get(id)
    if (file !== undefined) {
      if (file.path !== found.path && !leadsTo(file.path, id)) moved(tailing, file, found.path)
      file.unreachable = false
      continue
    }
    if (isHeld(tailing, id, found) || isJudged(tailing, found)) continue
    if (isTooOld(tailing, found)) continue
    tailing.held.delete(id)
    if (tailing.copies && isCompressed(found.path)) {
      notePacked(tailing, found)
      continue
    }
    const candidate = openCandidate(tailing, found, room)
    if (candidate !== undefined) candidates.push(candidate)
  }
  for (const known of [tailing.held, tailing.packed, tailing.judged])
    for (const id of known.keys()) if (!seen.has(id)) known.delete(id)
  for (const file of tailing.files) if (!seen.has(idOf(file.identity))) file.unreachable = file.aside = true

  await decide(tailing, candidates)
  await entomb(tailing)
  tailing.first = false
}

/** Whether a file is known to be a copy of one that is followed, and neither has changed so that it matters. */
const isHeld = (tailing: Tailing, id: string, found: Noticed): boolean => {
  const held = tailing.held.get(id)
  return (
    held !== undefined &&
    held.size === found.size &&
    isFollowed(tailing, held.of) &&
    intact(tailing, tailing.byKey.get(held.of)!)
  )
}

const leadsTo = (path: string, id: string): boolean => {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats !== undefined && idOf(identityOf(stats)) === id
}

const moved = (tailing: Tailing, file: Followed, path: string): void => {
  file.path = path
  file.aside = path !== file.origin.path
  tailing.context.generations.update(file.key, { path })
}

const tellUnseen = (tailing: Tailing, { unseen, paths }: Discovered): void => {
  const still = new Set(unseen.map(({ path }) => path))
  const there = new Set(paths)
  for (const path of tailing.unreadable.keys())
    if (!still.has(path) && !there.has(path)) tailing.unreadable.delete(path)
  for (const { path, code } of unseen) cannotRead(tailing, path, code)
}
