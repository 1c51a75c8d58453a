import { type Candidate, discard, lookInto } from './candidate.ts'
import { begin, claim, follow } from './claim.ts'
import { isExcluded } from './discover.ts'
import type { Followed } from './followed.ts'
import { firstRegistered, keepKnown } from './generation.ts'
import { ensureOpen, setHandle } from './handles.ts'
import { createHeadIndex, type HeadIndex } from './head-index.ts'
import { holdsGuard, idOf, isGeneration, samePrefix } from './identity.ts'
import { look } from './look.ts'
import { replace } from './replace.ts'
import { isPutAside, isRotationOf } from './rotation.ts'
import { intact, isFollowed, offsetOf, sizeOf, type Tailing, tellOnce } from './tailing.ts'

/** Decides of all files found at once which generation each holds, and begins those that hold none that is known. */
export const decide = async (tailing: Tailing, candidates: readonly Candidate[]): Promise<void> => {
  let unknown: Candidate[] = []
  for (const candidate of candidates) if (!(await claimSame(tailing, candidate))) unknown.push(candidate)
  if (unknown.length === 0) return
  unknown = await replaceCut(tailing, unknown)
  // Of files that begin alike the longest, then the oldest, is the original.
  unknown.sort((a, b) => b.size - a.size || a.identity.birth - b.identity.birth || (a.path < b.path ? -1 : 1))
  const fresh: Candidate[] = []
  const heads: HeadIndex<Candidate> = createHeadIndex()
  for (const candidate of unknown) {
    if (await recognise(tailing, candidate, heads)) continue
    fresh.push(candidate)
    heads.set(candidate.head, idOf(candidate.identity), candidate)
  }
  // What rotation put aside was written before what has the name now.
  fresh.sort(
    (a, b) =>
      Number(b.outside) - Number(a.outside) || a.identity.birth - b.identity.birth || (a.path < b.path ? -1 : 1),
  )
  await beginAll(tailing, fresh)
}

/** Whether the file is the generation that its device and inode held, and goes on as that. */
const claimSame = async (tailing: Tailing, candidate: Candidate): Promise<boolean> => {
  const { birth } = candidate.identity
  const same = tailing.context.generations
    .index(tailing.name)
    .inFile(idOf(candidate.identity))
    .filter((one) => !isFollowed(tailing, one.key))
    .sort((a, b) => b.guard.offset - a.guard.offset)
    .find((one) => {
      // Before anything was committed the head alone would tell, which an inode used again may share.
      const committed = tailing.copies && Math.max(offsetOf(tailing, one), one.guard.offset) > 0
      return (committed || one.birth === birth) && holds(tailing, candidate, one)
    })
  if (same === undefined) return false
  await claim(tailing, candidate, same)
  return true
}

const holds = (tailing: Tailing, candidate: Candidate, generation: Parameters<typeof offsetOf>[1]): boolean =>
  lookInto(
    candidate,
    (fd) => isGeneration(fd, candidate.size, candidate.head, generation, offsetOf(tailing, generation)),
    false,
  )

/** An original that was cut short gives its key to its copy before anything else is made of that copy. */
const replaceCut = async (tailing: Tailing, candidates: readonly Candidate[]): Promise<Candidate[]> => {
  const heads: HeadIndex<Candidate> = createHeadIndex()
  for (const candidate of candidates) heads.set(candidate.head, idOf(candidate.identity), candidate)
  const left = new Set(candidates)
  for (const file of [...tailing.files]) {
    const head = tailing.context.generations.get(file.key)?.head
    const alike = head === undefined ? [] : heads.alike(head)
    if (alike.length === 0 || !ensureOpen(tailing, file)) continue
    if (intact(tailing, file) && sizeOf(tailing, file) >= file.size) continue
    const taken = await replace(tailing, file, alike)
    if (taken === undefined) continue
    left.delete(taken)
    heads.delete(taken.head, idOf(taken.identity))
  }
  return [...left]
}

