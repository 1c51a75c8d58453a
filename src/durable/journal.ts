import { type FileHandle, open, readdir, readFile, rename, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fsyncDir, fsyncFile, makeDurableDirectory, writeAll, writeAtomic } from './file.ts'
import { decodeFrame, encodeFrame, type JournalRecord, nextFrame } from './frame.ts'

/**
 * A directory that remembers records in order: `<number>.journal` are segments of frames, `<number>.snapshot` is one
 * frame that stands for everything before segment `<number>`. The snapshot before the last is kept, with the
 * segments between, in case the last is damaged.
 */
export interface JournalOptions {
  /**
   * Folds a record into the caller's state: called for what is replayed (the snapshot first), and for every appended
   * record once it is durable, in order. A record whose append failed may still come back at the next start.
   */
  readonly apply: (record: JournalRecord) => void
  /** The state as one record that `apply` on a fresh state restores. */
  readonly snapshot: () => JournalRecord
  /** A sentence for the operator: damage set aside, a segment abandoned. */
  readonly report?: (text: string) => void
  /** The log is folded into a snapshot when it holds this many bytes and four times the last snapshot. Default 4 MiB. */
  readonly compactAfter?: number
  /** Only tells what there is: nothing in the directory is changed, which another process may be writing to. Default false. */
  readonly readOnly?: boolean
  /** Opens segments; a test hands in disks that fail. */
  readonly openFile?: (path: string, flags: string, mode: number) => Promise<Segment>
}
export type Segment = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>

/** Opens a journal, wherever it is kept. */
export type OpenJournal = (options: JournalOptions) => Promise<Journal>

export interface Journal {
  /** When it was opened something in it could not be read, and what stood there is lost. */
  readonly damaged: boolean
  /** Resolves once the record is on disk and applied; rejects with the system's error (full disk …): append again later. */
  append(record: JournalRecord): Promise<void>
  /** Replaces the log by a snapshot. */
  compact(): Promise<void>
  /** Waits for what was appended. */
  close(): Promise<void>
}

/** First bytes of each file: what it is, and the version of its layout. */
const magic = Buffer.from('tailrace journal 1\n')
const nameOf = (number: number, kind: 'journal' | 'snapshot'): string => `${String(number).padStart(10, '0')}.${kind}`

