import type { Block, Origin } from '../event/block.ts'
import { absent } from '../event/column.ts'
import type { Envelope, Wrapping } from '../event/envelope.ts'
import type { Arena } from '../memory/arena.ts'
import type { Around } from '../source/envelope/unwrap-record.ts'

/** A record that was read before, as text in UTF-8. */
export interface PastRecord {
  readonly text: Uint8Array
  readonly offset: number
  readonly length: number
  /** Bits of `Block.flag`. */
  readonly flag: number
  /** Where it came in an envelope. */
  readonly around?: Around
}

/** What was around the records; their notes are written behind the block's texts. */
const wrappingOf = ({ arena, end, count }: Block, records: readonly PastRecord[], envelope: Envelope): Wrapping => {
  const around = records.map((record) => record.around!)
  const streams = [...new Set(around.map(({ stream }) => stream))]
  const note = { start: new Uint32Array(count).fill(absent), end: new Uint32Array(count).fill(absent) }
  let at = end[count - 1]!
  for (const [i, { note: bytes }] of around.entries()) {
    if (bytes === undefined) continue
    arena.bytes.set(bytes, at)
    note.start[i] = at
    at += bytes.length
    note.end[i] = at
  }
  return {
    envelope,
    streams,
    code: Uint32Array.from(around, ({ stream }) => streams.indexOf(stream)),
    note,
    ms: Float64Array.from(around, ({ ms }) => ms),
    ns: Uint32Array.from(around, ({ ns }) => ns),
    digits: Uint8Array.from(around, ({ digits }) => digits),
  }
}

/**
 * Records of one origin, read at one time, as the block they came from. `envelope`: what all of them came in. Undefined:
 * no room in the arena.
 */
export const recordBlock = (
  arena: Arena,
  records: readonly PastRecord[],
  origin: Origin,
  readAt: number,
  envelope?: Envelope,
): Block | undefined => {
  const lease = arena.lease(
    records.reduce((sum, { text, around }) => sum + text.length + (around?.note?.length ?? 0), 1),
  )
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
  const block: Block = {
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
  return envelope === undefined ? block : { ...block, wrapping: wrappingOf(block, records, envelope) }
}
