import { closeSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Candidate, discard, note, openCandidate, siblings } from './candidate.ts'
import { type Discovered, discover, isExcluded } from './discover.ts'
import { createFollowed, type Followed } from './followed.ts'
import { type Generation, type Guard, noGuard } from './generation.ts'
import { bytesAt, guardAt, identityOf, isGeneration, sameHead, samePrefix } from './identity.ts'
import { look } from './look.ts'
import { replace } from './replace.ts'
import { isRotationOf } from './rotation.ts'
import {
  cannotRead,
  ensureOpen,
  type Found,
  idOf,
  intact,
  isFollowed,
  isOurs,
  merge,
  offsetOf,
  sizeOf,
  stateLost,
  type Tailing,
  tellOnce,
} from './tailing.ts'

/**
 * Looks at everything the patterns match and at what rotation put beside it, and decides which bytes each file holds:
 * first by device and inode, checked by content, then by content alone, all files together, so that the order in
 * which names appeared does not matter.
 */
export const scan = async (tailing: Tailing): Promise<void> => {
  const discovered = await discover(tailing.patterns, tailing.exclude)
  const seen = new Map<string, Found & { readonly origin: string; readonly outside: boolean }>()
  tellUnseen(tailing, discovered)
  tailing.waiting.clear()
  for (const path of discovered.paths) note(tailing, seen, path, path, false)
  if (tailing.copies)
    for (const { path, base } of await siblings(tailing, discovered.paths)) note(tailing, seen, path, base, true)

  const open = new Map(tailing.files.map((file) => [idOf(file.identity), file]))
  const candidates: Candidate[] = []
  for (const [id, found] of seen) {
    const file = open.get(id)
    if (file !== undefined) {
      if (file.path !== found.path && !leadsTo(file.path, id)) moved(tailing, file, found.path)
      file.unreachable = false
      continue
    }
    const held = tailing.held.get(id)
    if (
      held !== undefined &&
      held.size === found.size &&
      isFollowed(tailing, held.of) &&
      intact(tailing, tailing.byKey.get(held.of)!)
    )
      continue
    tailing.held.delete(id)
    const candidate = openCandidate(tailing, found)
    if (candidate !== undefined) candidates.push(candidate)
  }
  for (const id of tailing.held.keys()) if (!seen.has(id)) tailing.held.delete(id)
  for (const file of tailing.files) if (!seen.has(idOf(file.identity))) file.unreachable = file.aside = true

  await decide(tailing, candidates)
  await entomb(tailing)
  tailing.first = false
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
  for (const path of tailing.unreadable.keys())
    if (!still.has(path) && !paths.includes(path)) tailing.unreadable.delete(path)
  for (const { path, code } of unseen) cannotRead(tailing, path, code)
}

const decide = async (tailing: Tailing, candidates: readonly Candidate[]): Promise<void> => {
  const { generations } = tailing.context
  let unknown: Candidate[] = []
  for (const candidate of candidates) {
    const { device, inode, birth } = candidate.identity
    const same = generations
      .of(tailing.name)
      .filter((one) => one.device === device && one.inode === inode && !isFollowed(tailing, one.key))
      .sort((a, b) => b.guard.offset - a.guard.offset)
      .find((one) => {
        const offset = offsetOf(tailing, one)
        // Before anything was committed the head alone would tell, which an inode used again may share.
        const committed = tailing.copies && Math.max(offset, one.guard.offset) > 0
        return (
          (committed || one.birth === birth) && isGeneration(candidate.fd, candidate.size, candidate.head, one, offset)
        )
      })
    if (same === undefined) unknown.push(candidate)
    else await claim(tailing, candidate, same)
  }
  // An original that was cut short gives its key to its copy before anything else is made of that copy.
  for (const file of [...tailing.files]) {
    const head = generations.get(file.key)?.head
    if (head === undefined || !unknown.some((one) => sameHead(one.head, head))) continue
    if (!ensureOpen(tailing, file) || (intact(tailing, file) && sizeOf(file) >= file.size)) continue
    const taken = await replace(tailing, file, unknown)
    unknown = unknown.filter((one) => one !== taken)
  }
  // Of files that begin alike the longest, then the oldest, is the original.
  unknown.sort((a, b) => b.size - a.size || a.identity.birth - b.identity.birth || (a.path < b.path ? -1 : 1))
  const fresh: Candidate[] = []
  for (const candidate of unknown) if (!(await recognise(tailing, candidate, fresh))) fresh.push(candidate)
  // What rotation put aside was written before what has the name now.
  fresh.sort(
    (a, b) =>
      Number(b.outside) - Number(a.outside) || a.identity.birth - b.identity.birth || (a.path < b.path ? -1 : 1),
  )
  const begun = await Promise.all(fresh.map((candidate) => begin(tailing, candidate)))
  for (const file of begun) {
    if (file === undefined) continue
    file.before = tailing.files.findLast(
      (one) => tailing.hooks.owned || (one.aside && one.origin.path === file.origin.path),
    )
    // Looked at now, or what was written to it just before would not count.
    if (file.before !== undefined) look(tailing, file.before, tailing.context.clock())
    follow(tailing, file)
  }
}

