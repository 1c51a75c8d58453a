import { read } from 'node:fs'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import type { Arena, Lease } from '../memory/arena.ts'
import type { Followed } from './followed.ts'
import { guardSize } from './identity.ts'

export const readAt = promisify(read)

/** Bytes of a file in the arena, from its offset on; what lay before it too, for the guard. */
export interface FileWindow {
  readonly lease: Lease
  /** Addresses: of the byte at the offset, behind the last byte read, and of the room behind. */
  readonly text: number
  readonly end: number
  readonly area: number
  /** As many bytes as asked for were there. */
  readonly whole: boolean
}

/**
 * Reads `length` bytes from the offset of an open file, with `area` bytes of room behind. `replaced`: what lies before
 * the offset is not what was read there. The lease is the caller's.
 */
export const readWindow = async (
  arena: Arena,
  file: Followed,
  length: number,
  area: number,
  isStill: (file: Followed) => boolean,
): Promise<FileWindow | 'full' | 'replaced'> => {
  const before = Math.min(file.offset, guardSize)
  const room = before + length
  const lease = arena.lease(room + area)
  if (lease === undefined) return 'full'
  try {
    let got = 0
    while (got < room) {
      const at = file.offset - before + got
      const { bytesRead } = await readAt(file.fd!, arena.bytes, lease.start + got, room - got, at)
      if (bytesRead === 0) break
      got += bytesRead
    }
    const text = lease.start + before
    const isSame = got >= before && crc32(arena.node.subarray(lease.start, text)) === file.guard.crc
    // Near its start the guard tells little or nothing of a file that was rewritten while it was read.
    if (isSame && isStill(file))
      return { lease, text, end: lease.start + got, area: lease.start + room, whole: got === room }
  } catch (error) {
    lease.release()
    throw error
  }
  lease.release()
  return 'replaced'
}

/** Moves the offset within a window, and the guard with it. */
export const moveTo = (file: Followed, offset: number, { lease, text }: FileWindow, arena: Arena): void => {
  const address = text + (offset - file.offset)
  file.guard = { offset, crc: crc32(arena.node.subarray(Math.max(lease.start, address - guardSize), address)) }
  file.offset = offset
}
