import { type Block, flags } from '../event/block.ts'
import type { Framing, LineReader } from '../event/framing.ts'
import type { Arena } from '../memory/arena.ts'
import { bomOf, decodeLine, type Encoding, unitOf } from './decode.ts'
import { encodingOf } from './encoding.ts'
import { noEnvelope } from './envelope/blocks.ts'
import type { Followed, LongRecord } from './followed.ts'
import { guardAt, holdsGuard } from './identity.ts'
import { cutLines, holeOf, type Lines, lineEnd } from './lines.ts'
import { characterEnd, cutRecords, makeBlock, type Records } from './records.ts'
import { moveTo, readAt, readWindow } from './window.ts'

/** What reading needs besides the file; one for each source, its arrays reused. */
export interface Desk {
  readonly arena: Arena
  /** Undefined: each file's own, see `encodingOf`. */
  readonly encoding: Encoding | undefined
  readonly blockBytes: number
  readonly lines: Lines
  readonly records: Records
  /** An open file still begins as it did, where that must be asked. */
  readonly isStill: (file: Followed) => boolean
  /** For looking through records that do not fit the window. */
  scan: Buffer
  /** The other blocks of the stretch whose first was handed out. */
  readonly queued: Block[]
}

/** Whether what stands at the end of the file is taken as it is. */
export interface Ending {
  /** A last line without its line end is a line. */
  readonly line: boolean
  /** A joined record that no next one ended is a record. */
  readonly record: boolean
  /** Bits for the record so ended. */
  readonly flag: number
}
export const openEnd: Ending = { line: false, record: false, flag: 0 }

/**
 * A block; `again`: went on without one; `wait`: nothing can be handed out until the file grows; `full`: no room in
 * the arena; `replaced`: these are not the bytes that were there before.
 */
export type Step = Block | 'again' | 'wait' | 'full' | 'replaced'

export const windowOf = (blockBytes: number, encoding: Encoding, { maxBytes }: Framing): number => {
  const whole = maxBytes * (encoding === 'utf-8' || encoding === 'latin1' ? 1 : 2) + 64
  const window = Math.max(blockBytes, whole)
  return window + (window % 2)
}
const decodes = (encoding: Encoding): boolean => encoding !== 'utf-8'

/** Reads on from `file.offset` up to `stop`, where `ending` says what becomes of the rest. The file is open and has a framing. */
export const readOn = async (desk: Desk, file: Followed, stop: number, ending: Ending, now: number): Promise<Step> => {
  if (file.long !== undefined) return readLong(desk, file, stop, ending, now)
  const { arena } = desk
  const encoding = encodingOf(desk.encoding, file)
  const framing = file.framing!
  const most = windowOf(desk.blockBytes, encoding, framing)
  const length = Math.min(most, stop - file.offset)
  const read = await readWindow(arena, file, length, decodes(encoding) ? length * 3 : 0, desk.isStill)
  if (typeof read === 'string') return read
  const { lease, text, area } = read
  let kept = false
  try {
    let { end } = read
    const whole = read.whole && file.offset + length === stop
    if (!whole && unitOf(encoding) === 2) end -= (end - text) % 2
    const bom = file.offset === 0 ? bomOf(arena.node.subarray(text, Math.min(end, text + 4)), encoding) : 0
    const offset = file.offset + bom
    const window = { arena, start: text + bom, end, offset, encoding, area }
    cutLines(window, whole && ending.line, desk.lines)
    const cut = cutRecords(
      arena.bytes,
      desk.lines,
      offset,
      framing,
      whole && ending.record,
      whole ? ending.flag : 0,
      desk.records,
    )
    file.pendingLines = cut.pendingLines
    if (desk.records.count === 0) {
      if (cut.consumed > offset || (bom > 0 && (end - text > bom || (whole && ending.line)))) {
        file.mark.between += bom + cut.behind
        moveTo(file, cut.consumed, read, arena)
        return 'again'
      }
      if (length < most || !read.whole) return 'wait'
      const hole = holeOf(arena.node.subarray(text + bom, end), encoding)
      if (hole > 0) {
        file.mark.between += bom + hole
        moveTo(file, offset + hole, read, arena)
        return 'again'
      }
      file.long = { reader: framing.begin(), at: file.offset, midLine: false, ended: undefined, lines: 0, told: [] }
      return 'again'
    }
    const options = {
      origin: file.origin,
      readAt: now,
      maxBytes: framing.maxBytes,
      valid: decodes(encoding) || undefined,
      translate: framing.translate,
      ahead: { begin: file.mark.told, between: file.mark.between + bom + cut.between },
    }
    const to = desk.records.to[desk.records.count - 1]!
    const block = makeBlock(arena, lease, desk.records, options)
    if (block === undefined) return 'full'
    kept = true
    Object.assign(file.mark, { told: to, between: cut.behind })
    moveTo(file, cut.consumed, read, arena)
    file.handedOut.push({ to, guard: file.guard })
    return block
  } finally {
    if (!kept) lease.release()
  }
}

