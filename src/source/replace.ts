import { dirname } from 'node:path'
import { type Candidate, discard, lookInto, type Noticed, note, openCandidate } from './candidate.ts'
import { inside } from './discover.ts'
import { end, stateLost } from './ended.ts'
import type { Followed } from './followed.ts'
import { setHandle } from './handles.ts'
import { headOf, holdsGuard, idOf, sameHead } from './identity.ts'
import { isRotationOf } from './rotation.ts'
import { intact, sizeOf, type Tailing } from './tailing.ts'

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
  // The longest: an older copy lacks what was written since.
  const [copy] = [...candidates, ...others]
    .filter(
      (one) =>
        one.size >= file.offset && sameHead(one.head, head) && lookInto(one, (fd) => holdsGuard(fd, file.guard), false),
    )
    .sort((a, b) => b.size - a.size)
  for (const other of others) if (other !== copy) discard(other)
  const { path } = file
  // Behind what was found in place, bytes may be of the run that took its place.
  const last = file.seen
  const emptied = idOf(file.identity)
  if (copy === undefined && file.fd !== undefined && intact(tailing, file) && sameHead(headOf(file.fd), head)) {
    const size = sizeOf(tailing, file)
    Object.assign(file, { size, seen: size, long: undefined, pendingLines: false, tried: -1, cut: false })
    report({ kind: 'truncated', path, text: `${path} was cut short behind what was read of it` })
    return undefined
  }
  setHandle(tailing, file, undefined)
  Object.assign(file, { long: undefined, pendingLines: false, tried: -1, cut: false })
  if (copy === undefined) {
    file.size = Math.max(last, file.offset)
    end(tailing, file)
    generations.update(file.key, { guard: file.guard, device: '', inode: '', emptied })
    report({ kind: 'truncated', path, text: `${path} was cut short or rewritten; it is read again from its start` })
    return undefined
  }
  const { identity, size, modified } = copy
  setHandle(tailing, file, copy.fd)
  Object.assign(file, {
    path: copy.path,
    identity,
    size,
    seen: size,
    modified,
    aside: true,
    unreachable: false,
    deleted: false,
  })
  tailing.held.delete(idOf(identity))
  // The store may hold what this copy lacks, and was or is to be asked.
  if (file.rest > 0 || file.doubtTo > size || file.skips.some(({ to }) => to > size))
    file.rest = Math.max(file.rest, last)
  generations.update(file.key, {
    device: identity.device,
    inode: identity.inode,
    birth: identity.birth,
    path: copy.path,
    size,
    rest: file.rest,
    emptied,
  })
  if (size > file.offset)
    report({
      kind: 'recovered',
      path,
      text: `${path} was cut short before all of it was read; ${size - file.offset} bytes are read from its copy ${copy.path}`,
    })
  if (last > size && file.rest === 0) stateLost(tailing, file.key, path, size, last)
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
  const seen = new Map<string, Noticed>()
  const room = { left: Number.POSITIVE_INFINITY }
  for (const path of paths) note(tailing, seen, path, file.origin.path, true)
  return [...seen].flatMap(([id, found]) => {
    const candidate = taken.has(id) ? undefined : openCandidate(tailing, found, room)
    return candidate === undefined ? [] : [candidate]
  })
}
