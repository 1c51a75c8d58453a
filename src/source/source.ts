import type { Text } from '../config/env.ts'
import type { Ahead, Block } from '../event/block.ts'
import type { Diagnostic, SiteMark } from '../event/diagnostic.ts'
import type { Envelope } from '../event/envelope.ts'
import type { Framing } from '../event/framing.ts'
import type { Arena } from '../memory/arena.ts'
import type { GenerationStore } from './generation.ts'
import type { Listening, Port, Route } from './listening.ts'
import type { Spools } from './spools.ts'

/** What a source is given when it is opened. */
export interface SourceContext {
  readonly arena: Arena
  /** How to frame a file, from its path, first bytes (at most 64 KiB) and generation; undefined: not enough to tell yet, ask again when it grew. */
  readonly framing: (path: string, head: Uint8Array, key?: string) => Framing | undefined
  /** Generations known on this data directory (durable). */
  readonly generations: GenerationStore
  /** Where to resume: committed offset by generation key, in the store this pipeline delivers to. */
  readonly resume: ReadonlyMap<string, number>
  /**
   * The in-doubt rule: spans of [from, to) of a generation that the store already holds. Asked once a resumed generation.
   * `path`: under which its records are counted.
   */
  readonly covered: (
    key: string,
    from: number,
    to: number,
    path: string,
  ) => Promise<readonly { readonly from: number; readonly to: number }[]>
  /**
   * What `covered` named, or what is stated lost, was passed over up to `to`, in the order of reading: no block will tell of
   * it. `held`: so many bytes of it, behind those ahead of it; undefined as in `Ahead`.
   */
  readonly skipped?: (key: string, to: number, ahead: Ahead, held: number | undefined) => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Read what is there, then end. */
  readonly once: boolean
  /** Where to begin files never seen: the whole, or only what comes. */
  readonly begin: 'beginning' | 'end'
  /** Where what is pushed is kept until every store has it. */
  readonly spools: Spools
  /** Directory for what is unpacked while it is read. */
  readonly unpacked: string
  /** A setting that may come from the environment; undefined where it is not set. */
  readonly text: (given: Text) => string | undefined
  /** So many records of `path` came again that the client had sent before; they are read no further. */
  readonly repeated?: (path: string, count: number) => void
  /** So many records of `path` were left out on purpose, by sampling. */
  readonly leftOut?: (path: string, count: number) => void
  /** So many datagrams were lost before they could be kept. */
  readonly dropped?: (count: number) => void
  /** Something an operator should read: a file that cannot be read, bytes stated lost. Told once a trouble. */
  readonly report: (notice: SourceNotice) => void
}

export interface SourceNotice {
  readonly kind: 'unreadable' | 'outside' | 'lost' | 'truncated' | 'held_copy' | 'recovered'
  readonly path: string
  /** A sentence, with the mending command where there is one. */
  readonly text: string
  readonly lost?: { readonly key: string; readonly from: number; readonly to: number }
  /** What of these bytes was stated lost is going to be read after all. */
  readonly regained?: { readonly key: string; readonly from: number; readonly to: number }
}

/** Where bytes come from. Pulled, never pushing: it reads no further than it is asked. */
export interface Source {
  readonly name: string
  /** Globs of the files it follows, where it follows files. */
  readonly paths?: readonly string[]
  /** What makes it what it is, as plain values: sources of one name and equal definitions read the same. */
  readonly definition?: unknown
  /** Where it takes what is pushed to it. */
  readonly listens?: Listening
  /** Where it was said that other machines see the same files. */
  readonly shared?: SiteMark
  /** Mistakes in its definition. */
  readonly problems?: readonly Diagnostic[]
  /** Its lines are envelopes; what they hold is what parsers read. */
  readonly envelope?: Envelope
  /** They may be in one of these, which a file's first lines tell. */
  readonly detects?: readonly Envelope[]
  /** The parser that somebody named for a stream of a file; undefined: what it says tells. */
  parserOf?(path: string, stream: string): string | undefined
  /** The same source on other files; undefined: it is no more than a follower of files. */
  at?(name: string, paths: readonly string[]): Source
  open(context: SourceContext): Promise<OpenSource>
}

export interface OpenSource {
  /**
   * The next block; waits for bytes. One call at a time. Undefined: with `once`, all is read; else the signal was
   * aborted. Waits for room when the arena is full (that is the back-pressure).
   */
  next(signal: AbortSignal): Promise<Block | undefined>
  /** Everything of generation `key` before `offset` is durably accounted for. */
  committed(key: string, offset: number): void
  /**
   * Milliseconds since 1970 up to which everything written was read, when caught up: the time of the last look at
   * every file's end. Undefined: behind, or a file cannot be read.
   */
  readonly caughtUp: number | undefined
  /** Asks for the framing of every file again: another parser reads it from the next block on. Not while `next` is under way. */
  reframe?(): void
  files(): readonly FileStatus[]
  /**
   * Runs `task`, which changes what is known of generation `key`, while it is not followed and nothing of it is under way;
   * then the files are looked at again. Rejects where it does not come to that before the signal aborts. Absent: its
   * files are nobody's to change.
   */
  change?(key: string, task: () => Promise<void>, signal: AbortSignal): Promise<void>
  /** Of a source that is pushed to: mounted and opened by whoever opened it. */
  readonly routes?: readonly Route[]
  readonly ports?: readonly Port[]

  /** Why it refuses what is pushed to it now. */
  readonly trouble?: string | undefined
  close(): Promise<void>
}

/** A line of `tailrace sources`. */
export interface FileStatus {
  /** Generation key. */
  readonly id: string
  readonly path: string
  /** Read so far; what is committed is the pipeline's to say. */
  readonly offset: number
  readonly size: number
  readonly state: 'active' | 'idle' | 'held_copy' | 'rotated' | 'deleted' | 'unreadable' | 'outside' | 'waiting'
  /** Milliseconds since 1970 of the file's last change. */
  readonly modified: number
}
