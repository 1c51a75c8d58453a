import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { inside } from './discover.ts'
import { headSize } from './generation.ts'
import { headOf, identityOf } from './identity.ts'
import { isCompressed, isRotationOf } from './rotation.ts'
import { cannotRead, type Found, idOf, isOurs, type Tailing, tellOnce } from './tailing.ts'

export interface Candidate extends Found {
  readonly fd: number
  readonly head: Buffer
  /** The name it was written under, as far as can be told. */
  readonly origin: string
  /** Lies outside the patterns: a sibling by rotation of a file that matches. */
  readonly outside: boolean
}

export const note = (
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

const headless = new Uint8Array(0)

/** Files beside those that are or were followed, under names that rotation gives, even outside the patterns. */
export const siblings = async (
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

export const openCandidate = (
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
  const whole = head.includes(10) || head.length >= headSize || tailing.context.once || tailing.hooks.owned
  if (!whole && tailing.context.clock() - now.modified < tailing.settle) {
    closeSync(fd)
    if (!found.outside) tailing.waiting.set(path, now)
    return undefined
  }
  return now
}

export const discard = (candidate: Candidate): true => {
  closeSync(candidate.fd)
  return true
}