/** Whether an unknown file turned out to be, or to be a copy of, a known generation or one of `fresh`. */
const recognise = async (tailing: Tailing, candidate: Candidate, fresh: HeadIndex<Candidate>): Promise<boolean> => {
  if (!tailing.copies) return false
  const alike = tailing.context.generations.index(tailing.name).alike(candidate.head)
  for (const { key } of alike) {
    const original = tailing.byKey.get(key)
    if (original === undefined || original.ended) continue
    if (!ensureOpen(tailing, original)) {
      if (tailing.unreadable.has(original.path)) continue
      // Being renamed, or gone: the next look tells, and what this is depends on it.
      tailing.waiting.set(candidate.path, candidate)
      tailing.scanWanted = true
      return discard(candidate)
    }
    const size = sizeOf(tailing, original)
    const same = (length: number): boolean => lookInto(candidate, (fd) => samePrefix(fd, original.fd!, length), false)
    if (candidate.size <= size && same(candidate.size)) return hold(tailing, candidate, key)
    // The copy was seen first: the older file, which goes on under the name that is rotated, is the original.
    const isOriginal = candidate.identity.birth < original.identity.birth && isRotationOf(original.path, candidate.path)
    if (isOriginal && size > 0 && candidate.size > size && same(size)) return goOnIn(tailing, original, candidate)
  }
  const gone = alike.filter(({ key }) => !isFollowed(tailing, key)).sort((a, b) => b.guard.offset - a.guard.offset)
  for (const generation of gone) {
    const isAside = isPutAside(candidate.path, generation.origin)
    const read = Math.max(offsetOf(tailing, generation), generation.guard.offset)
    // A copy made when there was less of it than is known of its head.
    const begins = isAside && candidate.size < generation.head.length && read <= candidate.size
    const { guard } = generation
    if (
      holds(tailing, candidate, generation) ||
      (begins && lookInto(candidate, (fd) => holdsGuard(fd, guard), false))
    ) {
      await claim(tailing, candidate, generation)
      return true
    }
    // A copy made before the last bytes were written: what it holds was read. Only a name made by rotation is believed.
    if (!isAside || candidate.size >= read) continue
    keepKnown(tailing, generation)
    return hold(tailing, candidate, generation.key)
  }
  if (isForeign(tailing, candidate)) return discard(candidate)
  // Looked at again once the original has its key.
  const original = fresh
    .alike(candidate.head)
    .find((one) => candidate.size <= one.size && agree(candidate, one, candidate.size))
  return original === undefined ? false : hold(tailing, candidate, '')
}

const agree = (a: Candidate, b: Candidate, length: number): boolean =>
  lookInto(a, (one) => lookInto(b, (other) => samePrefix(one, other, length), false), false)

/** A sibling outside the patterns that is excluded, or older than what is followed and never followed itself. */
const isForeign = (tailing: Tailing, candidate: Candidate): boolean => {
  if (!candidate.outside) return false
  if (isExcluded(tailing.exclude, candidate.path)) return true
  const known = tailing.context.generations.index(tailing.name).named(candidate.origin)
  const since = firstRegistered(known)
  // A file that was emptied since holds younger bytes.
  const id = idOf(candidate.identity)
  const emptied = known.some((one) => one.emptied === id || idOf(one) === id)
  return !emptied && (candidate.identity.birth || candidate.modified) <= since
}

/** Goes on reading in `candidate`, of which the file read so far is a copy. */
const goOnIn = (tailing: Tailing, file: Followed, candidate: Candidate): true => {
  const { path, identity, size, modified } = file
  setHandle(tailing, file, candidate.fd)
  Object.assign(file, {
    path: candidate.path,
    identity: candidate.identity,
    size: candidate.size,
    seen: candidate.size,
    modified: candidate.modified,
    aside: false,
    unreachable: false,
    deleted: false,
  })
  tailing.held.set(idOf(identity), { path, identity, size, modified, of: file.key })
  const { device, inode, birth } = candidate.identity
  tailing.context.generations.update(file.key, { device, inode, birth, path: candidate.path, size: candidate.size })
  return true
}

const hold = (tailing: Tailing, candidate: Candidate, key: string): true => {
  const { path, identity, size, modified } = candidate
  tailing.held.set(idOf(identity), { path, identity, size, modified, of: key })
  tellOnce(tailing, `held ${path} ${idOf(identity)}`, {
    kind: 'held_copy',
    path,
    text: `${path} holds the same bytes as a file that is followed already and is not read again`,
  })
  return discard(candidate)
}

const beginAll = async (tailing: Tailing, fresh: readonly Candidate[]): Promise<void> => {
  const since = firstRegistered(tailing.context.generations.of(tailing.name))
  const begun = await Promise.all(fresh.map((candidate) => begin(tailing, candidate, since)))
  const aside = new Map<string, Followed>()
  for (const file of tailing.files) if (file.aside) aside.set(file.origin.path, file)
  for (const file of begun) {
    if (file === undefined) continue
    file.before = tailing.hooks.owned ? tailing.files.at(-1) : aside.get(file.origin.path)
    // Looked at now, or what was written to it just before would not count.
    if (file.before !== undefined) look(tailing, file.before, tailing.context.clock())
    follow(tailing, file)
    if (file.aside) aside.set(file.origin.path, file)
  }
}
