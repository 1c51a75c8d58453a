import { closeSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { inside } from './discover.ts'
import { headOf, headSize, identityOf, idOf } from './identity.ts'
import { leadsOutside } from './leads-outside.ts'
import { notePacked } from './note-packed.ts'
import { openRegular } from './open-regular.ts'
import { isCompressed, rotatedFrom, unpackedName } from './rotation.ts'
import { cannotRead, type Found, isOurs, type Tailing, tellOnce } from './tailing.ts'

/** A file that was noticed, not opened yet. */
export interface Noticed extends Found {
  /** The name it was written under, as far as can be told. */
  readonly origin: string
  /** Lies outside the patterns: a sibling by rotation of a file that matches. */
  readonly outside: boolean
  /** Other names that lead to the same file. */
  readonly others: string[]
}

/** A file whose bytes belong to a generation that is to be found. */
export interface Candidate extends Noticed {
  /** Undefined: no more files may be open; `lookInto` opens it again. */
  fd: number | undefined
  readonly head: Buffer
}

export const note = (
  tailing: Tailing,
  seen: Map<string, Noticed>,
  path: string,
  origin: string,
  outside: boolean,
): void => {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || stats.isDirectory()) return
    if (!stats.isFile()) {
      if (!outside) tellSpecial(tailing, path)
      return
    }
    const identity = identityOf(stats)
    const id = idOf(identity)
    const known = seen.get(id)
    if (known !== undefined) known.others.push(path)
    else {
      const size = tailing.hooks.visible(path, Number(stats.size))
      const modified = Number(stats.mtimeMs)
      seen.set(id, { path, identity, size, modified, origin, outside, others: [] })
    }
  } catch (error) {
    if (!outside) cannotRead(tailing, path, (error as NodeJS.ErrnoException).code ?? String(error))
  }
}

const tellSpecial = (tailing: Tailing, path: string): void =>
  tellOnce(tailing, `special ${path}`, {
    kind: 'unreadable',
    path,
    text: `${path} is no regular file and is not read; leave it out with exclude`,
  })

/** Files beside those that are or were followed, under names that rotation gives, even outside the patterns. */
export const siblings = async (
  tailing: Tailing,
  paths: readonly string[],
): Promise<readonly { readonly path: string; readonly base: string }[]> => {
  const bases = new Set(paths)
  for (const { origin } of tailing.context.generations.of(tailing.name)) if (isOurs(tailing, origin)) bases.add(origin)
  const matched = new Set(paths)
  const found: { path: string; base: string }[] = []
  for (const directory of new Set([...bases].map((base) => dirname(base)))) {
    for (const path of await inside(directory)) {
      if (matched.has(path)) continue
      const base = rotatedFrom(unpackedName(path)).find((one) => bases.has(one))
      if (base !== undefined) found.push({ path, base })
    }
  }
  return found
}

/**
 * Opens a file that was noticed, by the first of its names that does not lead outside; undefined where nothing can be told
 * of it now. `room`: handles that may be kept.
 */
export const openCandidate = (tailing: Tailing, found: Noticed, room: { left: number }): Candidate | undefined => {
  const candidate = openByName(tailing, found, room)
  if (candidate !== undefined || !tailing.refused.has(found.path)) return candidate
  for (const path of found.others) {
    const origin = found.outside ? found.origin : path
    const other = openByName(tailing, { ...found, path, origin, others: [] }, room)
    if (other !== undefined) return other
  }
  return undefined
}

const openByName = (tailing: Tailing, found: Noticed, room: { left: number }): Candidate | undefined => {
  const { path, outside } = found
  if (found.size === 0) {
    if (!outside) tailing.waiting.set(path, found)
    return undefined
  }
  let opened: ReturnType<typeof openRegular>
  try {
    opened = openRegular(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') cannotRead(tailing, path, code ?? String(error))
    return undefined
  }
  if (opened === undefined) {
    tellSpecial(tailing, path)
    return undefined
  }
  const { fd, stats } = opened
  if (tailing.unreadable.delete(path))
    for (const mark of tailing.told) if (mark.startsWith(`unreadable ${path} `)) tailing.told.delete(mark)
  const candidate = {
    ...found,
    identity: identityOf(stats),
    size: tailing.hooks.visible(path, Number(stats.size)),
    modified: Number(stats.mtimeMs),
    fd,
    head: headOf(fd),
  }
  if (!isTaken(tailing, candidate)) {
    closeSync(fd)
    return undefined
  }
  if (room.left-- > 0) return candidate
  closeSync(fd)
  return { ...candidate, fd: undefined }
}

const isTaken = (tailing: Tailing, candidate: Candidate): boolean => {
  const { path, head, outside } = candidate
  if (leadsOutside(tailing, candidate)) return false
  if (isCompressed(path, head)) {
    if (!tailing.hooks.owned) notePacked(tailing, candidate)
    return false
  }
  // The first line tells files apart; a shorter beginning would make every new file the copy of another.
  const whole = head.includes(10) || head.length >= headSize || tailing.context.once || tailing.hooks.owned
  if (whole || tailing.context.clock() - candidate.modified >= tailing.settle) return true
  if (!outside) tailing.waiting.set(path, candidate)
  return false
}

/** Reads in a candidate, which is opened for it if need be; `otherwise` where it is not there any more. */
export const lookInto = <T>(candidate: Candidate, read: (fd: number) => T, otherwise: T): T => {
  if (candidate.fd !== undefined) return read(candidate.fd)
  let opened: ReturnType<typeof openRegular>
  try {
    opened = openRegular(candidate.path)
  } catch {
    return otherwise
  }
  if (opened === undefined) return otherwise
  try {
    return idOf(identityOf(opened.stats)) === idOf(candidate.identity) ? read(opened.fd) : otherwise
  } finally {
    closeSync(opened.fd)
  }
}

export const discard = (candidate: Candidate): true => {
  if (candidate.fd !== undefined) closeSync(candidate.fd)
  candidate.fd = undefined
  return true
}
