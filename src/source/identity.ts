import { hash } from 'node:crypto'
import { type BigIntStats, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { Generation, Guard } from './generation.ts'

export const headSize = 1024
export const guardSize = 65_536

/** What tells files apart, read from an open handle. All reads are small and at once. */
export interface Identity {
  readonly device: string
  readonly inode: string
  readonly birth: number
}

export const idOf = ({ device, inode }: Pick<Identity, 'device' | 'inode'>): string => `${device}:${inode}`

export const identityOf = (stats: BigIntStats): Identity => ({
  device: String(stats.dev),
  inode: String(stats.ino),
  birth: Number(stats.birthtimeMs),
})

/** The key that every machine gives a file it shares with others: of its source, its inode and its first whole line. */
export const sharedKey = (source: string, inode: string, head: Buffer): string => {
  const end = head.indexOf(10)
  const line = end === -1 ? head : head.subarray(0, end)
  return hash('sha256', Buffer.concat([Buffer.from(`${source}\0${inode}\0`), line])).slice(0, 16)
}

/** Bytes [from, to) of a file, fewer where it ends. */
export const bytesAt = (fd: number, from: number, to: number): Buffer => {
  const bytes = Buffer.allocUnsafe(to - from)
  let length = 0
  while (length < bytes.length) {
    const read = readSync(fd, bytes, length, bytes.length - length, from + length)
    if (read === 0) break
    length += read
  }
  return bytes.subarray(0, length)
}

export const headOf = (fd: number): Buffer => bytesAt(fd, 0, headSize)

/** The guard of `offset` as the file is now; undefined when the file is shorter. */
export const guardAt = (fd: number, offset: number): Guard | undefined => {
  const bytes = bytesAt(fd, Math.max(0, offset - guardSize), offset)
  return bytes.length < Math.min(offset, guardSize) ? undefined : { offset, crc: crc32(bytes) }
}

export const holdsGuard = (fd: number, guard: Guard): boolean => guardAt(fd, guard.offset)?.crc === guard.crc

/** One head begins with the other, and neither is empty. */
export const sameHead = (a: Buffer, b: Buffer): boolean => {
  const length = Math.min(a.length, b.length)
  return length > 0 && a.subarray(0, length).equals(b.subarray(0, length))
}

/**
 * The rule of resuming: long enough, the head equal, and what lies before the offset equal. A head that was lost with a
 * damaged journal is not asked about.
 */
export const isGeneration = (fd: number, size: number, head: Buffer, generation: Generation, offset: number): boolean =>
  size >= Math.max(offset, generation.guard.offset, generation.head.length) &&
  (sameHead(head, generation.head) || (generation.head.length === 0 && generation.guard.offset > 0)) &&
  holdsGuard(fd, generation.guard)

/** Whether two open files agree in their first `length` bytes, judged by the head and the last 64 KiB before `length`. */
export const samePrefix = (a: number, b: number, length: number): boolean => {
  const head = Math.min(length, headSize)
  if (!bytesAt(a, 0, head).equals(bytesAt(b, 0, head))) return false
  const from = Math.max(0, length - guardSize)
  const tail = bytesAt(a, from, length)
  return tail.length === length - from && tail.equals(bytesAt(b, from, length))
}
