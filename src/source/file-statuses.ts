import { type Followed, isBehind } from './followed.ts'
import { isCompressed } from './rotation.ts'
import type { FileStatus } from './source.ts'
import type { Tailing } from './tailing.ts'

const idleAfter = 60_000

const stateOf = (tailing: Tailing, file: Followed, now: number): FileStatus['state'] => {
  if (tailing.unreadable.has(file.path)) return 'unreadable'
  if (file.aside && isCompressed(file.path)) return 'rotated'
  if (file.deleted || (file.unreachable && file.fd === undefined)) return 'deleted'
  if (file.aside) return 'rotated'
  if (file.framing === undefined && file.size > 0 && file.tried === file.size) return 'waiting'
  return now - file.modified < idleAfter || isBehind(file) ? 'active' : 'idle'
}

/** A file of which nothing was read. */
const unread = (path: string, state: FileStatus['state'], { size = 0, modified = 0 } = {}): FileStatus => ({
  id: '',
  path,
  offset: 0,
  size,
  state,
  modified,
})

/** Every file a source knows of, read or not. */
export const fileStatuses = (tailing: Tailing, now: number): readonly FileStatus[] => {
  const { files, held, waiting, refused, unreadable } = tailing
  return [
    ...files.map((file) => ({
      id: file.key,
      path: file.path,
      offset: file.offset,
      size: file.size,
      state: stateOf(tailing, file, now),
      modified: file.modified,
    })),
    ...[...held.values()].map((copy) => ({ ...unread(copy.path, 'held_copy', copy), id: copy.of })),
    ...[...waiting.values()].map((found) => unread(found.path, 'waiting', found)),
    ...[...refused].map((path) => unread(path, 'outside')),
    ...[...unreadable.keys()]
      .filter((path) => !files.some((file) => file.path === path))
      .map((path) => unread(path, 'unreadable')),
  ]
}
