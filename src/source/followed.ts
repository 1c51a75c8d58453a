import type { Origin } from '../event/block.ts'
import type { Framing, LineReader } from '../event/framing.ts'
import type { Encoding } from './decode.ts'
import type { Held } from './envelope/cut.ts'
import type { Generation, Guard } from './generation.ts'
import type { Identity } from './identity.ts'

/** How far the account of a generation's bytes was told, and the bytes of separators that were passed since. */
export interface Mark {
  told: number
  between: number
}

/** A file being followed: one generation, and how far it was read. Changed by the source that follows it, only. */
export interface Followed {
  readonly key: string
  readonly origin: Origin
  identity: Identity
  /** Where it is now. */
  path: string
  /** Undefined: not open now; opened again by path and identity when there is something to read. */
  fd: number | undefined
  /** Its name leads to other bytes now, or to none: only the handle is left. */
  unreachable: boolean
  deleted: boolean
  /** Nothing will be added to it under this name: rotated, deleted, or a copy that took the key over. */
  aside: boolean
  ended: boolean
  /** It is shorter than what was read of it. */
  cut: boolean
  /** Size at the last look, at the last one that found what was read still in place, and at which reading last found nothing more to hand out. */
  size: number
  seen: number
  tried: number
  modified: number
  /** When it was last seen to have grown, and when a look last found everything in it handed out. */
  grownAt: number
  cleanAt: number
  /** What was told of it. */
  readonly mark: Mark
  /** The next byte to hand out, and what lay before it when it was read. */
  offset: number
  guard: Guard
  framing: Framing | undefined
  /** As its first line tells it; undefined: not told yet, or its source says it. */
  encoding: Encoding | undefined
  /** Whole lines wait for the record they belong to to end. */
  pendingLines: boolean
  long: LongRecord | undefined
  /** Up to here the store may hold records from before the last stop; 0: it was asked, or holds none. */
  doubtTo: number
  /** See `Generation.rest`. */
  rest: number
  /** Spans the store holds already, in order, apart from each other. */
  skips: { readonly from: number; readonly to: number }[]
  /** Of a file of envelopes: the same spans, each a record's; where reading has passed over such last, not told yet. */
  held: Held | undefined
  passed: number | undefined
  /** By how much its window is larger than usual, because streams of it hold records open for long. */
  widened: number
  /** Ends of the blocks handed out and not committed. */
  readonly handedOut: { readonly to: number; readonly guard: Guard }[]
  /** Read after that one: the file that had the name before. */
  before: Followed | undefined
}

/** A record larger than the window: its beginning stays in the file while its end is looked for. */
export interface LongRecord {
  readonly reader: LineReader
  /** How far its lines were looked at, and whether the line at that place was told already. */
  at: number
  midLine: boolean
  /** Where it was found to end, and the bits it gets: there was no room to hand it out. */
  ended: { readonly to: number; readonly flag: number } | undefined
  /** Lines of it that are not empty; the first is not. */
  lines: number
  /** Where the lines told last begin, some thousands of them: a record may have begun at one of them after all. */
  readonly told: number[]
}

export const createFollowed = (
  generation: Generation,
  found: {
    readonly identity: Identity
    readonly path: string
    readonly size: number
    readonly modified: number
  },
  at: {
    readonly mark: Mark
    readonly offset: number
    readonly guard: Guard
    readonly now: number
    readonly label: string | undefined
  },
): Followed => ({
  key: generation.key,
  origin: { source: generation.source, key: generation.key, path: at.label ?? generation.origin },
  identity: found.identity,
  path: found.path,
  fd: undefined,
  unreachable: false,
  deleted: false,
  aside: found.path !== generation.origin,
  ended: false,
  cut: false,
  size: found.size,
  seen: found.size,
  tried: -1,
  modified: found.modified,
  grownAt: Math.min(at.now, found.modified),
  cleanAt: 0,
  mark: at.mark,
  offset: at.offset,
  guard: at.guard,
  framing: undefined,
  encoding: undefined,
  pendingLines: false,
  long: undefined,
  doubtTo: 0,
  rest: generation.rest ?? 0,
  skips: [],
  held: undefined,
  passed: undefined,
  widened: 1,
  handedOut: [],
  before: undefined,
})

/** There are bytes that reading has not looked at yet. */
export const isBehind = (file: Followed): boolean => !file.ended && file.size > Math.max(file.offset, file.tried)

/** There are bytes that were looked at and wait for the rest of their line or record. */
export const isPending = (file: Followed): boolean => !file.ended && file.size > file.offset
