import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fsyncDir } from '../durable/file.ts'
import { decodeFrame, encodeFrame, nextFrame } from '../durable/frame.ts'
import { type Batch, outcome } from '../event/batch.ts'
import { documentText } from '../event/document.ts'
import type { FailureCode, Stage } from '../event/failure.ts'
import { documentId } from '../event/provenance.ts'

/** A record that went no further, with its bytes and the reason. */
export interface DeadLetter {
  /** The document id it would have had, and will have when it is replayed. */
  readonly id: string
  /** ISO 8601: when it became one. */
  readonly time: string
  readonly stage: Stage
  readonly code: FailureCode
  readonly reason: string
  readonly field?: string
  readonly dataset: string
  readonly source: string
  readonly path: string
  readonly key: string
  readonly offset: number
  readonly length: number
  /** Byte of `raw` at which it stopped fitting. */
  readonly at?: number
  readonly expected?: string
  readonly found?: string
  /** The record's bytes, base64. */
  readonly raw: string
  /** JSON of the document the store refused. */
  readonly document?: string
  readonly attempts: number
}

export interface DeadLetters {
  /** Keeps the dead rows of batches; resolves once they are on disk. Rejects with the system's error: call again later. */
  add(batches: readonly Batch[]): Promise<void>
  /** Forgets letters at or past the checkpoint of their generation: after a crash their records are read again. */
  dropFrom(checkpoints: ReadonlyMap<string, number>): Promise<void>
  /** Oldest first. */
  list(): AsyncGenerator<DeadLetter>
  find(id: string): Promise<DeadLetter | undefined>
  readonly count: number
  close(): Promise<void>
}

const segmentBytes = 64 << 20
const suffix = '.letters'

const reasonOf = (failure: { reason?: string; expected?: string; code: string; field?: string }): string =>
  failure.reason ??
  `${failure.field === undefined ? '' : `${failure.field}: `}${failure.expected === undefined ? failure.code.replaceAll('_', ' ') : `expected ${failure.expected}`}`

const letterOf = (batch: Batch, row: number, time: string): DeadLetter => {
  const { block, dataset } = batch
  const failure = batch.failures.get(row) ?? { stage: 'parse', code: 'no_alternative' }
  const { stage, code, at, expected, found, field } = failure
  const optional = { at, expected, found, field }
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  return {
    id: documentId(block.origin.key, block.from[row]!),
    time,
    stage,
    code,
    reason: reasonOf(failure),
    ...given,
    dataset,
    source: block.origin.source,
    path: block.origin.path,
    key: block.origin.key,
    offset: block.from[row]!,
    length: block.to[row]! - block.from[row]!,
    raw: Buffer.from(block.arena.bytes.slice(block.start[row], block.end[row])).toString('base64'),
    ...(stage === 'store' ? { document: documentText(batch, row) } : {}),
    attempts: 1,
  }
}

interface Place {
  readonly segment: string
  readonly at: number
  readonly length: number
  readonly key: string
  readonly offset: number
}

/**
 * The dead letter queue: segments of checksummed frames, mode 0600, one frame a letter or `{dropped: [ids]}`. Only
 * where each letter lies is held in memory. A later letter of the same record takes the place of the earlier. With
 * `readOnly` nothing in the directory is changed, which another process may be writing to.
 */
export const openDeadLetters = async (
  directory: string,
  report: (text: string) => void,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<DeadLetters> => {
  if (!readOnly) await mkdir(directory, { recursive: true, mode: 0o700 })
  const places = new Map<string, Place>()
  let next = 1
  let file: FileHandle | undefined
  let path = ''
  let length = 0
  let work: Promise<unknown> = Promise.resolve()

  const take = (record: unknown, place: Omit<Place, 'key' | 'offset'>): void => {
    const { dropped } = record as { dropped?: readonly string[] }
    if (dropped !== undefined) {
      for (const id of dropped) places.delete(id)
      return
    }
    const { id, key, offset } = record as DeadLetter
    places.delete(id)
    places.set(id, { ...place, key, offset })
  }

  const found = readOnly && !existsSync(directory) ? [] : await readdir(directory)
  const names = found.filter((name) => name.endsWith(suffix)).sort()
  for (const name of names) {
    next = Math.max(next, Number.parseInt(name, 10) + 1)
    const segment = join(directory, name)
    const bytes = await readFile(segment)
    let at = 0
    while (at < bytes.length) {
      const frame = decodeFrame(bytes, at)
      if (frame === undefined) {
        const behind = nextFrame(bytes, at + 1)
        // What a crash leaves, or what another process is writing at this moment.
        const torn = behind === -1 && name === names.at(-1)
        if (torn && !readOnly) await truncate(segment, at)
        else if (!torn) report(`${segment} is damaged at byte ${at}; the dead letters behind are kept`)
        if (behind === -1) break
        at = behind
        continue
      }
      take(frame.record, { segment, at, length: frame.next - at })
      at = frame.next
    }
  }

  const append = async (records: readonly object[]): Promise<void> => {
    if (file === undefined || length > segmentBytes) {
      await file?.close()
      path = join(directory, `${String(next++).padStart(8, '0')}${suffix}`)
      file = await open(path, 'ax', 0o600)
      length = 0
      await fsyncDir(directory)
    }
    const frames = records.map(encodeFrame)
    const bytes = Buffer.concat(frames)
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } catch (error) {
      // What reached the disk of this write is unknown: leave the segment, its torn end is skipped when read.
      await file.close().catch(() => undefined)
      file = undefined
      throw error
    }
    let at = length
    for (const [i, record] of records.entries()) {
      take(record, { segment: path, at, length: frames[i]!.length })
      at += frames[i]!.length
    }
    length = at
  }
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const done = work.then(task)
    work = done.catch(() => undefined)
    return done
  }

  const read = async ({ segment, at, length }: Place): Promise<DeadLetter | undefined> => {
    const handle = await open(segment, 'r')
    try {
      const { buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
      return decodeFrame(buffer, 0)?.record as DeadLetter | undefined
    } finally {
      await handle.close()
    }
  }

  return {
    add(batches) {
      const time = new Date().toISOString()
      const letters: DeadLetter[] = []
      for (const batch of batches)
        for (let row = 0; row < batch.count; row++)
          if (batch.outcome[row] === outcome.dead) letters.push(letterOf(batch, row, time))
      return letters.length === 0 ? Promise.resolve() : inTurn(() => append(letters))
    },
    async dropFrom(checkpoints) {
      const dropped = [...places].flatMap(([id, { key, offset }]) =>
        offset >= (checkpoints.get(key) ?? 0) ? [id] : [],
      )
      if (dropped.length > 0) await inTurn(() => append([{ dropped }]))
    },
    async *list() {
      for (const place of [...places.values()]) {
        const letter = await read(place)
        if (letter !== undefined) yield letter
      }
    },
    async find(id) {
      const place = places.get(id)
      return place === undefined ? undefined : read(place)
    },
    get count() {
      return places.size
    },
    async close() {
      await work
      await file?.close()
      file = undefined
    },
  }
}
