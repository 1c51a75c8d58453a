import { copyFile, type FileHandle, open, readFile, rm, stat } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { readIdentities } from './identities.ts'

/** Bytes of an entry in `.sums`: length of a piece and its CRC-32, little-endian. */
export const sumSize = 8

const nameForm = /^\d{15}\.spool$/
export const isSegment = (name: string): boolean => nameForm.test(name)
export const segmentName = (number: number): string => `${String(number).padStart(15, '0')}.spool`
/** What lies beside a segment: `sums`, `ids`, `from`. */
export const besides = (path: string, kind: 'sums' | 'ids' | 'from'): string => path.replace(/\.spool$/, `.${kind}`)

/** What a segment holds of what was written to it. */
export interface SegmentState {
  readonly size: number
  /** Bytes up to the end of the last sound piece, and how many pieces that are. */
  readonly length: number
  readonly pieces: number
  /** Pieces before that which do not agree with their sums. */
  readonly damaged: readonly { readonly piece: number; readonly from: number; readonly to: number }[]
}

const window = 1 << 20

/** CRC-32 of [from, to) of a file, begun with `crc`; undefined where it is shorter. */
const sumOf = async (file: FileHandle, from: number, to: number, scratch: Buffer): Promise<number | undefined> => {
  let crc = 0
  for (let at = from; at < to; ) {
    const { bytesRead } = await file.read(scratch, 0, Math.min(scratch.length, to - at), at)
    if (bytesRead === 0) return undefined
    crc = crc32(scratch.subarray(0, bytesRead), crc)
    at += bytesRead
  }
  return crc
}

/** The CRC of a piece covers its bytes and, where it has any, the identities kept beside it: neither counts without the other. */
export const sumWith = (crc: number, identities: Uint8Array | undefined): number =>
  identities === undefined ? crc : crc32(identities, crc)

const identitiesOf = async (path: string): Promise<ReadonlyMap<number, Uint8Array>> =>
  new Map((await readIdentities(besides(path, 'ids'))).map(({ piece, bytes }) => [piece, bytes]))

/** Holds a segment against its sums. */
export const checkSegment = async (path: string): Promise<SegmentState> => {
  const { size } = await stat(path)
  const sums = await readFile(besides(path, 'sums')).catch(() => Buffer.alloc(0))
  const identities = await identitiesOf(path)
  const scratch = Buffer.allocUnsafe(Math.min(window, Math.max(size, 1)))
  const damaged: { piece: number; from: number; to: number }[] = []
  let length = 0
  let sound = 0
  let soundAt = 0
  const file = await open(path, 'r')
  try {
    for (let piece = 0; (piece + 1) * sumSize <= sums.length; piece++) {
      const to = length + sums.readUInt32LE(piece * sumSize)
      // Beyond it nothing can be told: the length itself is wrong, or the file was cut.
      if (to > size) break
      const crc = await sumOf(file, length, to, scratch)
      if (crc !== undefined && sumWith(crc, identities.get(piece)) === sums.readUInt32LE(piece * sumSize + 4)) {
        sound = piece + 1
        soundAt = to
      } else damaged.push({ piece, from: length, to })
      length = to
    }
  } finally {
    await file.close()
  }
  return { size, length: soundAt, pieces: sound, damaged: damaged.filter(({ to }) => to <= soundAt) }
}

/**
 * Keeps a damaged segment whole as `copy`, and puts line ends where the damage is, so that what lies behind it keeps its
 * place and is read. Its sums then say so.
 */
export const quarantine = async (path: string, copy: string, { damaged }: SegmentState): Promise<void> => {
  await copyFile(path, copy)
  const identities = await identitiesOf(path)
  const file = await open(path, 'r+')
  const sums = await open(besides(path, 'sums'), 'r+')
  try {
    for (const { piece, from, to } of damaged) {
      const blank = Buffer.alloc(Math.min(window, to - from), '\n')
      let crc = 0
      for (let at = from; at < to; at += blank.length) {
        const part = blank.subarray(0, Math.min(blank.length, to - at))
        await file.write(part, 0, part.length, at)
        crc = crc32(part, crc)
      }
      const sum = Buffer.alloc(4)
      sum.writeUInt32LE(sumWith(crc, identities.get(piece)))
      await sums.write(sum, 0, sum.length, piece * sumSize + 4)
    }
    await file.sync()
    await sums.sync()
  } finally {
    await file.close()
    await sums.close()
  }
}

/** Removes a segment; its identities stay. */
export const removeSegment = async (path: string): Promise<void> => {
  await rm(path, { force: true })
  await rm(besides(path, 'sums'), { force: true })
  await rm(besides(path, 'from'), { force: true })
}
