import { existsSync } from 'node:fs'
import { type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { fsyncDir, fsyncFile, makeDurableDirectory } from '../durable/file.ts'
import { decodeFrame, encodeFrame, nextFrame } from '../durable/frame.ts'
import { type Batch, outcome } from '../event/batch.ts'
import { type DeadLetter, letterOf } from './dead-letter/letter.ts'

export interface DeadLetters {
  /** Keeps the dead rows of batches; resolves once they are on disk. Rejects with the system's error: call again later. */
  add(batches: readonly Batch[]): Promise<void>
  /** Puts these in the place of those with their ids. Letters that are no longer there stay away. */
  replace(letters: readonly DeadLetter[]): Promise<void>
  /** Takes letters out; resolves once that is on disk. */
  drop(ids: readonly string[]): Promise<void>
  /** Forgets letters at or past the checkpoint of their generation: after a crash their records are read again. */
  dropFrom(checkpoints: ReadonlyMap<string, number>): Promise<void>
  /** Oldest first. What is added meanwhile is left out. */
  list(): AsyncGenerator<DeadLetter>
  find(id: string): Promise<DeadLetter | undefined>
  has(id: string): boolean
  readonly count: number
  /** Bytes the letters take on disk, without those taken out. */
  readonly bytes: number
  /** Milliseconds since 1970 at which the one waiting longest came; undefined: there is none. */
  readonly oldest: number | undefined
  close(): Promise<void>
}

const segmentBytes = 64 << 20
const suffix = '.letters'
/** What was taken out is swept from the disk when it is more than what is left, and at least this much. */
const sweepAfter = 1 << 20

interface Place {
  readonly segment: string
  readonly at: number
  readonly length: number
  readonly key: string
  readonly offset: number
  /** Milliseconds since 1970: when the letter first came. */
  readonly since: number
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
  if (!readOnly) await makeDurableDirectory(directory, 0o700)
  const places = new Map<string, Place>()
  let next = 1
  let file: FileHandle | undefined
  let path = ''
  let length = 0
  /** Bytes of letters that are in force, and of all segments. */
  let live = 0
  let total = 0
  let work: Promise<unknown> = Promise.resolve()

  const forget = (id: string): void => {
    live -= places.get(id)?.length ?? 0
    places.delete(id)
  }
  const take = (record: unknown, place: Pick<Place, 'segment' | 'at' | 'length'>): void => {
    const { dropped } = record as { dropped?: readonly string[] }
    if (dropped !== undefined) {
      for (const id of dropped) forget(id)
      return
    }
    const { id, key, offset, time } = record as DeadLetter
    const since = Math.min(places.get(id)?.since ?? Number.POSITIVE_INFINITY, Date.parse(time))
    // One that failed again keeps its turn.
    live += place.length - (places.get(id)?.length ?? 0)
    places.set(id, { ...place, key, offset, since })
  }

  const found = readOnly && !existsSync(directory) ? [] : await readdir(directory)
  const names = found.filter((name) => name.endsWith(suffix)).sort()
  for (const name of names) {
    next = Math.max(next, Number.parseInt(name, 10) + 1)
    const segment = join(directory, name)
    const bytes = await readFile(segment)
    total += bytes.length
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
    if (!readOnly && name === names.at(-1)) await fsyncFile(segment)
  }

  const append = async (records: readonly object[]): Promise<void> => {
    if (readOnly) throw new Error(`the dead letters in ${directory} are only read`)
    if (file === undefined || length > segmentBytes) {
      await file?.close()
      file = undefined
      path = join(directory, `${String(next++).padStart(8, '0')}${suffix}`)
      const fresh = await open(path, 'ax', 0o600)
      try {
        await fsyncDir(directory)
      } catch (error) {
        // Its name may never reach the disk, and all that is written to it would go with it.
        await fresh.close().catch(() => undefined)
        throw error
      }
      file = fresh
      length = 0
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
    total += bytes.length
  }
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const done = work.then(task)
    work = done.catch(() => undefined)
    return done
  }

  const readFrame = async ({ segment, at, length }: Place): Promise<DeadLetter | undefined> => {
    const handle = await open(segment, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    try {
      const read = await handle?.read(Buffer.allocUnsafe(length), 0, length, at)
      return read === undefined ? undefined : (decodeFrame(read.buffer, 0)?.record as DeadLetter | undefined)
    } finally {
      await handle?.close()
    }
  }
  /** Swept away under the reader's hands, a letter lies elsewhere. */
  const read = async (id: string): Promise<DeadLetter | undefined> => {
    for (let place = places.get(id), before: Place | undefined; place !== undefined && place !== before; ) {
      const letter = await readFrame(place)
      if (letter !== undefined) return letter
      before = place
      place = places.get(id)
    }
    return undefined
  }

  /**
   * Writes what is in force anew and removes the segments before, the oldest first: what takes a letter out lies in the
   * same segment as the letter or in a later one, so that a crash in between brings none back.
   */
  const sweep = async (): Promise<void> => {
    if (total - live < Math.max(sweepAfter, live) && !(places.size === 0 && total > 0)) return
    const old = (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort()
    await file?.close()
    file = undefined
    const before = total
    const ids = [...places.keys()]
    for (let first = 0; first < ids.length; first += 256) {
      const letters = await Promise.all(ids.slice(first, first + 256).map(read))
      await append(letters.filter((letter) => letter !== undefined))
    }
    for (const name of old) await rm(join(directory, name), { force: true })
    total -= before
  }
  const change = (records: readonly object[]): Promise<void> =>
    inTurn(async () => {
      await append(records)
      await sweep().catch((error: unknown) =>
        report(`what was taken out of ${directory} could not be removed from the disk: ${String(error)}`),
      )
    })

  return {
    add(batches) {
      const time = new Date().toISOString()
      const letters: DeadLetter[] = []
      for (const batch of batches)
        for (let row = 0; row < batch.count; row++)
          if (batch.outcome[row] === outcome.dead) letters.push(letterOf(batch, row, time))
      return letters.length === 0 ? Promise.resolve() : inTurn(() => append(letters))
    },
    replace: (letters) =>
      inTurn(async () => {
        const there = letters.filter(({ id }) => places.has(id))
        if (there.length > 0) await append(there)
      }),
    drop: async (ids) => {
      const dropped = ids.filter((id) => places.has(id))
      if (dropped.length > 0) await change([{ dropped }])
    },
    async dropFrom(checkpoints) {
      const dropped = [...places].flatMap(([id, { key, offset }]) =>
        offset >= (checkpoints.get(key) ?? 0) ? [id] : [],
      )
      if (dropped.length > 0) await change([{ dropped }])
    },
    async *list() {
      for (const id of [...places.keys()]) {
        const letter = await read(id)
        if (letter !== undefined) yield letter
      }
    },
    find: read,
    has: (id) => places.has(id),
    get count() {
      return places.size
    },
    get bytes() {
      return live
    },
    get oldest() {
      let first: number | undefined
      for (const { since } of places.values()) first = Math.min(first ?? since, since)
      return first
    },
    async close() {
      await work
      await file?.close()
      file = undefined
    },
  }
}
