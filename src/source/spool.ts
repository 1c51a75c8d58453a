import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { copyFile, type FileHandle, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fsyncDir } from '../durable/file.ts'

/**
 * Input that has no file of its own, kept in files until it is stored: `<number>.spool` holds the bytes as they came
 * (the number is the time it was begun, so that no name is used twice),
 * so that it can be followed like any file; `<number>.sums` beside it the length and CRC-32 of each piece, 8 bytes
 * little-endian, written after it. Only what both hold was ever acknowledged.
 */
export interface Spool {
  /** Resolves once the bytes are on disk; appends made meanwhile share one fsync. Rejects as the disk does: append again. */
  append(bytes: Uint8Array): Promise<void>
  /** Lets the next bytes begin a new segment, once the present one is large. To be called between two records. */
  roll(): void
  /** Whether the present segment is large enough to be left. */
  readonly large: boolean
  /** No more comes: the last segment is complete. */
  finish(): Promise<void>
  /** Bytes of a segment that are durable. */
  visible(path: string, size: number): number
  isComplete(path: string): boolean
  /** Removes a segment whose records are all committed. */
  remove(path: string): Promise<void>
  /** Bytes that lie in the spool. */
  readonly bytes: number
  close(): Promise<void>
}

export interface SpoolOptions {
  /** A segment is left when it holds this many bytes; default 64 MiB. */
  readonly segmentBytes?: number
  /** A sentence for the operator: damage. */
  readonly report?: (text: string) => void
}

const sumSize = 8
const nameOf = (number: number): string => `${String(number).padStart(15, '0')}.spool`
const sumsOf = (path: string): string => path.replace(/\.spool$/, '.sums')

interface Open {
  readonly path: string
  readonly data: FileHandle
  readonly sums: FileHandle
  length: number
  pieces: number
}

/** Opens a spool directory: checks what is there, and begins a new segment with the first append. */
export const openSpool = async (directory: string, options: SpoolOptions = {}): Promise<Spool> => {
  const { segmentBytes = 64 << 20, report = () => {} } = options
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const complete = new Map<string, number>()
  let number = 0
  const names = (await readdir(directory)).filter((name) => /^\d{15}\.spool$/.test(name)).sort()
  for (const name of names) {
    const path = join(directory, name)
    const length = soundLength(path)
    const { size } = await stat(path)
    const isLast = name === names.at(-1)
    number = Number.parseInt(name, 10)
    if (length < size && !isLast) {
      await copyFile(path, `${path}.damaged`)
      report(`${path} is damaged from byte ${length}; the whole was kept as ${path}.damaged`)
    }
    // In place, so that it stays the file it is.
    if (length < size) await truncate(path, length)
    if (length === 0) await removeSegment(path)
    else complete.set(path, length)
  }

  let segment: Open | undefined
  let rolling = false
  let queue: { bytes: Uint8Array; resolve: () => void; reject: (error: unknown) => void }[] = []
  let work: Promise<void> = Promise.resolve()
  let scheduled = false

  const begin = async (): Promise<Open> => {
    if (segment !== undefined && !rolling) return segment
    await leave()
    const path = join(directory, nameOf((number = Math.max(number + 1, Date.now()))))
    const data = await open(path, 'wx', 0o600)
    const sums = await open(sumsOf(path), 'wx', 0o600)
    await fsyncDir(directory)
    rolling = false
    return (segment = { path, data, sums, length: 0, pieces: 0 })
  }
  const leave = async (): Promise<void> => {
    const left = segment
    segment = undefined
    if (left === undefined) return
    if (left.length > 0) complete.set(left.path, left.length)
    await left.data.truncate(left.length).catch(() => {})
    await left.data.close()
    await left.sums.close()
    if (left.length === 0) await removeSegment(left.path)
  }

  const flush = async (): Promise<void> => {
    scheduled = false
    const batch = queue
    queue = []
    try {
      const { data, sums, length, pieces } = await begin()
      const bytes = batch.length === 1 ? batch[0]!.bytes : Buffer.concat(batch.map((one) => one.bytes))
      await writeAll(data, bytes, length)
      const sum = Buffer.alloc(sumSize)
      sum.writeUInt32LE(bytes.length, 0)
      sum.writeUInt32LE(crc32(bytes), 4)
      await data.datasync()
      await writeAll(sums, sum, pieces * sumSize)
      await sums.datasync()
      segment!.length += bytes.length
      segment!.pieces++
    } catch (error) {
      // After an error nobody knows what reached the disk: the segment ends at what was acknowledged.
      await leave().catch(() => {})
      for (const { reject } of batch) reject(error)
      return
    }
    for (const { resolve } of batch) resolve()
  }
  const next = (task: () => Promise<void>): Promise<void> => {
    const done = work.then(task)
    work = done.catch(() => {})
    return done
  }

  return {
    append: (bytes) =>
      new Promise((resolve, reject) => {
        queue.push({ bytes, resolve, reject })
        if (scheduled) return
        scheduled = true
        void next(flush)
      }),
    roll() {
      rolling = true
    },
    get large() {
      return segment !== undefined && segment.length >= segmentBytes
    },
    finish: () => next(leave),
    visible: (path, size) => Math.min(size, complete.get(path) ?? (segment?.path === path ? segment.length : 0)),
    isComplete: (path) => complete.has(path),
    async remove(path) {
      complete.delete(path)
      await removeSegment(path)
      await fsyncDir(directory)
    },
    get bytes() {
      let sum = segment?.length ?? 0
      for (const length of complete.values()) sum += length
      return sum
    },
    close: () => next(leave),
  }
}

const writeAll = async (file: FileHandle, bytes: Uint8Array, at: number): Promise<void> => {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten
  }
}

/** Bytes of a segment from its start whose sums agree. */
const soundLength = (path: string): number => {
  let sums: Buffer
  try {
    sums = readFileSync(sumsOf(path))
  } catch {
    return 0
  }
  const fd = openSync(path, 'r')
  try {
    let length = 0
    for (let at = 0; at + sumSize <= sums.length; at += sumSize) {
      const piece = Buffer.alloc(sums.readUInt32LE(at))
      let got = 0
      while (got < piece.length) {
        const read = readSync(fd, piece, got, piece.length - got, length + got)
        if (read === 0) break
        got += read
      }
      if (got < piece.length || crc32(piece) !== sums.readUInt32LE(at + 4)) break
      length += piece.length
    }
    return length
  } finally {
    closeSync(fd)
  }
}

const removeSegment = async (path: string): Promise<void> => {
  await rm(path, { force: true })
  await rm(sumsOf(path), { force: true })
}
