import { fstatSync, statSync } from 'node:fs'
import type { Noticed } from './candidate.ts'
import { cannotReadText } from './cannot-read-text.ts'
import { covers } from './discover.ts'
import type { Followed, Mark } from './followed.ts'
import type { Generation } from './generation.ts'
import { headOf, headSize, holdsGuard, type Identity, identityOf, idOf, sameHead } from './identity.ts'
import type { SourceContext } from './source.ts'

/** What a source knows of its files; changed by looking (`scan`) and by reading, never at the same time. */
export interface Tailing {
  readonly name: string
  readonly context: SourceContext
  readonly patterns: readonly string[]
  readonly exclude: readonly string[]
  /** Directories beside those of the patterns into which links may lead. */
  readonly within: readonly string[]
  /** Milliseconds; undefined: no file is too old. */
  readonly ignoreOlder: number | undefined
  /** Other machines see the same files, and must call them the same. */
  readonly shared: boolean
  /** False: a file is only ever itself. For files that nobody rotates or copies. */
  readonly copies: boolean
  /** Milliseconds without growth after which what is put aside counts as finished. */
  readonly settle: number
  readonly files: Followed[]
  /** Those that are open, the one used longest ago first. */
  readonly handles: Set<Followed>
  /** Followed now or handed out and not yet committed. */
  readonly byKey: Map<string, Followed>
  /** Offsets read up to of generations no longer followed. */
  readonly left: Map<string, number>
  /** What was told of each generation. */
  readonly marks: Map<string, Mark>
  /** Copies whose bytes were or will be read elsewhere, by device and inode. */
  readonly held: Map<string, Found & { readonly of: string }>
  /** Files that cannot be read, and files of which there is too little to tell what they are, by path. */
  readonly unreadable: Map<string, string>
  readonly waiting: Map<string, Found>
  /** Compressed files of which it is not known what they hold, and those of which it is until they change, or `again`; by device and inode. */
  readonly packed: Map<string, Noticed>
  readonly judged: Map<string, Judged>
  /** Links that lead outside what is followed. */
  readonly refused: Set<string>
  /** Where something that matches may appear, as the last scan found. */
  directories: ReadonlySet<string>
  /**
   * Generations whose file is gone with bytes unread, and since when: a scan may miss a file that is being renamed, so
   * only what stays away for `grace` milliseconds is stated lost.
   */
  readonly missing: Map<string, number>
  readonly grace: number
  /** Whether paths are of this source's patterns, as was found before. */
  readonly ours: Map<string, boolean>
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

export interface Judged {
  readonly size: number
  readonly modified: number
  /** Milliseconds since 1970: then it is looked into again. */
  readonly again: number
  /** It cannot be told yet what it holds. */
  readonly unsure: boolean
}

/** What differs for sources that write their files themselves. */
export interface FileHooks {
  /** Nobody else writes, rotates or copies these files: no look at copies and siblings, no watching. */
  readonly owned: boolean
  /** Bytes of a file that may be read; the rest is not durable yet. */
  visible(path: string, size: number): number
  /** Nothing more will be written to this file. */
  isComplete(path: string): boolean
  /** Everything of a complete file is committed. True: the file goes. */
  done(path: string): boolean
  /** `log.file.path` of its records; undefined: the file's own. */
  readonly label: string | undefined
  /** With `once`: whether to wait for more all the same. */
  goesOn(): boolean
}

export const plainFiles: FileHooks = {
  owned: false,
  visible: (_, size) => size,
  isComplete: () => false,
  done: () => true,
  label: undefined,
  goesOn: () => false,
}

export interface Found {
  readonly path: string
  readonly identity: Identity
  readonly size: number
  readonly modified: number
}

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

/** Of a generation that is read on from `offset`: where that is not where reading was, nothing before it was told. */
export const markOf = ({ marks }: Tailing, key: string, offset: number): Mark => {
  const known = marks.get(key)
  if (known !== undefined && known.told + known.between === offset) return known
  const mark = { told: offset, between: 0 }
  marks.set(key, mark)
  return mark
}

export const isFollowed = (tailing: Tailing, key: string): boolean => tailing.byKey.get(key)?.ended === false

export const isOurs = ({ patterns, exclude, ours }: Tailing, path: string): boolean => {
  let known = ours.get(path)
  if (known === undefined) ours.set(path, (known = covers(patterns, exclude, path)))
  return known
}

/** Of what was read of it, some is not committed yet. */
export const isUnderWay = ({ byKey }: Tailing, key: string): boolean => (byKey.get(key)?.handedOut.length ?? 0) > 0

/** A compressed file may hold what is missing of another: it is not known yet what it holds. */
export const isUnsure = ({ packed, judged }: Tailing): boolean =>
  packed.size > 0 || [...judged.values()].some(({ unsure }) => unsure)

/** Of an open file; only what may be read of it. */
export const sizeOf = ({ hooks }: Tailing, file: Followed): number =>
  hooks.visible(file.path, Number(fstatSync(file.fd!, { bigint: true }).size))

/** What was read of a file is still what it holds. */
export const intact = (tailing: Tailing, file: Followed): boolean =>
  file.fd === undefined ? stillIs(file) : sizeOf(tailing, file) >= file.offset && inPlace(tailing, file)

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

export const merge = (spans: readonly { readonly from: number; readonly to: number }[]): Followed['skips'] => {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}