interface Waiting {
  readonly record: JournalRecord
  readonly frame: Buffer
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Never refuses to start for what lies in the directory; only for a directory that cannot be read or written. */
export const openJournal = async (directory: string, options: JournalOptions): Promise<Journal> => {
  const { apply, snapshot, report = () => {}, compactAfter = 4 << 20, openFile = open, readOnly = false } = options
  if (!readOnly) await makeDurableDirectory(directory, 0o700)
  const found = await replay(directory, apply, readOnly)
  let number = found.next
  let logBytes = found.logBytes
  let snapshotBytes = found.snapshotBytes
  let previous = found.snapshot
  let segment: Segment | undefined
  let length = 0
  let queue: Waiting[] = []
  let work: Promise<void> = Promise.resolve()
  let scheduled = false
  let closed = readOnly

  const begin = async (): Promise<Segment> => {
    if (segment !== undefined) return segment
    const path = join(directory, nameOf(number++, 'journal'))
    const fresh = await openFile(path, 'wx', 0o600)
    try {
      await writeAll(fresh, magic, 0)
      await fresh.datasync()
      await fsyncDir(directory)
    } catch (error) {
      await fresh.close().catch(() => {})
      await rm(path, { force: true }).catch(() => {})
      throw error
    }
    length = magic.length
    return (segment = fresh)
  }

  // After a failed fsync nobody knows which pages reached the disk, and a second fsync may lie: leave the segment.
  const abandon = async (why: unknown): Promise<void> => {
    const broken = segment
    segment = undefined
    if (broken === undefined) return
    report(`a journal segment in ${directory} was given up after an error (${String(why)}); a new one is begun`)
    await broken.truncate(length).catch(() => {})
    await broken.close().catch(() => {})
  }

  const flush = async (): Promise<void> => {
    scheduled = false
    const batch = queue
    queue = []
    if (batch.length === 0) return
    try {
      const file = await begin()
      const bytes = batch.length === 1 ? batch[0]!.frame : Buffer.concat(batch.map(({ frame }) => frame))
      try {
        await writeAll(file, bytes, length)
      } catch (error) {
        await file.truncate(length).catch(abandon)
        throw error
      }
      await file.datasync().catch(async (error: unknown) => {
        await abandon(error)
        throw error
      })
      length += bytes.length
      logBytes += bytes.length
    } catch (error) {
      for (const { reject } of batch) reject(error)
      return
    }
    for (const { record, resolve, reject } of batch) {
      try {
        apply(record)
        resolve()
      } catch (error) {
        reject(error)
      }
    }
    if (logBytes > compactAfter && logBytes > 4 * snapshotBytes) {
      await replace().catch((error: unknown) =>
        report(`the journal in ${directory} could not be compacted: ${String(error)}`),
      )
    }
  }

  const replace = async (): Promise<void> => {
    await segment?.close().catch(() => {})
    segment = undefined
    const at = number++
    const bytes = Buffer.concat([magic, encodeFrame(snapshot())])
    await writeAtomic(join(directory, nameOf(at, 'snapshot')), bytes)
    for (const name of await readdir(directory)) {
      const entry = numberOf(name)
      if (entry !== undefined && entry.number < previous) await rm(join(directory, name), { force: true })
    }
    previous = at
    snapshotBytes = bytes.length
    logBytes = 0
  }

  const next = (task: () => Promise<void>): Promise<void> => {
    const done = work.then(task)
    work = done.catch(() => {})
    return done
  }

  /** Only once a snapshot holds what could be read of them: until then they are all there is. */
  const setAside = async (paths: readonly string[]): Promise<void> => {
    await replace()
    for (const path of paths) {
      await rename(path, `${path}.damaged`)
      report(`${path} is damaged; it was kept as ${path}.damaged and what could be read of it was used`)
    }
  }
  if (found.damaged.length > 0 && !readOnly)
    await setAside(found.damaged).catch((error: unknown) =>
      report(`the journal in ${directory} could not be rewritten: ${String(error)}`),
    )

  return {
    damaged: found.damaged.length > 0,
    append(record) {
      if (closed)
        return Promise.reject(new Error(`the journal in ${directory} is ${readOnly ? 'only read' : 'closed'}`))
      return new Promise((resolve, reject) => {
        queue.push({ record, frame: encodeFrame(record), resolve, reject })
        if (scheduled) return
        scheduled = true
        void next(flush)
      })
    },
    compact: () => next(replace),
    async close() {
      closed = true
      await work
      await segment?.close()
      segment = undefined
    },
  }
}

const numberOf = (name: string): { readonly number: number; readonly kind: string } | undefined => {
  const match = /^(\d{10})\.(journal|snapshot)$/.exec(name)
  return match === null ? undefined : { number: Number(match[1]), kind: match[2]! }
}

interface Replayed {
  /** Number of the next file. */
  readonly next: number
  /** Number of the snapshot that was taken, 0 without one. */
  readonly snapshot: number
  readonly snapshotBytes: number
  readonly logBytes: number
  /** Files in which something could not be read. */
  readonly damaged: readonly string[]
}

const replay = async (
  directory: string,
  apply: (record: JournalRecord) => void,
  readOnly: boolean,
): Promise<Replayed> => {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (readOnly && error.code === 'ENOENT') return []
    throw error
  })
  const entries = names.flatMap((name) => {
    const entry = numberOf(name)
    return entry === undefined ? [] : [{ ...entry, path: join(directory, name) }]
  })
  entries.sort((a, b) => a.number - b.number)
  const damaged: string[] = []

  /** False: whole, but not what it should hold; another version may have written it. */
  const take = (record: JournalRecord): boolean => {
    try {
      apply(record)
      return true
    } catch {
      return false
    }
  }

  let snapshot = 0
  let snapshotBytes = 0
  for (const entry of entries.filter(({ kind }) => kind === 'snapshot').reverse()) {
    const bytes = await readFile(entry.path)
    const frame = startsWithMagic(bytes) ? decodeFrame(bytes, magic.length) : undefined
    if (frame === undefined || !take(frame.record)) {
      damaged.push(entry.path)
      continue
    }
    snapshot = entry.number
    snapshotBytes = bytes.length
    break
  }

  let logBytes = 0
  const segments = entries.filter(({ number, kind }) => kind === 'journal' && number >= snapshot)
  for (const entry of segments) {
    const bytes = await readFile(entry.path)
    logBytes += bytes.length
    const isLast = entry === segments.at(-1)
    let at = startsWithMagic(bytes) ? magic.length : 0
    let bad = -1
    let frameBehind = false
    while (at !== -1 && at < bytes.length) {
      const frame = decodeFrame(bytes, at)
      if (frame === undefined) {
        if (bad === -1) bad = at
        at = nextFrame(bytes, at + 1)
        continue
      }
      if (bad !== -1) frameBehind = true
      if (!take(frame.record)) {
        if (bad === -1) bad = at
        frameBehind = true
      }
      at = frame.next
    }
    if (bad === -1) {
      if (isLast && !readOnly) await fsyncFile(entry.path)
      continue
    }
    // Of a journal that is being written to, the end may be on its way.
    if (readOnly && isLast) continue
    // A torn tail of the last segment is what a crash leaves: nobody was told that it is durable.
    // One that does not begin as a journal, and is no file that was only just begun, is none of a crash.
    const isForeign = !startsWithMagic(bytes) && bytes.length > magic.length
    if (!isLast || frameBehind || isForeign) damaged.push(entry.path)
    else if (bad === 0) await rm(entry.path)
    else {
      await truncate(entry.path, bad)
      await fsyncFile(entry.path)
    }
  }
  return { next: (entries.at(-1)?.number ?? 0) + 1, snapshot, snapshotBytes, logBytes, damaged }
}

const startsWithMagic = (bytes: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic)
