import { type FileHandle, open as openFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fsyncDir, makeDurableDirectory, writeAll } from '../durable/file.ts'
import { encodeIdentities, identitySize } from './identities.ts'
import { openKnown } from './known.ts'
import { besides, removeSegment, segmentName, sumSize, sumWith } from './segment.ts'
import { encodeSent, joinSent, type Sent } from './sent.ts'
import { type Damage, takeStock } from './stock.ts'

/**
 * Input that has no file of its own, kept in files until it is stored: `<number>.spool` holds the bytes as they came
 * (the number is the time it was begun, so that no name is used twice),
 * so that it can be followed like any file; `<number>.sums` beside it the length and CRC-32 of each piece, 8 bytes
 * little-endian; `<number>.ids` what clients call the records of a piece, where they call them anything; `<number>.from`
 * who sent them, where that is known. Only a piece of which all is there was ever acknowledged; one of which no more than
 * its senders is lost still counts.
 */
export interface Spool {
  /**
   * Resolves once the bytes, and with them the identities (of `recordIdentity`, one after another) and who sent them, are on
   * disk; appends made meanwhile share one fsync. Rejects as the disk does, or with `SpoolFull`: append again.
   */
  append(bytes: Uint8Array, identities?: Uint8Array, sent?: Sent): Promise<void>
  /** True: a record of this identity was kept. A promise: one is being kept. */
  seen(identity: Uint8Array): boolean | Promise<void>
  /** Lets the next bytes begin a new segment, once the present one is large. To be called between two records. */
  roll(): void
  /** Whether the present segment is large enough to be left. */
  readonly large: boolean
  /** No more comes: the last segment is complete. */
  finish(): Promise<void>
  /** Bytes of a segment that are durable. */
  visible(path: string, size: number): number
  isComplete(path: string): boolean
  /** All records of a segment are committed by this reader. True: by all of them, and it goes. */
  release(path: string, reader?: string): boolean
  /** Bytes that lie in the spool, or are on their way there, and are not released by this reader; by the first unless given. */
  waiting(reader?: string): number
  /** Another limit of what may wait for the first reader. */
  limit(maxBytes: number): void
  /** What was found damaged when it was opened. */
  readonly damage: readonly Damage[]
  close(): Promise<void>
}

export interface SpoolOptions {
  /** A segment is left when it holds this many bytes; default 64 MiB. */
  readonly segmentBytes?: number
  /** `append` rejects while this many bytes wait for the first reader; default: no limit. */
  readonly maxBytes?: number
  /** Who reads it: a segment stays until each has released it. What waits only for others than the first has no limit, so that they hold nobody up. */
  readonly readers?: readonly [string, ...string[]]
  /** A sentence for the operator: damage. */
  readonly report?: (text: string) => void
  /** For disks that fail on purpose. */
  readonly open?: typeof openFile
}

/** The spool holds as much as it may: what is stored makes room. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull'
}

interface Open {
  readonly number: number
  readonly path: string
  readonly data: FileHandle
  readonly sums: FileHandle
  /** Made with the first identity. */
  ids: FileHandle | undefined
  idsLength: number
  /** Made with the first sender. */
  from: FileHandle | undefined
  fromLength: number
  length: number
  pieces: number
}

interface Waiting {
  readonly bytes: Uint8Array
  readonly identities: Uint8Array | undefined
  readonly sent: Sent | undefined
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A piece holds no more than this, unless one append does. */
const mostPiece = 8 << 20

const numberOf = (path: string): number => Number.parseInt(path.slice(-'000000000000000.spool'.length), 10)
const keyOf = (identity: Uint8Array): string => Buffer.from(identity).toString('latin1')
const joined = (parts: readonly Uint8Array[]): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts))

