import { isUtf8 } from 'node:buffer'
import { type Ahead, type Block, flags, type Origin } from '../event/block.ts'
import type { Framing, LineReader } from '../event/framing.ts'
import type { Arena, Lease } from '../memory/arena.ts'
import type { Lines } from './lines.ts'
import { translateRecords } from './translate-records.ts'

const cr = 13

/** Records of one window, in arrays that are reused until a block is made of them. */
export interface Records {
  count: number
  start: Uint32Array
  end: Uint32Array
  from: Float64Array
  to: Float64Array
  flag: Uint8Array
  /** See `Block`. */
  lined: boolean
}

export const sizedRecords = (capacity: number): Records => ({
  count: 0,
  start: new Uint32Array(capacity),
  end: new Uint32Array(capacity),
  from: new Float64Array(capacity),
  to: new Float64Array(capacity),
  flag: new Uint8Array(capacity),
  lined: false,
})

export const createRecords = (): Records => sizedRecords(4096)

/** A block holds at most this many records, so that what is made of them is bounded where lines are very short. */
export const mostRecords = 65_536

/** What is cut from lines. */
export interface Cut {
  /** Offset up to which the window is used up: behind the last record and the empty lines after it. */
  readonly consumed: number
  /** Whole lines are left that a record may still be made of. */
  readonly pendingLines: boolean
  /** Bytes of separators: before the last record, and behind it up to `consumed`. */
  readonly between: number
  readonly behind: number
}

/**
 * Groups lines into records, each from its first character to behind its last line end. Empty lines between records
 * (blank ones too: none begins a record), lines the framing puts between them, and NUL bytes before one belong to
 * none: they are separators, the bytes between one record's `to` and the next one's `from`. Empty lines behind the last
 * line of a joined record are covered by it but no part of its text. `final`: the last record is ended although no next
 * one has begun, and gets the bits `ended`.
 */
export const cutRecords = (
  bytes: Uint8Array,
  lines: Lines,
  offset: number,
  framing: Framing,
  final: boolean,
  ended: number,
  records: Records,
): Cut => {
  records.count = 0
  if (records.start.length < lines.count) Object.assign(records, sizedRecords(lines.start.length))
  records.lined = true
  return framing.joins
    ? cutJoined(bytes, lines, offset, framing, final, ended, records)
    : cutEach(bytes, lines, offset, framing.maxBytes, ended, records)
}

/** Whether a line holds nothing but blanks and tabs; most do not begin with one. */
const isBlank = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
  return at === end
}

const cutEach = (
  bytes: Uint8Array,
  lines: Lines,
  offset: number,
  maxBytes: number,
  ended: number,
  records: Records,
): Cut => {
  let from = offset
  let count = 0
  let between = 0
  let behind = 0
  for (let i = 0; i < lines.count && count < mostRecords; i++) {
    const start = lines.start[i]! + lines.hole[i]!
    const end = lines.end[i]!
    const to = lines.to[i]!
    if (end > start && !isBlank(bytes, start, end)) {
      const tooLong = end - start > maxBytes
      records.start[count] = start
      records.end[count] = tooLong ? characterEnd(bytes, start, start + maxBytes) : end
      records.from[count] = from + lines.hole[i]!
      records.to[count] = to
      records.flag[count++] = (tooLong ? flags.truncated : 0) | (lines.bad[i]! === 1 ? flags.invalidUtf8 : 0)
      between += behind + lines.hole[i]!
      behind = 0
    } else behind += to - from
    from = to
  }
  if (ended !== 0 && count > 0 && from === lines.to[lines.count - 1]) records.flag[count - 1]! |= ended
  records.count = count
  return { consumed: from, pendingLines: false, between, behind }
}

const cutJoined = (
  bytes: Uint8Array,
  lines: Lines,
  offset: number,
  framing: Framing,
  final: boolean,
  ended: number,
  records: Records,
): Cut => {
  const { maxBytes } = framing
  const entire = framing.translate !== undefined
  let reader = framing.begin()
  let first = -1
  let last = -1
  let from = offset
  let text = 0
  let bad = 0
  let count = 0
  let between = 0
  let behind = 0
  const push = (to: number, ending: number): void => {
    const start = text
    // A record that is no text ends in any byte, though it looks like one of the line end.
    const end = lines.end[last]! + (entire && bytes[lines.end[last]!] === cr ? 1 : 0)
    const tooLong = end - start > maxBytes
    between += behind
    behind = 0
    records.start[count] = start
    records.end[count] = tooLong ? characterEnd(bytes, start, start + maxBytes) : end
    records.from[count] = from
    records.to[count] = to
    records.flag[count++] = (tooLong ? flags.truncated : 0) | (last > first ? flags.multiline : 0) | bad | ending
  }
  // Made once, not for each line: a long statement has thousands.
  const isBetween = (start: number, end: number, size: number): boolean => {
    reader = framing.begin()
    return reader.starts(bytes, start, Math.min(end, start + maxBytes), size) === 'between'
  }
  let at = offset
  for (let i = 0; i < lines.count || (first !== -1 && final); at = lines.to[i++]!) {
    if (count === mostRecords) {
      records.count = count
      return { consumed: first === -1 ? at : from, pendingLines: true, between, behind }
    }
    let told = false
    if (first !== -1) {
      const starts =
        i < lines.count ? tell(reader, bytes, lines, i, maxBytes, lines.to[i]! - at) : (reader.left?.() ?? 0)
      if (starts === false) {
        if (entire || lines.end[i]! > lines.start[i]!) last = i
        if (lines.bad[i] === 1) bad = flags.invalidUtf8
        continue
      }
      const back = typeof starts === 'number' ? starts : 0
      if (back > 0) {
        i -= back
        last = i - 1
        at = lines.to[last]!
      }
      push(at, i === lines.count && reader.isWhole?.() !== true ? ended : 0)
      first = -1
      if (i === lines.count) break
      if (starts === 'between') {
        behind += lines.to[i]! - at
        continue
      }
      told = back === 0 && lines.hole[i] === 0
    }
    const start = lines.start[i]! + lines.hole[i]!
    const end = lines.end[i]!
    const isNone = end === start || (!entire && isBlank(bytes, start, end))
    if (isNone || (!told && isBetween(start, end, lines.to[i]! - at))) {
      behind += lines.to[i]! - at
      continue
    }
    behind += lines.hole[i]!
    first = last = i
    from = at + lines.hole[i]!
    text = start
    bad = lines.bad[i] === 1 ? flags.invalidUtf8 : 0
  }
  if (first !== -1 && count < mostRecords && reader.isWhole?.() === true) {
    push(at, 0)
    first = -1
  }
  records.count = count
  return { consumed: first === -1 ? at : from, pendingLines: first !== -1, between, behind }
}

