import { randomBytes } from 'node:crypto'
import { type OpenJournal, openJournal } from '../durable/journal.ts'
import { createGenerationIndex, type GenerationIndex } from './generation-index.ts'

/**
 * A run of bytes that only grows, under a random name. Written down durably before its first record is handed out,
 * so that a document id (key and offset) never names other bytes. Where it is committed to is not kept here but with
 * the events or in the checkpoint; what is kept is what tells whether a file still is this run.
 */
export interface Generation {
  /** 16 hex digits. */
  readonly key: string
  /** Name of the source that follows it: two sources on one file have a generation each. */
  readonly source: string
  readonly device: string
  readonly inode: string
  /** The file (`device:inode`) that held it until it was cut short: whatever that holds now was written later. */
  readonly emptied?: string
  /** Milliseconds since 1970; 0 where the file system does not know. */
  readonly birth: number
  /** Its first bytes, up to 1 KiB of what there was; lengthened as it grows. */
  readonly head: Buffer
  /** Where it was last seen, and the path under which it was first found: the name that is rotated. */
  readonly path: string
  readonly origin: string
  /** Offset of its first byte that counts: not 0 where only what came was asked for. */
  readonly begin: number
  /** Size at the last look. */
  readonly size: number
  /**
   * Its file took the place of another, and may lack the end of it: bytes up to here are known of, and the store may hold
   * more. Accounted for when nothing more is awaited of that file; 0 or absent: there is no such question.
   */
  readonly rest?: number
  /** What lies before an offset that was committed; offset 0: nothing was yet. */
  readonly guard: Guard
  /** A file that a person said holds it, wherever that lies. */
  readonly adopted?: string
  /** Where a compressed file holds it: that file as it was when that was found out, and `device` and `inode` are its. */
  readonly packed?: { readonly size: number; readonly modified: number }
  /** Milliseconds since 1970: when it was registered, and since when there is no file for it. */
  readonly registered: number
  readonly gone?: number
  /** Bytes before this are accounted for: committed, separators, or stated lost. What lies behind and is gone is lost. */
  readonly closedTo: number
}

/** CRC-32 of the last `min(offset, 64 KiB)` bytes before `offset`. */
export interface Guard {
  readonly offset: number
  readonly crc: number
}

export const noGuard: Guard = { offset: 0, crc: 0 }
/** Tombstones are kept this long, or a file put back would be read again. */
const tombstoneAge = 30 * 86_400_000
/** Sizes, paths and guards may lag behind by this: an older guard is as true as a newer one. */
const lazyAfter = 1000

export type NewGeneration = Omit<Generation, 'key' | 'registered' | 'guard' | 'gone' | 'closedTo'> & {
  /** Its key, unless another generation has it; else a random one. */
  readonly key?: string
}
export type GenerationPatch = Partial<Omit<Generation, 'key' | 'source' | 'registered'>>

export interface GenerationStore {
  /** Generations of a source, tombstones among them, in the order of registering. */
  of(source: string): readonly Generation[]
  index(source: string): Omit<GenerationIndex, 'put' | 'delete'>
  /** Those of every source. */
  all(): readonly Generation[]
  /** Some of what was known of files could not be read when it was opened. */
  readonly damaged: boolean
  /** Puts generations back that were lost. Rejects as the journal does. */
  restore(generations: readonly Generation[]): Promise<void>
  /** Tombstones older than 30 days. Nothing else here knows of them; whoever keeps something by key forgets it first. */
  expired(): readonly Generation[]
  /** Takes generations away for good. Rejects as the journal does. */
  forget(keys: readonly string[]): Promise<void>
  get(key: string): Generation | undefined
  /** Resolves once it is on disk; only then may records of it be handed out. Rejects as the journal does: try again. */
  register(generation: NewGeneration): Promise<Generation>
  /** Seen by `get` at once, on disk within a second. `gone: 0` takes a tombstone away. */
  update(key: string, patch: GenerationPatch): void
  /** Writes down what `update` was told. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface GenerationOptions {
  /** Milliseconds since 1970. */
  readonly clock?: () => number
  /** A sentence for the operator. */
  readonly report?: (text: string) => void
  /** Changes nothing on disk. */
  readonly readOnly?: boolean
  /** Where they are kept instead of in the directory. */
  readonly journal?: OpenJournal
}

/** As JSON: the head in base64, left out where it is the one that was written before. */
type Written = Omit<Generation, 'head'> & { readonly head?: string }
type Entry =
  | { readonly put: readonly Written[] }
  | { readonly all: readonly Written[] }
  | { readonly forget: readonly string[] }

