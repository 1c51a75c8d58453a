import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { covers, type Discovered, discover, inside, isExcluded } from './discover.ts'
import { createFollowed, type Followed } from './followed.ts'
import { type Generation, type Guard, headSize, noGuard } from './generation.ts'
import {
  bytesAt,
  guardAt,
  headOf,
  holdsGuard,
  type Identity,
  identityOf,
  isGeneration,
  sameHead,
  samePrefix,
} from './identity.ts'
import { isCompressed, isRotationOf } from './rotation.ts'
import type { SourceContext } from './source.ts'

/** What a source knows of its files; changed by looking (`scan`) and by reading, never at the same time. */
export interface Tailing {
  readonly name: string
  readonly context: SourceContext
  readonly patterns: readonly string[]
  readonly exclude: readonly string[]
  /** False: a file is only ever itself. For files that nobody rotates or copies. */
  readonly copies: boolean
  /** Milliseconds without growth after which what is put aside counts as finished. */
  readonly settle: number
  readonly files: Followed[]
  /** Followed now or handed out and not yet committed. */
  readonly byKey: Map<string, Followed>
  /** Offsets read up to of generations no longer followed. */
  readonly left: Map<string, number>
  /** Copies whose bytes were or will be read elsewhere, by device and inode. */
  readonly held: Map<string, Found & { readonly of: string }>
  /** Files that cannot be read, and files of which there is too little to tell what they are, by path. */
  readonly unreadable: Map<string, string>
  readonly waiting: Map<string, Found>
  /** Troubles already told. */
  readonly told: Set<string>
  first: boolean
}

interface Found {
  readonly path: string
  readonly identity: Identity
  readonly size: number
  readonly modified: number
}
interface Candidate extends Found {
  readonly fd: number
  readonly head: Buffer
  /** The name it was written under, as far as can be told. */
  readonly origin: string
  /** Lies outside the patterns: a sibling by rotation of a file that matches. */
  readonly outside: boolean
}

export const idOf = ({ device, inode }: Identity): string => `${device}:${inode}`

export const tellOnce = (tailing: Tailing, mark: string, notice: Parameters<SourceContext['report']>[0]): void => {
  if (tailing.told.has(mark)) return
  tailing.told.add(mark)
  tailing.context.report(notice)
}

/** Offset to go on from. */
const offsetOf = (tailing: Tailing, { key, begin }: Generation): number =>
  Math.max(begin, tailing.byKey.get(key)?.offset ?? tailing.left.get(key) ?? tailing.context.resume.get(key) ?? 0)

const isFollowed = (tailing: Tailing, key: string): boolean => tailing.byKey.get(key)?.ended === false

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
      intact(tailing.byKey.get(held.of)!)
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

const mending = (path: string, code: string): string =>
  code === 'EACCES' || code === 'EPERM'
    ? `permission denied; let it be read: setfacl -m u:${userInfo().username}:rX '${path.replaceAll("'", "'\\''")}'`
    : code === 'ELOOP'
      ? 'its links go round in a circle; remove one of them'
      : code === 'EMFILE'
        ? 'too many open files; raise the limit: ulimit -n 65536'
        : code

const tellUnseen = (tailing: Tailing, { unseen, paths }: Discovered): void => {
  const still = new Set(unseen.map(({ path }) => path))
  for (const path of tailing.unreadable.keys())
    if (!still.has(path) && !paths.includes(path)) tailing.unreadable.delete(path)
  for (const { path, code } of unseen) cannotRead(tailing, path, code)
}

export const cannotRead = (tailing: Tailing, path: string, code: string): void => {
  tailing.unreadable.set(path, code)
  tellOnce(tailing, `unreadable ${path} ${code}`, {
    kind: 'unreadable',
    path,
    text: `cannot read ${path}: ${mending(path, code)}`,
  })
}