/** Opens a spool directory: checks what is there, and begins a new segment with the first append. */
export const openSpool = async (directory: string, options: SpoolOptions = {}): Promise<Spool> => {
  const { segmentBytes = 64 << 20, report = () => {}, open = openFile, readers = [''] } = options
  const [first] = readers
  let { maxBytes = Number.POSITIVE_INFINITY } = options
  await makeDurableDirectory(directory, 0o700)
  const { complete, damage } = await takeStock(directory, report)
  const known = await openKnown(directory)
  let number = Math.max(0, ...[...complete.keys()].map(numberOf))
  /** Of all that were ever complete: who has one open goes on seeing its size when it was removed. */
  const lengths = new Map(complete)
  const releasedBy = new Map<string, Set<string>>(readers.map((reader) => [reader, new Set()]))

  let segment: Open | undefined
  let rolling = false
  let queue: Waiting[] = []
  let queued = 0
  /** Being kept, by identity. */
  const pending = new Map<string, Promise<void>>()
  let work: Promise<void> = Promise.resolve()
  let removing: Promise<void> = Promise.resolve()
  let scheduled = false

  const begin = async (): Promise<Open> => {
    if (segment !== undefined && !rolling) return segment
    await leave()
    number = Math.max(number + 1, Date.now())
    const path = join(directory, segmentName(number))
    let data: FileHandle | undefined
    let sums: FileHandle | undefined
    try {
      data = await open(path, 'wx', 0o600)
      sums = await open(besides(path, 'sums'), 'wx', 0o600)
      await fsyncDir(directory)
    } catch (error) {
      await data?.close()
      await sums?.close()
      await removeSegment(path)
      throw error
    }
    rolling = false
    return (segment = {
      number,
      path,
      data,
      sums,
      ids: undefined,
      idsLength: 0,
      from: undefined,
      fromLength: 0,
      length: 0,
      pieces: 0,
    })
  }
  const leave = async (): Promise<void> => {
    const left = segment
    segment = undefined
    if (left === undefined) return
    if (left.length > 0) {
      complete.set(left.path, left.length)
      lengths.set(left.path, left.length)
    }
    await left.data.truncate(left.length).catch(() => {})
    await left.sums.truncate(left.pieces * sumSize).catch(() => {})
    await left.data.close().catch(() => {})
    await left.sums.close().catch(() => {})
    // What was not acknowledged must not be taken for known one day.
    const cut = await left.ids?.truncate(left.idsLength).then(
      () => true,
      () => false,
    )
    await left.ids?.close().catch(() => {})
    await left.from?.close().catch(() => {})
    if (cut === false || left.idsLength === 0) await rm(besides(left.path, 'ids'), { force: true }).catch(() => {})
    if (left.length === 0) await removeSegment(left.path)
    await known.trim((one) => complete.has(join(directory, segmentName(one))))
  }

  /** Writes one piece and waits until all of it is on disk. */
  const write = async (bytes: Uint8Array, identities: Uint8Array | undefined, sent: Sent): Promise<void> => {
    const into = await begin()
    const { data, sums, length, pieces } = into
    const sum = Buffer.alloc(sumSize)
    sum.writeUInt32LE(bytes.length, 0)
    sum.writeUInt32LE(sumWith(crc32(bytes), identities), 4)
    const writes = [writeAll(data, bytes, length), writeAll(sums, sum, pieces * sumSize)]
    let group: Buffer | undefined
    if (identities !== undefined) {
      if (into.ids === undefined) {
        into.ids = await open(besides(into.path, 'ids'), 'wx', 0o600)
        await fsyncDir(directory)
      }
      group = encodeIdentities({ piece: pieces, bytes: identities })
      writes.push(writeAll(into.ids, group, into.idsLength))
    }
    let senders: Buffer | undefined
    if (sent.some(([address]) => address !== '')) {
      if (into.from === undefined) {
        into.from = await open(besides(into.path, 'from'), 'wx', 0o600)
        await fsyncDir(directory)
      }
      senders = encodeSent(length, sent)
      writes.push(writeAll(into.from, senders, into.fromLength))
    }
    // All of them, or a write still under way could follow what is done about the one that failed.
    failIfAny(await Promise.allSettled(writes))
    failIfAny(
      await Promise.allSettled([
        data.datasync(),
        sums.datasync(),
        ...(group === undefined ? [] : [into.ids!.datasync()]),
        ...(senders === undefined ? [] : [into.from!.datasync()]),
      ]),
    )
    into.length += bytes.length
    into.pieces++
    into.fromLength += senders?.length ?? 0
    if (group !== undefined) {
      into.idsLength += group.length
      known.add(into.number, identities!)
    }
  }

  const flush = async (): Promise<void> => {
    let count = 0
    let size = 0
    while (count < queue.length && (count === 0 || size + queue[count]!.bytes.length <= mostPiece))
      size += queue[count++]!.bytes.length
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    scheduled = queue.length > 0
    if (scheduled) void next(flush)
    const identities = batch.flatMap((one) => (one.identities === undefined ? [] : [one.identities]))
    try {
      await write(
        joined(batch.map(({ bytes }) => bytes)),
        identities.length === 0 ? undefined : joined(identities),
        joinSent(batch.map(({ sent, bytes }) => sent ?? [['', bytes.length]])),
      )
    } catch (error) {
      // After an error nobody knows what reached the disk: the segment ends at what was acknowledged.
      await leave().catch(() => {})
      for (const { reject } of batch) reject(error)
      return
    } finally {
      queued -= size
    }
    for (const { resolve } of batch) resolve()
  }
  const next = (task: () => Promise<void>): Promise<void> => {
    const done = work.then(task)
    work = done.catch(() => {})
    return done
  }
  const waitingFor = (reader: string): number => {
    const released = releasedBy.get(reader)!
    let sum = (segment?.length ?? 0) + queued
    for (const [path, length] of complete) if (!released.has(path)) sum += length
    return sum
  }

  return {
    append(piece, identities, sent) {
      const bytes = waitingFor(first)
      if (bytes >= maxBytes) {
        // What is stored of the present segment makes room only once it is left.
        if (segment !== undefined) void next(leave)
        return Promise.reject(new SpoolFull(`${directory} holds ${bytes} bytes that are not stored yet`))
      }
      const kept = new Promise<void>((resolve, reject) =>
        queue.push({ bytes: piece, identities, sent, resolve, reject }),
      )
      queued += piece.length
      if (identities !== undefined) markPending(pending, identities, kept)
      if (!scheduled) {
        scheduled = true
        void next(flush)
      }
      return kept
    },
    seen: (identity) => pending.get(keyOf(identity)) ?? known.has(identity),
    roll() {
      rolling = true
    },
    get large() {
      return segment !== undefined && segment.length >= segmentBytes
    },
    finish: () => next(leave),
    visible: (path, size) => Math.min(size, lengths.get(path) ?? (segment?.path === path ? segment.length : 0)),
    isComplete: (path) => lengths.has(path),
    release(path, reader = first) {
      if (!complete.has(path)) return lengths.has(path)
      releasedBy.get(reader)!.add(path)
      if (![...releasedBy.values()].every((released) => released.has(path))) return false
      complete.delete(path)
      for (const released of releasedBy.values()) released.delete(path)
      removing = removing
        .then(() => removeSegment(path))
        .then(() => fsyncDir(directory))
        .catch((error: unknown) => report(`${path} could not be removed: ${String(error)}`))
      return true
    },
    waiting: (reader = first) => waitingFor(reader),
    limit(bytes) {
      maxBytes = bytes
    },
    damage,
    async close() {
      await removing
      await next(leave)
    },
  }
}

const markPending = (pending: Map<string, Promise<void>>, identities: Uint8Array, kept: Promise<void>): void => {
  for (let at = 0; at < identities.length; at += identitySize) {
    const key = keyOf(identities.subarray(at, at + identitySize))
    pending.set(key, kept)
    const over = (): void => void (pending.get(key) === kept && pending.delete(key))
    kept.then(over, over)
  }
}

const failIfAny = (results: readonly PromiseSettledResult<unknown>[]): void => {
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
