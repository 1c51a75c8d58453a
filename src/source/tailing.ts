import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { cannotReadText } from './cannot-read-text.ts'
import { covers } from './discover.ts'
import type { Followed } from './followed.ts'
import { type Generation, headSize } from './generation.ts'
import { headOf, holdsGuard, type Identity, identityOf, sameHead } from './identity.ts'
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
  /**
   * Generations whose file is gone with bytes unread, and since when: a scan may miss a file that is being renamed, so
   * only what stays away for `grace` milliseconds is stated lost.
   */
  readonly missing: Map<string, number>
  readonly grace: number
  /** Troubles already told. */
  readonly told: Set<string>
  readonly maxOpen: number
  readonly hooks: FileHooks
  /** No look at the directories was made yet; one is due before the next regular one. */
  first: boolean
  scanWanted: boolean
  /** Whose turn it is in `files`. */
  turn: number
}

/** What differs for sources that write their files themselves. */
export interface FileHooks {
  /** Nobody else writes, rotates or copies these files: no look at copies and siblings, no watching. */
  readonly owned: boolean
  /** Bytes of a file that may be read; the rest is not durable yet. */
  visible(path: string, size: number): number
  /** Nothing more will be written to this file. */
  isComplete(path: string): boolean
  /** Everything of a complete file is committed. */
  done(path: string): void
  /** `log.file.path` of its records; undefined: the file's own. */
  readonly label: string | undefined
  /** With `once`: whether to wait for more all the same. */
  goesOn(): boolean
}

export const plainFiles: FileHooks = {
  owned: false,
  visible: (_, size) => size,
  isComplete: () => false,
  done: () => {},
  label: undefined,
  goesOn: () => false,
}

export interface Found {
  readonly path: string
  readonly identity: Identity
  readonly size: number
  readonly modified: number
}

export const idOf = ({ device, inode }: Identity): string => `${device}:${inode}`

export const tellOnce = (tailing: Tailing, mark: string, notice: Parameters<SourceContext['report']>[0]): void => {
  if (tailing.told.has(mark)) return
  tailing.told.add(mark)
  tailing.context.report(notice)
}

export const cannotRead = (tailing: Tailing, path: string, code: string): void => {
  tailing.unreadable.set(path, code)
  tellOnce(tailing, `unreadable ${path} ${code}`, {
    kind: 'unreadable',
    path,
    text: cannotReadText(path, code),
  })
}

/** Offset to go on from. */
export const offsetOf = (tailing: Tailing, { key, begin }: Generation): number =>
  Math.max(begin, tailing.byKey.get(key)?.offset ?? tailing.left.get(key) ?? tailing.context.resume.get(key) ?? 0)

export const isFollowed = (tailing: Tailing, key: string): boolean => tailing.byKey.get(key)?.ended === false

export const isOurs = ({ patterns, exclude }: Tailing, path: string): boolean => covers(patterns, exclude, path)

export const sizeOf = (file: Followed): number => Number(fstatSync(file.fd!, { bigint: true }).size)

/** What was read of a file is still what it holds. */
export const intact = (tailing: Tailing, file: Followed): boolean =>
  file.fd === undefined ? stillIs(file) : sizeOf(file) >= file.offset && inPlace(tailing, file)

/**
 * The bytes before the offset of an open file are those that were read; near its start, where that is too little to
 * tell by, those of its head too.
 */
export const inPlace = ({ context }: Tailing, file: Followed): boolean => {
  if (!holdsGuard(file.fd!, file.guard)) return false
  const head = file.offset < headSize ? context.generations.get(file.key)?.head : undefined
  return head === undefined || sameHead(headOf(file.fd!), head)
}

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

export const merge = (spans: readonly { readonly from: number; readonly to: number }[]): Followed['skips'] => {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}

export const stateLost = (tailing: Tailing, key: string, path: string, from: number, to: number): void => {
  tailing.context.generations.update(key, { closedTo: to })
  tailing.context.report({
    kind: 'lost',
    path,
    text: `${to - from} bytes of ${path} (from ${from} to ${to}) were gone before they could be read, and no copy holds them`,
    lost: { key, from, to },
  })
}

/** Stops following; the tombstone stays, and what is unread is looked for a while before it is stated lost. */
export const end = (tailing: Tailing, file: Followed): void => {
  const { context } = tailing
  if (file.fd !== undefined) closeSync(file.fd)
  file.fd = undefined
  file.ended = true
  tailing.left.set(file.key, file.offset)
  if (file.handedOut.length === 0 && file.offset === file.size)
    context.generations.update(file.key, { closedTo: file.offset })
  if (file.offset < file.size) tailing.missing.set(file.key, context.clock())
  const at = tailing.files.indexOf(file)
  if (at !== -1) tailing.files.splice(at, 1)
  if (file.handedOut.length === 0) tailing.byKey.delete(file.key)
  context.generations.update(file.key, { gone: context.clock(), size: file.size })
}
