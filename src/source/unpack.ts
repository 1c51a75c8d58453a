import { read } from 'node:fs'
import { promisify } from 'node:util'
import { constants, crc32, createGunzip, createZstdDecompress } from 'node:zlib'
import type { Guard } from './generation.ts'
import { guardSize, headSize } from './identity.ts'

export type Packing = 'gzip' | 'zstd'

/** How a file is compressed, by its first bytes; undefined for what cannot be unpacked here, text among it. */
export const packingOf = (head: Uint8Array): Packing | undefined => {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd' : undefined
}

const readAt = promisify(read)
const pieceSize = 65_536

/**
 * The text of an open compressed file, piece by piece. Throws where it is damaged or ends too early; `lenient`: an
 * early end is an end. When it returns, nothing reads from `fd` any more.
 */
export async function* unpack(fd: number, packing: Packing, lenient = false): AsyncGenerator<Buffer> {
  const plain =
    packing === 'gzip'
      ? createGunzip(lenient ? { finishFlush: constants.Z_SYNC_FLUSH } : {})
      : createZstdDecompress(lenient ? { finishFlush: constants.ZSTD_e_flush } : {})
  const feed = async (): Promise<void> => {
    for (let at = 0; !plain.destroyed; ) {
      const piece = Buffer.allocUnsafe(pieceSize)
      const { bytesRead } = await readAt(fd, piece, 0, pieceSize, at)
      if (bytesRead === 0) return void plain.end()
      at += bytesRead
      if (plain.destroyed || plain.write(piece.subarray(0, bytesRead))) continue
      await new Promise<void>((resolve) => {
        plain.once('drain', resolve)
        plain.once('close', resolve)
      })
    }
  }
  const fed = feed().catch((error: Error) => void plain.destroy(error))
  try {
    for await (const piece of plain) yield piece as Buffer
  } finally {
    plain.destroy()
    await fed
  }
}

/** The first bytes of the text, up to 1 KiB; fewer where it is damaged or ends. */
export const unpackedHead = async (fd: number, packing: Packing): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of unpack(fd, packing, true)) {
      pieces.push(piece)
      length += piece.length
      if (length >= headSize) break
    }
  } catch {
    // What there is up to the damage tells what it is.
  }
  return Buffer.concat(pieces).subarray(0, headSize)
}

export interface Measured {
  /** Bytes of the text, as far as it can be unpacked. */
  readonly length: number
  /** False: it is damaged, or not written to its end yet. */
  readonly whole: boolean
  /** The guard of its end, and of each offset asked about that it reaches. */
  readonly end: Guard
  readonly guards: ReadonlyMap<number, Guard>
}

/** Reads a compressed file through once, without keeping its text. */
export const measure = async (fd: number, packing: Packing, offsets: Iterable<number>): Promise<Measured> => {
  const strict = await pass(fd, packing, offsets, false)
  return strict.whole ? strict : { ...(await pass(fd, packing, offsets, true)), whole: false }
}

const pass = async (fd: number, packing: Packing, offsets: Iterable<number>, lenient: boolean): Promise<Measured> => {
  const asked = [...new Set(offsets)].sort((a, b) => a - b)
  const guards = new Map<number, Guard>()
  let last: Buffer = Buffer.alloc(0)
  let length = 0
  let whole = true
  const guardOf = (bytes: Buffer, offset: number): Guard => ({
    offset,
    crc: crc32(bytes.subarray(Math.max(0, bytes.length - guardSize))),
  })
  try {
    for await (const piece of unpack(fd, packing, lenient)) {
      const bytes = Buffer.concat([last, piece])
      const start = length - last.length
      while (asked.length > 0 && asked[0]! <= length + piece.length) {
        const offset = asked.shift()!
        guards.set(offset, guardOf(bytes.subarray(0, offset - start), offset))
      }
      length += piece.length
      last = bytes.subarray(Math.max(0, bytes.length - guardSize))
    }
  } catch {
    whole = false
  }
  return { length, whole, end: guardOf(last, length), guards }
}
