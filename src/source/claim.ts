import { type Candidate, discard, lookInto } from './candidate.ts'
import { createFollowed, type Followed } from './followed.ts'
import { type Generation, noGuard } from './generation.ts'
import { setHandle } from './handles.ts'
import { bytesAt, guardAt, headOf, idOf, sharedKey } from './identity.ts'
import { type Found, markOf, offsetOf, type Tailing, tellOnce } from './tailing.ts'

/** Goes on with a known generation in this file, where it was committed to. */
export const claim = async (tailing: Tailing, candidate: Candidate, generation: Generation): Promise<void> => {
  const { context } = tailing
  const offset = offsetOf(tailing, generation)
  const guard = lookInto(candidate, (fd) => guardAt(fd, offset), undefined)
  if (guard === undefined) {
    discard(candidate)
    return
  }
  const { label } = tailing.hooks
  const file = createFollowed(generation, candidate, {
    mark: markOf(tailing, generation.key, offset),
    offset,
    guard,
    now: context.clock(),
    label,
  })
  if (offset < candidate.size && (!tailing.left.has(generation.key) || file.rest > 0)) file.doubtTo = candidate.size
  const missed = tailing.missing.delete(generation.key)
  if (offset < candidate.size && (missed || generation.gone !== undefined))
    tellRegained(tailing, generation, candidate, offset)
  file.rest = restOf(tailing, generation, candidate)
  const { device, inode, birth } = candidate.identity
  const head = candidate.head.length > generation.head.length ? { head: candidate.head } : {}
  context.generations.update(generation.key, {
    device,
    inode,
    birth,
    path: candidate.path,
    size: Math.max(candidate.size, generation.size),
    rest: file.rest,
    gone: 0,
    ...(idOf(generation) === idOf(candidate.identity) ? {} : { emptied: idOf(generation) }),
    ...head,
  })
  setHandle(tailing, file, candidate.fd)
  follow(tailing, file)
}

/** What is to become of `rest` of a generation that goes on in this file. */
export const restOf = (tailing: Tailing, generation: Generation, found: Pick<Found, 'identity' | 'size'>): number => {
  const { key, size, guard, rest = 0 } = generation
  const top = Math.max(size, guard.offset, rest)
  // Of what was sent before the last stop more may have been read than was written down.
  const isOther = idOf(generation) !== idOf(found.identity) && !tailing.left.has(key)
  return rest > 0 || isOther || top > found.size ? top : 0
}

const unregistered = (path: string): string => `unregistered ${path}`

/** Tried again with each look at the directories, and told of once. */
const cannotRegister = (tailing: Tailing, path: string, error: unknown): void => {
  const text = `${path} is not read: what it is could not be written down (${String(error)})`
  tailing.unreadable.set(path, text)
  tellOnce(tailing, unregistered(path), { kind: 'unreadable', path, text })
}

/** Registers bytes never seen before. `since`: when the first generation of this source was. */
export const begin = async (tailing: Tailing, candidate: Candidate, since: number): Promise<Followed | undefined> => {
  const { context, name } = tailing
  const { device, inode, birth } = candidate.identity
  // Written anew since it was looked at: by its old head it would be taken for another.
  const isStill = (fd: number): boolean => headOf(fd).subarray(0, candidate.head.length).equals(candidate.head)
  if (!lookInto(candidate, isStill, false)) {
    tailing.scanWanted = true
    discard(candidate)
    return undefined
  }
  const old = tailing.first && birth <= since
  const start =
    context.begin === 'end' && old ? lookInto(candidate, (fd) => lineStart(fd, candidate.size), candidate.size) : 0
  try {
    const generation = await context.generations.register({
      ...(tailing.shared ? { key: sharedKey(name, inode, candidate.head) } : {}),
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
    tailing.told.delete(unregistered(candidate.path))
    const guard = lookInto(candidate, (fd) => guardAt(fd, start), undefined) ?? noGuard
    const { label } = tailing.hooks
    const file = createFollowed(generation, candidate, {
      mark: markOf(tailing, generation.key, start),
      offset: start,
      guard,
      now: context.clock(),
      label,
    })
    setHandle(tailing, file, candidate.fd)
    return file
  } catch (error) {
    discard(candidate)
    cannotRegister(tailing, candidate.path, error)
    return undefined
  }
}

/** Bytes that were away are read after all, those stated lost among them. */
export const tellRegained = (
  { context }: Tailing,
  { key, path, closedTo }: Generation,
  found: { readonly path: string; readonly size: number },
  offset: number,
): void => {
  const text = `${found.size - offset} bytes of ${path} are read from ${found.path}`
  context.report({
    kind: 'recovered',
    path,
    text,
    regained: { key, from: offset, to: found.size },
  })
  if (closedTo > offset) context.generations.update(key, { closedTo: offset })
}

export const follow = (tailing: Tailing, file: Followed): void => {
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