/** One step through a record larger than the window; its text is read when its end is known. */
const readLong = async (desk: Desk, file: Followed, stop: number, ending: Ending, now: number): Promise<Step> => {
  const framing = file.framing!
  const long = file.long!
  // Its lines were told: the reader must not be told them again.
  if (long.ended !== undefined) return takeLong(desk, file, long.ended.to, long.ended.flag, now)
  const encoding = encodingOf(desk.encoding, file)
  const window = windowOf(desk.blockBytes, encoding, framing)
  const cap = decodes(encoding) ? framing.maxBytes * 2 : framing.maxBytes
  if (!holdsGuard(file.fd!, file.guard)) return 'replaced'
  if (desk.scan.length < window) desk.scan = Buffer.allocUnsafe(window)
  const { bytesRead } = await readAt(file.fd!, desk.scan, 0, Math.min(desk.scan.length, stop - long.at), long.at)
  const odd = unitOf(encoding) === 2 && !ending.line ? bytesRead % 2 : 0
  const view = desk.scan.subarray(0, bytesRead - odd)
  const atEnd = long.at + bytesRead >= stop
  let at = 0
  let found = -1
  while (at < view.length && found === -1) {
    const next = lineEnd(view, at, encoding)
    const lineStop = next === -1 ? view.length : next
    if (long.midLine) {
      long.midLine = next === -1
      long.reader.more?.(lineStop - at)
      if (next !== -1 && !framing.joins) found = next
      at = lineStop
      continue
    }
    if (next === -1 && lineStop - at < cap && !(atEnd && ending.line)) break
    const starts = framing.joins && tell(encoding, long, view.subarray(at, lineStop), framing.maxBytes, long.at + at)
    if (starts !== false && long.lines > 0)
      return takeLong(desk, file, typeof starts === 'number' ? beganAt(long, starts + 1) : long.at + at, 0, now)
    if (next === -1 || !isEmpty(view.subarray(at, next), encoding)) long.lines++
    long.midLine = next === -1
    if (next !== -1 && !framing.joins) found = next
    at = lineStop
  }
  if (found !== -1) return takeLong(desk, file, long.at + found, 0, now)
  long.at += at
  if (!atEnd) return 'again'
  file.pendingLines = framing.joins && !long.midLine
  const ended = long.at >= stop ? ending.line || (ending.record && !long.midLine) : ending.record
  if (!ended) return 'wait'
  const back = long.reader.left?.() ?? 0
  return back > 0 ? takeLong(desk, file, beganAt(long, back), 0, now) : takeLong(desk, file, long.at, ending.flag, now)
}

/** Where the line begins that was told `back` lines before the next one; the oldest known where it was forgotten. */
const beganAt = ({ told }: LongRecord, back: number): number => told.at(-back) ?? told[0]!

