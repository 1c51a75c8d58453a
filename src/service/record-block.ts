import type { Block, Origin } from '../event/block.ts'
import type { Arena } from '../memory/arena.ts'

/** A record that was read before, as text in UTF-8. */
export interface PastRecord {
  readonly text: Uint8Array
  readonly offset: number
  readonly length: number
  /** Bits of `Block.flag`. */
  readonly flag: number
}

/**
 * Records of one origin, read at one time, as the block they came from, with `spare` bytes behind the last text.
 * Undefined: no room in the arena.
 */
export const recordBlock = (
  arena: Arena,
  records: readonly PastRecord[],
  origin: Origin,
  readAt: number,
  spare = 0,
): Block | undefined => {
  const lease = arena.lease(records.reduce((sum, { text }) => sum + text.length, spare + 1))
  if (lease === undefined) return undefined
  let at = lease.start
  const start = new Uint32Array(records.length)
  const end = new Uint32Array(records.length)
  for (const [i, { text }] of records.entries()) {
    arena.bytes.set(text, at)
    start[i] = at
    at += text.length
    end[i] = at
  }
  return {
    arena,
    lease,
    count: records.length,
    start,
    end,
    from: Float64Array.from(records, ({ offset }) => offset),
    to: Float64Array.from(records, ({ offset, length }) => offset + length),
    flag: Uint8Array.from(records, ({ flag }) => flag),
    origin,
    readAt,
  }
}