/** Whether an unknown file turned out to be, or to be a copy of, a known generation or one of `fresh`. */
const recognise = async (tailing: Tailing, candidate: Candidate, fresh: readonly Candidate[]): Promise<boolean> => {
  if (!tailing.copies) return false
  const alike = tailing.context.generations.of(tailing.name).filter(({ head }) => sameHead(head, candidate.head))
  for (const { key } of alike) {
    const original = tailing.byKey.get(key)
    if (original === undefined || original.ended || !ensureOpen(tailing, original)) continue
    if (candidate.size <= sizeOf(original) && samePrefix(candidate.fd, original.fd!, candidate.size))
      return hold(tailing, candidate, key)
  }
  const gone = alike.filter(({ key }) => !isFollowed(tailing, key)).sort((a, b) => b.guard.offset - a.guard.offset)
  for (const generation of gone) {
    const offset = offsetOf(tailing, generation)
    if (isGeneration(candidate.fd, candidate.size, candidate.head, generation, offset)) {
      await claim(tailing, candidate, generation)
      return true
    }
    // A copy made before the last bytes were written: what it holds was read. Only a name made by rotation is believed.
    const short = candidate.size < Math.max(offset, generation.guard.offset)
    if (short && isRotationOf(candidate.path, generation.origin)) return hold(tailing, candidate, generation.key)
  }
  if (candidate.outside) {
    if (isExcluded(tailing.exclude, candidate.path)) return discard(candidate)
    const known = tailing.context.generations.of(tailing.name).filter(({ origin }) => origin === candidate.origin)
    const since = Math.min(...known.map(({ registered }) => registered))
    // Older than what is followed, and never followed itself; a file that was emptied since holds younger bytes.
    const id = idOf(candidate.identity)
    const emptied = known.some((one) => one.emptied === id || idOf(one) === id)
    if (!emptied && (candidate.identity.birth || candidate.modified) <= since) return discard(candidate)
  }
  const original = fresh.find((one) => candidate.size <= one.size && samePrefix(candidate.fd, one.fd, candidate.size))
  // Looked at again once the original has its key.
  return original === undefined ? false : hold(tailing, candidate, '')
}

const hold = (tailing: Tailing, candidate: Candidate, key: string): true => {
  tailing.held.set(idOf(candidate.identity), {
    path: candidate.path,
    identity: candidate.identity,
    size: candidate.size,
    modified: candidate.modified,
    of: key,
  })
  tellOnce(tailing, `held ${candidate.path} ${idOf(candidate.identity)}`, {
    kind: 'held_copy',
    path: candidate.path,
    text: `${candidate.path} holds the same bytes as a file that is followed already and is not read again`,
  })
  return discard(candidate)
}

/** Goes on with a known generation in this file, where it was committed to. */
const claim = async (tailing: Tailing, candidate: Candidate, generation: Generation): Promise<void> => {
  const { context } = tailing
  const offset = offsetOf(tailing, generation)
  const guard = guardAt(candidate.fd, offset)
  if (guard === undefined) return closeSync(candidate.fd)
  const file = createFollowed(generation, candidate, {
    offset,
    guard,
    now: context.clock(),
    label: tailing.hooks.label,
  })
  const spans =
    offset < candidate.size && !tailing.left.has(generation.key)
      ? await context.covered(generation.key, offset, candidate.size)
      : []
  file.skips = merge(spans)
  if (tailing.missing.delete(generation.key) && offset < candidate.size) {
    const text = `${candidate.size - offset} bytes of ${generation.path} are read from ${candidate.path}`
    context.report({ kind: 'recovered', path: generation.path, text })
  }
  const { device, inode, birth } = candidate.identity
  const head = candidate.head.length > generation.head.length ? { head: candidate.head } : {}
  context.generations.update(generation.key, {
    device,
    inode,
    birth,
    path: candidate.path,
    size: candidate.size,
    gone: 0,
    ...(idOf(generation) === idOf(candidate.identity) ? {} : { emptied: idOf(generation) }),
    ...head,
  })
  follow(tailing, file)
}

/** Registers bytes never seen before. */
const begin = async (tailing: Tailing, candidate: Candidate): Promise<Followed | undefined> => {
  const { context, name } = tailing
  const { device, inode, birth } = candidate.identity
  const known = context.generations.of(name)
  const old = tailing.first && !known.some(({ registered }) => birth > registered)
  const start = context.begin === 'end' && old ? lineStart(candidate.fd, candidate.size) : 0
  try {
    const generation = await context.generations.register({
      source: name,
      device,
      inode,
      birth,
      head: candidate.head,
      path: candidate.path,
      origin: candidate.origin,
      begin: start,
      size: candidate.size,
    })
    const guard: Guard = guardAt(candidate.fd, start) ?? noGuard
    return createFollowed(generation, candidate, {
      offset: start,
      guard,
      now: context.clock(),
      label: tailing.hooks.label,
    })
  } catch (error) {
    closeSync(candidate.fd)
    cannotRead(tailing, candidate.path, `its generation could not be written down: ${String(error)}`)
    return undefined
  }
}

const follow = (tailing: Tailing, file: Followed): void => {
  tailing.files.push(file)
  tailing.byKey.set(file.key, file)
}

/** Where the last line before `size` begins that is not ended yet. */
const lineStart = (fd: number, size: number): number => {
  for (let to = size; to > 0; ) {
    const from = Math.max(0, to - 65_536)
    const at = bytesAt(fd, from, to).lastIndexOf(10)
    if (at !== -1) return from + at + 1
    to = from
  }
  return 0
}

/** Generations without a file become tombstones; what was seen of them, is in no store and stays away is stated lost. */
const entomb = async (tailing: Tailing): Promise<void> => {
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
      if (from < top && now - since < tailing.grace) continue
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