const write = (generation: Generation, before?: Generation): Written => {
  const { head, ...rest } = generation
  return before?.head.equals(head) === true ? rest : { ...rest, head: head.toString('base64') }
}
const read = ({ head, ...written }: Written, before: Generation | undefined): Generation => ({
  ...written,
  head: head === undefined ? (before?.head ?? Buffer.alloc(0)) : Buffer.from(head, 'base64'),
})

const day = 86_400_000
/** A file that holds it was seen: it would be read again if its tombstone went before it. */
export const keepKnown = (
  { context }: { readonly context: { readonly generations: GenerationStore; readonly clock: () => number } },
  { key, gone }: Generation,
): void => {
  const now = context.clock()
  if (gone !== undefined && now - gone > day) context.generations.update(key, { gone: now })
}

/** When the first of these was registered; `Infinity` without any. */
export const firstRegistered = (known: readonly Generation[]): number => {
  let first = Number.POSITIVE_INFINITY
  for (const { registered } of known) if (registered < first) first = registered
  return first
}

/** Opens the generations of a data directory (`checkpoints/generations`). */
export const openGenerations = async (directory: string, options: GenerationOptions = {}): Promise<GenerationStore> => {
  const { clock = Date.now, report = () => {}, readOnly = false, journal: open } = options
  // `live` is what is believed now, `durable` what the journal holds: the lazy part is the difference.
  const live = new Map<string, Generation>()
  const durable = new Map<string, Generation>()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let told = false
  const expired = ({ gone }: Generation): boolean => gone !== undefined && clock() - gone > tombstoneAge

  const journal = await (open ?? ((given) => openJournal(directory, given)))({
    apply: (record) => {
      const entry = record as Entry
      if ('forget' in entry) {
        for (const key of entry.forget) durable.delete(key)
        return
      }
      if ('all' in entry) durable.clear()
      for (const written of 'all' in entry ? entry.all : entry.put)
        durable.set(written.key, read(written, durable.get(written.key)))
    },
    snapshot: () => ({ all: [...durable.values()].map((generation) => write(generation)) }),
    report,
    readOnly,
  })
  const bySource = new Map<string, GenerationIndex>()
  const indexOf = (source: string): GenerationIndex => {
    let index = bySource.get(source)
    if (index === undefined) bySource.set(source, (index = createGenerationIndex()))
    return index
  }
  const put = (generation: Generation): void => {
    live.set(generation.key, generation)
    indexOf(generation.source).put(generation)
  }
  for (const generation of durable.values()) if (!expired(generation)) put(generation)

  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const keys = [...changed]
    changed.clear()
    const written = keys.flatMap((key) => {
      const generation = live.get(key)
      return generation === undefined ? [] : [write(generation, durable.get(key))]
    })
    if (written.length === 0) return
    try {
      await journal.append({ put: written })
      told = false
    } catch (error) {
      for (const key of keys) changed.add(key)
      throw error
    }
  }
  const flushLater = (): void => {
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) => {
        // Tried again every second: once is enough.
        if (!told) report(`what is known of followed files could not be written down: ${String(error)}`)
        told = true
        flushLater()
      })
    }, lazyAfter).unref()
  }

  return {
    of: (source) => indexOf(source).all(),
    index: indexOf,
    all: () => [...live.values()],
    expired: () => [...durable.values()].map((one) => live.get(one.key) ?? one).filter(expired),
    async forget(keys) {
      if (keys.length === 0) return
      // Before it is written: an update on its way must not bring them back.
      const taken = keys.flatMap((key) => live.get(key) ?? [])
      for (const { key, source } of taken) {
        live.delete(key)
        changed.delete(key)
        indexOf(source).delete(key)
      }
      try {
        await journal.append({ forget: keys })
      } catch (error) {
        for (const generation of taken) put(generation)
        throw error
      }
    },
    get: (key) => live.get(key),
    damaged: journal.damaged,
    async restore(lost) {
      if (lost.length === 0) return
      await journal.append({ put: lost.map((generation) => write(generation)) })
      for (const generation of lost) put(generation)
    },
    async register(fresh) {
      const { key: wanted } = fresh
      const isFree = wanted !== undefined && !live.has(wanted) && !durable.has(wanted)
      const key = isFree ? wanted : randomBytes(8).toString('hex')
      const generation: Generation = { ...fresh, key, guard: noGuard, closedTo: fresh.begin, registered: clock() }
      await journal.append({ put: [write(generation)] })
      put(generation)
      return generation
    },
    update(key, patch) {
      const generation = live.get(key)
      if (generation === undefined) return
      const { gone, ...rest } = { ...generation, ...patch }
      put(gone === undefined || gone === 0 ? rest : { ...rest, gone })
      changed.add(key)
      flushLater()
    },
    flush,
    async close() {
      await flush().catch((error: unknown) =>
        report(`what is known of followed files could not be written down: ${String(error)}`),
      )
      clearTimeout(timer)
      await journal.close()
    },
  }
}