const note = (
  tailing: Tailing,
  seen: Map<string, Found & { origin: string; outside: boolean }>,
  path: string,
  origin: string,
  outside: boolean,
): void => {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || stats.isDirectory()) return
    if (!stats.isFile()) {
      if (!outside)
        tellOnce(tailing, `special ${path}`, {
          kind: 'unreadable',
          path,
          text: `${path} is no regular file and is not read; leave it out with exclude`,
        })
      return
    }
    const identity = identityOf(stats)
    if (!seen.has(idOf(identity)))
      seen.set(idOf(identity), {
        path,
        identity,
        size: Number(stats.size),
        modified: Number(stats.mtimeMs),
        origin,
        outside,
      })
  } catch (error) {
    if (!outside) cannotRead(tailing, path, (error as NodeJS.ErrnoException).code ?? String(error))
  }
}

/** Files beside those that are or were followed, under names that rotation gives, even outside the patterns. */
const siblings = async (
  tailing: Tailing,
  paths: readonly string[],
): Promise<readonly { readonly path: string; readonly base: string }[]> => {
  const bases = new Set(paths)
  for (const { origin } of tailing.context.generations.of(tailing.name)) if (isOurs(tailing, origin)) bases.add(origin)
  const byDirectory = new Map<string, string[]>()
  for (const base of bases) byDirectory.set(dirname(base), [...(byDirectory.get(dirname(base)) ?? []), base])
  const matched = new Set(paths)
  const found: { path: string; base: string }[] = []
  for (const [directory, here] of byDirectory) {
    for (const path of await inside(directory)) {
      if (matched.has(path)) continue
      const base = here.find((one) => isRotationOf(path, one))
      if (base !== undefined && !isCompressed(path, headless)) found.push({ path, base })
    }
  }
  return found
}
const isOurs = ({ patterns, exclude }: Tailing, path: string): boolean => covers(patterns, exclude, path)
const headless = new Uint8Array(0)

const openCandidate = (
  tailing: Tailing,
  found: Found & { readonly origin: string; readonly outside: boolean },
): Candidate | undefined => {
  const { path, size } = found
  if (size === 0) {
    if (!found.outside) tailing.waiting.set(path, found)
    return undefined
  }
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    cannotRead(tailing, path, (error as NodeJS.ErrnoException).code ?? String(error))
    return undefined
  }
  tailing.unreadable.delete(path)
  for (const mark of tailing.told) if (mark.startsWith(`unreadable ${path} `)) tailing.told.delete(mark)
  const stats = fstatSync(fd, { bigint: true })
  const head = headOf(fd)
  const now = {
    ...found,
    identity: identityOf(stats),
    size: Number(stats.size),
    modified: Number(stats.mtimeMs),
    fd,
    head,
  }
  if (isCompressed(path, head)) {
    closeSync(fd)
    if (!found.outside)
      tellOnce(tailing, `compressed ${path}`, {
        kind: 'unreadable',
        path,
        text: `${path} is compressed and is not read as text; unpack it beside, or leave it out with exclude`,
      })
    return undefined
  }
  // The first line tells files apart; a shorter beginning would make every new file the copy of another.
  const whole = head.includes(10) || head.length >= headSize || tailing.context.once
  if (!whole && tailing.context.clock() - now.modified < tailing.settle) {
    closeSync(fd)
    if (!found.outside) tailing.waiting.set(path, now)
    return undefined
  }
  return now
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
        const committed = Math.max(offset, one.guard.offset) > 0
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
    if (!ensureOpen(tailing, file) || (intact(file) && sizeOf(file) >= file.size)) continue
    const taken = await replace(tailing, file, unknown)
    unknown = unknown.filter((one) => one !== taken)
  }
  // Of files that begin alike the longest, then the oldest, is the original.
  unknown.sort((a, b) => b.size - a.size || a.identity.birth - b.identity.birth || (a.path < b.path ? -1 : 1))
  const fresh: Candidate[] = []
  for (const candidate of unknown) if (!(await recognise(tailing, candidate, fresh))) fresh.push(candidate)
  // What rotation put aside was written before what has the name now.
  fresh.sort((a, b) => Number(b.outside) - Number(a.outside) || a.identity.birth - b.identity.birth)
  const begun = await Promise.all(fresh.map((candidate) => begin(tailing, candidate)))
  for (const file of begun) {
    if (file === undefined) continue
    file.before = tailing.files.findLast((one) => one.aside && one.origin.path === file.origin.path)
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
    if ((candidate.identity.birth || candidate.modified) <= since) return discard(candidate)
  }
  const original = fresh.find((one) => candidate.size <= one.size && samePrefix(candidate.fd, one.fd, candidate.size))
  // Looked at again once the original has its key.
  return original === undefined ? false : hold(tailing, candidate, '')
}