/** So many lines are remembered at least. */
const mostTold = 4096

/** A line, with its end, that holds nothing: it makes no record one of several lines. */
const isEmpty = (line: Buffer, encoding: Encoding): boolean =>
  line.length <= 2 * unitOf(encoding) && /^\r?\n$/.test(decodeLine(line, encoding).text)

const tell = (
  encoding: Encoding,
  { reader, told }: LongRecord,
  raw: Buffer,
  cap: number,
  offset: number,
): ReturnType<LineReader['starts']> => {
  if (told.push(offset) > 2 * mostTold) told.splice(0, mostTold)
  const line = decodes(encoding) ? Buffer.from(decodeLine(raw, encoding).text) : raw
  let end = line.length
  if (end > 0 && line[end - 1] === 10) end--
  if (end > 0 && line[end - 1] === 13) end--
  return reader.starts(line, 0, Math.min(end, cap), raw.length)
}

/** The record [offset, to) as a block of one: its first bytes, cut. */
const takeLong = async (desk: Desk, file: Followed, to: number, flag: number, now: number): Promise<Step> => {
  const { arena, records } = desk
  file.long!.ended = { to, flag }
  const encoding = encodingOf(desk.encoding, file)
  const framing = file.framing!
  const window = windowOf(desk.blockBytes, encoding, framing)
  const whole = to - file.offset <= window
  const length = whole ? to - file.offset : window
  const lease = arena.lease(decodes(encoding) ? length * 4 : length)
  if (lease === undefined) return 'full'
  let got = 0
  while (got < length) {
    const { bytesRead } = await readAt(file.fd!, arena.bytes, lease.start + got, length - got, file.offset + got)
    if (bytesRead === 0) break
    got += bytesRead
  }
  const guard = guardAt(file.fd!, to)
  if (got < length || guard === undefined) {
    lease.release()
    return 'replaced'
  }
  const bom = file.offset === 0 ? bomOf(arena.node.subarray(lease.start, lease.start + 4), encoding) : 0
  let start = lease.start + bom
  let end = lease.start + length
  let bad = 0
  if (decodes(encoding)) {
    const { text, valid } = decodeLine(arena.node.subarray(start, end), encoding)
    // A window may end inside a character, which is then cut off with the rest.
    bad = valid || !whole ? 0 : flags.invalidUtf8
    start = lease.start + length
    end = start + arena.node.write(text, start)
  }
  if (whole && framing.translate !== undefined) end -= arena.bytes[end - 1] === 10 ? 1 : 0
  else if (whole) while (end > start && (arena.bytes[end - 1] === 10 || arena.bytes[end - 1] === 13)) end--
  const tooLong = !whole || end - start > framing.maxBytes
  records.count = 1
  records.lined = false
  records.start[0] = start
  records.end[0] =
    tooLong && end - start > framing.maxBytes ? characterEnd(arena.bytes, start, start + framing.maxBytes) : end
  records.from[0] = file.offset + bom
  records.to[0] = to
  records.flag[0] = (tooLong ? flags.truncated : 0) | (file.long!.lines > 1 ? flags.multiline : 0) | bad | flag
  const options = {
    origin: file.origin,
    readAt: now,
    maxBytes: framing.maxBytes,
    valid: decodes(encoding) || undefined,
    translate: framing.translate,
    ahead: { begin: file.mark.told, between: file.mark.between + bom },
  }
  const block = makeBlock(arena, lease, records, options)
  if (block === undefined) {
    lease.release()
    return 'full'
  }
  const { wrapped } = framing
  Object.assign(file.mark, { told: to, between: 0 })
  file.offset = to
  file.guard = guard
  file.long = undefined
  file.pendingLines = false
  file.handedOut.push({ to, guard })
  return wrapped === undefined ? block : { ...block, failure: noEnvelope(wrapped.envelope) }
}
