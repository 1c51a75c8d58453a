import { isUtf8 } from 'node:buffer'
import { absent } from '../../event/column.ts'
import type { Wrapped } from '../../event/framing.ts'
import type { Arena } from '../../memory/arena.ts'
import type { Lines } from '../lines.ts'
import {
  type Area,
  endStream,
  type Finish,
  openFrom,
  openStream,
  type Place,
  type Stream,
  takePiece,
} from './joining.ts'
import { noUnwrapped } from './payload.ts'

/** A record of a stream, or a line that is no envelope (`stream` undefined). */
export interface WrappedRecord extends Place {
  readonly stream: Stream | undefined
  readonly start: number
  readonly end: number
  readonly lines: number
  readonly flushed: boolean
}

/**
 * The records that the store holds already of a file that is resumed: where each begins and ends; and by stream, where
 * the one ends that the offset lies in.
 */
export interface Held {
  readonly spans: ReadonlyMap<number, number>
  readonly until: ReadonlyMap<string, number>
}

export interface WrappedCut {
  /** Records in the order of `from`, none of which another record of the file reaches over. */
  readonly records: readonly WrappedRecord[]
  /** Offset up to which the window is used up: no record lies across it. */
  readonly consumed: number
  /** A record is under way that may go on. */
  readonly pending: boolean
  /** Lines before `consumed` were passed over because the store holds them. */
  readonly passed: boolean
  /** As `Held` has it, at `consumed`. */
  readonly until: ReadonlyMap<string, number>
  /** All text is valid UTF-8. */
  readonly valid: boolean
}

export interface WrappedWindow {
  readonly arena: Arena
  readonly lines: Lines
  /** Offset of the first line. */
  readonly offset: number
  readonly wrapped: Wrapped
  readonly held: Held | undefined
  /** Room for three times the window's bytes: decoded, joined to lines, joined to records. */
  readonly area: number
  /** Everything under way is ended; `flag`: because nothing came for a while. */
  readonly final: boolean
  readonly flushed: boolean
  /** Something has to be handed out: records are ended, the oldest first, until there is. */
  readonly forced: boolean
  readonly flushAfter: number
  readonly mostRecords: number
}

/** So many bytes of the file are shown to whoever tells the format of a stream. */
const sampleBytes = 65_536

const isBlank = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
  return at === end
}

/**
 * Takes the envelopes off the lines of a window and joins what they hold, stream by stream. Records of different streams
 * interleave; what is handed out ends at an offset that no record lies across, so that the checkpoint stays one number.
 * The rest is read again. A record waits no longer than `flushAfter` by the envelopes' own times for what comes next in
 * its stream.
 */