const discard = (candidate: Candidate): true => {
  closeSync(candidate.fd)
  return true
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

export const sizeOf = (file: Followed): number => Number(fstatSync(file.fd!, { bigint: true }).size)

/** What was read of an open file is still what it holds. */
export const intact = (file: Followed): boolean =>
  file.fd === undefined ? stillIs(file) : sizeOf(file) >= file.offset && holdsGuard(file.fd, file.guard)

const stillIs = (file: Followed): boolean => {
  const stats = statSync(file.path, { bigint: true, throwIfNoEntry: false })
  return stats !== undefined && idOf(identityOf(stats)) === idOf(file.identity) && Number(stats.size) >= file.offset
}

/** Opens a file whose handle was given up; false when its name no longer leads to it. */
export const ensureOpen = (tailing: Tailing, file: Followed): boolean => {
  if (file.fd !== undefined) return true
  try {
    const fd = openSync(file.path, 'r')
    if (idOf(identityOf(fstatSync(fd, { bigint: true }))) === idOf(file.identity)) {
      file.fd = fd
      return true
    }
    closeSync(fd)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') cannotRead(tailing, file.path, code ?? String(error))
  }
  return false
}

/** Goes on with a known generation in this file, where it was committed to. */
const claim = async (tailing: Tailing, candidate: Candidate, generation: Generation): Promise<void> => {
  const { context } = tailing
  const offset = offsetOf(tailing, generation)
  const guard = guardAt(candidate.fd, offset)
  if (guard === undefined) return closeSync(candidate.fd)
  const file = createFollowed(generation, candidate, { offset, guard, now: context.clock() })
  const spans =
    offset < candidate.size && !tailing.left.has(generation.key)
      ? await context.covered(generation.key, offset, candidate.size)
      : []
  file.skips = merge(spans)
  const { device, inode, birth } = candidate.identity
  const head = candidate.head.length > generation.head.length ? { head: candidate.head } : {}
  context.generations.update(generation.key, {
    device,
    inode,
    birth,
    path: candidate.path,
    size: candidate.size,
    gone: 0,
    ...head,
  })
  follow(tailing, file)
}

const merge = (spans: readonly { readonly from: number; readonly to: number }[]): Followed['skips'] => {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
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
    return createFollowed(generation, candidate, { offset: start, guard, now: context.clock() })
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

/**
 * A followed file no longer holds what was read of it. A copy that does takes its key and its place; without one it
 * ends, and bytes last seen in it and not read are stated lost. Returns the one of `candidates` that became it.
 */
export const replace = async (
  tailing: Tailing,
  file: Followed,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> => {
  const { generations, report } = tailing.context
  const others = await copiesOf(tailing, file, candidates)
  const { head } = generations.get(file.key)!
  const copy = [...candidates, ...others].find(
    (one) => one.size >= file.offset && holdsGuard(one.fd, file.guard) && sameHead(one.head, head),
  )
  for (const other of others) if (other !== copy) closeSync(other.fd)
  const { path, size: last } = file
  if (copy === undefined && file.fd !== undefined && intact(file) && sameHead(headOf(file.fd), head)) {
    Object.assign(file, { size: sizeOf(file), long: undefined, pendingLines: false, tried: -1, cut: false })
    report({ kind: 'truncated', path, text: `${path} was cut short behind what was read of it` })
    return undefined
  }
  if (file.fd !== undefined) closeSync(file.fd)
  Object.assign(file, { fd: undefined, long: undefined, pendingLines: false, tried: -1, cut: false })
  if (copy === undefined) {
    end(tailing, file)
    generations.update(file.key, { guard: file.guard, device: '', inode: '' })
    if (last > file.offset) stateLost(tailing, file.key, path, file.offset, last)
    else
      report({
        kind: 'truncated',
        path,
        text: `${path} was cut short or rewritten after all of it was read; it is read again from its start`,
      })
    return undefined
  }
  const { fd, identity, size, modified } = copy
  Object.assign(file, {
    fd,
    path: copy.path,
    identity,
    size,
    modified,
    aside: true,
    unreachable: false,
    deleted: false,
  })
  tailing.held.delete(idOf(identity))
  generations.update(file.key, {
    device: identity.device,
    inode: identity.inode,
    birth: identity.birth,
    path: copy.path,
    size,
  })
  if (size > file.offset)
    report({
      kind: 'recovered',
      path,
      text: `${path} was cut short before all of it was read; ${size - file.offset} bytes are read from its copy ${copy.path}`,
    })
  if (last > size) stateLost(tailing, file.key, path, size, last)
  return copy
}

/** Files beside `file` that are nobody's, open: where a copy of it may be. */
const copiesOf = async (
  tailing: Tailing,
  file: Followed,
  except: readonly Candidate[],
): Promise<readonly Candidate[]> => {
  if (!tailing.copies) return []
  const taken = new Set([...tailing.files, ...except].map(({ identity }) => idOf(identity)))
  const paths = new Set([...tailing.held.values()].map(({ path }) => path))
  for (const near of new Set([file.path, file.origin.path])) {
    for (const path of await inside(dirname(near))) if (isRotationOf(path, near)) paths.add(path)
  }
  const seen = new Map<string, Found & { origin: string; outside: boolean }>()
  for (const path of paths) note(tailing, seen, path, file.origin.path, true)
  return [...seen].flatMap(([id, found]) => {
    const candidate = taken.has(id) ? undefined : openCandidate(tailing, found)
    return candidate === undefined ? [] : [candidate]
  })
}

const stateLost = (tailing: Tailing, key: string, path: string, from: number, to: number): void => {
  tailing.context.generations.update(key, { closedTo: to })
  tailing.context.report({
    kind: 'lost',
    path,
    text: `${to - from} bytes of ${path} (from ${from} to ${to}) were gone before they could be read, and no copy holds them`,
    lost: { key, from, to },
  })
}

/** Stops following; the tombstone stays. */
export const end = (tailing: Tailing, file: Followed): void => {
  const { context } = tailing
  if (file.fd !== undefined) closeSync(file.fd)
  file.fd = undefined
  file.ended = true
  tailing.left.set(file.key, file.offset)
  if (file.handedOut.length === 0 && file.offset === file.size)
    context.generations.update(file.key, { closedTo: file.offset })
  const at = tailing.files.indexOf(file)
  if (at !== -1) tailing.files.splice(at, 1)
  if (file.handedOut.length === 0) tailing.byKey.delete(file.key)
  context.generations.update(file.key, { gone: context.clock(), size: file.size })
}

/** Stops following a file whose rest cannot be reached any more. */
export const endShort = (tailing: Tailing, file: Followed): void => {
  end(tailing, file)
  if (file.size > file.offset) stateLost(tailing, file.key, file.path, file.offset, file.size)
}

/** Generations without a file become tombstones, and what was seen of them and is in no store is stated lost. */
const entomb = async (tailing: Tailing): Promise<void> => {
  const { generations, clock, covered } = tailing.context
  for (const generation of generations.of(tailing.name)) {
    const { key, path, size, guard } = generation
    if (
      tailing.byKey.has(key) ||
      !isOurs(tailing, generation.origin) ||
      (generation.gone !== undefined && !tailing.first)
    )
      continue
    // A directory that is not there now may be mounted later.
    if (statSync(dirname(path), { throwIfNoEntry: false }) === undefined) continue
    if (generation.gone === undefined) generations.update(key, { gone: clock() })
    const top = Math.max(size, guard.offset)
    let from = Math.max(offsetOf(tailing, generation), generation.closedTo)
    if (top <= from) continue
    for (const span of merge(await covered(key, from, top))) if (span.from <= from) from = Math.max(from, span.to)
    if (top > from) stateLost(tailing, key, path, from, top)
    else generations.update(key, { closedTo: top })
  }
}