const tell = (reader: LineReader, bytes: Uint8Array, lines: Lines, i: number, maxBytes: number, size: number) => {
  const start = lines.start[i]!
  return reader.starts(bytes, start, Math.min(lines.end[i]!, start + maxBytes), size)
}

/** The end of the last whole character of [start, end), for text that goes on behind `end`. */
export const characterEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end
  for (let back = 0; back < 3 && at > start && (bytes[at]! & 0xc0) === 0x80; back++) at--
  return (bytes[at]! & 0xc0) === 0x80 ? end : at
}

/** Leases that go back together. */
export const joinLeases = (leases: readonly [Lease, ...Pick<Lease, 'release'>[]]): Lease => ({
  start: leases[0].start,
  end: leases[0].end,
  release() {
    for (const lease of leases) lease.release()
  },
})

/**
 * Makes a block of records whose text lies in `lease`, which the block takes over; what was no UTF-8 is rewritten
 * with U+FFFD; `valid`: whether all text is known to be UTF-8, undefined where it lies in one piece to be looked at. Undefined when the arena has no room: `lease` stays the caller's.
 */
export const makeBlock = (
  arena: Arena,
  lease: Lease,
  records: Records,
  options: {
    readonly origin: Origin
    readonly readAt: number
    readonly maxBytes: number
    readonly valid: boolean | undefined
    readonly translate: Framing['translate']
    readonly ahead: Ahead
  },
): Block | undefined => {
  const { count } = records
  const columns = arena.lease(count * 25 + 8)
  if (columns === undefined) return undefined
  const leases: [Lease, ...Pick<Lease, 'release'>[]] = [lease, columns]
  const { start: at } = columns
  const block: Block = {
    arena,
    lease: joinLeases(leases),
    count,
    from: new Float64Array(arena.buffer, at, count),
    to: new Float64Array(arena.buffer, at + count * 8, count),
    start: new Uint32Array(arena.buffer, at + count * 16, count),
    end: new Uint32Array(arena.buffer, at + count * 20, count),
    flag: new Uint8Array(arena.buffer, at + count * 24, count),
    lined: records.lined && options.translate === undefined,
    origin: options.origin,
    readAt: options.readAt,
    ahead: options.ahead,
  }
  block.from.set(records.from.subarray(0, count))
  block.to.set(records.to.subarray(0, count))
  block.start.set(records.start.subarray(0, count))
  block.end.set(records.end.subarray(0, count))
  block.flag.set(records.flag.subarray(0, count))
  let translated = 0
  if (options.translate !== undefined) {
    const translation = translateRecords(arena, block, options.translate)
    if (translation === 'full') {
      columns.release()
      return undefined
    }
    leases.push(translation.texts)
    translated = translation.rows
  }
  // Translated text is UTF-8, and does not lie between the others'.
  const {
    valid = translated === count ||
      (translated === 0 && isUtf8(arena.bytes.subarray(block.start[0], block.end[count - 1]))),
  } = options
  if (valid) return block
  const rewritten = rewrite(arena, block, options.maxBytes)
  if (rewritten === undefined) {
    for (const one of leases.slice(1)) one.release()
    return undefined
  }
  leases.push(rewritten)
  return block
}

/** Replaces the text of records that are no UTF-8; U+FFFD takes three bytes for at least one. */
const rewrite = (arena: Arena, { count, start, end, flag }: Block, maxBytes: number): Lease | undefined => {
  let size = 0
  // A translated record may say that it was no UTF-8, and is now.
  const rows: number[] = []
  for (let i = 0; i < count; i++) {
    if (isUtf8(arena.bytes.subarray(start[i], end[i]))) continue
    flag[i]! |= flags.invalidUtf8
    rows.push(i)
    size += (end[i]! - start[i]!) * 3
  }
  const lease = arena.lease(size)
  if (lease === undefined) return undefined
  let at = lease.start
  for (const i of rows) {
    const written = arena.node.write(arena.node.toString('utf8', start[i], end[i]), at)
    start[i] = at
    end[i] = written > maxBytes ? characterEnd(arena.bytes, at, at + maxBytes) : at + written
    if (written > maxBytes) flag[i]! |= flags.truncated
    at += written
  }
  return lease
}