export const cutWrapped = (window: WrappedWindow): WrappedCut => {
  const { arena, lines, wrapped, held, flushAfter } = window
  const { bytes } = arena
  const area: Area = { at: window.area }
  const streams = new Map<string, Stream>()
  const records: WrappedRecord[] = []
  const finish: Finish = (stream, place, start, end, count, flushed) => {
    const { from, to, ms, ns, digits, noteStart, noteEnd } = place
    records.push({ stream, from, to, ms, ns, digits, noteStart, noteEnd, start, end, lines: count, flushed })
  }
  const end = (stream: Stream, flushed: boolean): void => endStream(bytes, area, stream, flushed, finish)

  let dueAt = Number.POSITIVE_INFINITY
  /** Ends what other streams left open too long before `now`. */
  const endOverdue = (now: number, except: Stream): void => {
    dueAt = Number.POSITIVE_INFINITY
    for (const stream of streams.values()) {
      if (openFrom(stream) === Number.POSITIVE_INFINITY) continue
      if (stream !== except && now - stream.lastMs > flushAfter) end(stream, true)
      else if (stream.lastMs + flushAfter < dueAt) dueAt = stream.lastMs + flushAfter
    }
  }

  const lastEnd = lines.count === 0 ? 0 : lines.end[lines.count - 1]!
  let passedFrom = Number.POSITIVE_INFINITY
  /** Held records: the stream of each, where it begins and ends. */
  const found: (readonly [stream: string, from: number, to: number])[] = []
  for (const [stream, to] of held?.until ?? []) found.push([stream, window.offset, to])
  const until = new Map(held?.until)
  let at = window.offset
  const piece = noUnwrapped()
  for (let i = 0; i < lines.count; i++) {
    const lineStart = lines.start[i]! + lines.hole[i]!
    const lineEnd = lines.end[i]!
    const from = at + lines.hole[i]!
    const to = lines.to[i]!
    at = to
    if (isBlank(bytes, lineStart, lineEnd)) continue
    if (!wrapped.envelope.unwrap(bytes, lineStart, lineEnd, area.at, piece)) {
      if (held?.spans.has(from) === true) passedFrom = Math.min(passedFrom, from)
      else
        records.push({
          stream: undefined,
          from,
          to,
          ms: Number.NaN,
          ns: 0,
          digits: 0,
          noteStart: absent,
          noteEnd: absent,
          start: lineStart,
          end: lineEnd,
          lines: 1,
          flushed: false,
        })
      continue
    }
    // Decoded text is kept; text in the line itself takes nothing.
    if (piece.start === area.at) area.at = piece.end
    const { stream: name } = piece
    let stream = streams.get(name)
    if (stream === undefined) {
      const sample = (): Uint8Array => bytes.slice(lineStart, Math.min(lineStart + sampleBytes, lastEnd))
      stream = openStream(name, streams.size, wrapped.of(name, sample))
      streams.set(name, stream)
    }
    if (held !== undefined) {
      const span = held.spans.get(from)
      if (span !== undefined) {
        found.push([name, from, span])
        until.set(name, Math.max(span, until.get(name) ?? 0))
      }
      if (from < (until.get(name) ?? 0)) {
        passedFrom = Math.min(passedFrom, from)
        end(stream, false)
        continue
      }
    }
    if (piece.ms > dueAt) endOverdue(piece.ms, stream)
    takePiece(bytes, area, stream, piece, from, to, finish)
    if (stream.lastMs + flushAfter < dueAt && openFrom(stream) < to) dueAt = stream.lastMs + flushAfter
  }
  if (window.final) for (const stream of streams.values()) end(stream, window.flushed)

  let cut = lastCleanCut(records, streams, at, window.mostRecords)
  while (window.forced && cut.consumed <= window.offset) {
    let oldest: Stream | undefined
    for (const stream of streams.values())
      if (openFrom(stream) < (oldest === undefined ? Number.POSITIVE_INFINITY : openFrom(oldest))) oldest = stream
    if (oldest === undefined) break
    end(oldest, true)
    cut = lastCleanCut(records, streams, at, window.mostRecords)
  }
  return {
    ...cut,
    pending: [...streams.values()].some((stream) => openFrom(stream) < at),
    passed: passedFrom < cut.consumed,
    until: new Map(
      found.flatMap(([stream, from, to]) => (from < cut.consumed && to > cut.consumed ? [[stream, to]] : [])),
    ),
    valid: isUtf8(bytes.subarray(lines.start[0] ?? 0, lastEnd)),
  }
}

/** The furthest offset that no record, ended or under way, lies across, and the records before it. */
const lastCleanCut = (
  records: WrappedRecord[],
  streams: ReadonlyMap<string, Stream>,
  end: number,
  most: number,
): { readonly records: readonly WrappedRecord[]; readonly consumed: number } => {
  records.sort((a, b) => a.from - b.from)
  let open = end
  for (const stream of streams.values()) open = Math.min(open, openFrom(stream))
  let reach = 0
  let count = 0
  let consumed = -1
  for (let i = 0; i <= records.length; i++) {
    const next = i < records.length ? Math.min(records[i]!.from, open) : open
    if (reach <= next) {
      count = i
      consumed = next
      if (count >= most) break
    }
    if (i === records.length || records[i]!.from >= open) break
    reach = Math.max(reach, records[i]!.to)
  }
  return { records: records.slice(0, count), consumed }
}
