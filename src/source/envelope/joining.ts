import type { Unwrapped } from '../../event/envelope.ts'
import type { Framing, LineReader } from '../../event/framing.ts'

/** Where a piece, a line or a record lies in the file, and what was around its first envelope. */
export interface Place {
  readonly from: number
  to: number
  readonly ms: number
  readonly ns: number
  readonly digits: number
  readonly noteStart: number
  readonly noteEnd: number
}

/** A line of a stream, put together from its pieces: text [start, end), addresses in the memory. */
interface StreamLine extends Place {
  readonly start: number
  readonly end: number
}

/** One stream of the file: the line and the record of it that have not ended. */
export interface Stream {
  readonly name: string
  readonly code: number
  readonly framing: Framing
  reader: LineReader | undefined
  /** Pieces of the line under way: start and end of each text, in turn. */
  readonly pieces: number[]
  line: Place | undefined
  /** Lines of the record under way, and how many of them its text has: empty ones at its end are no part of it. */
  readonly lines: StreamLine[]
  textLines: number
  /** Time of its latest line; NaN: not told. */
  lastMs: number
}

export const openStream = (name: string, code: number, framing: Framing): Stream => ({
  name,
  code,
  framing,
  reader: undefined,
  pieces: [],
  line: undefined,
  lines: [],
  textLines: 0,
  lastMs: Number.NaN,
})

/** Where the record or line under way begins; Infinity: nothing is. */
export const openFrom = ({ lines, line }: Stream): number => lines[0]?.from ?? line?.from ?? Number.POSITIVE_INFINITY

/** Takes finished records, in the order in which they end. */
export type Finish = (stream: Stream, place: Place, start: number, end: number, lines: number, flushed: boolean) => void

/** Writes texts one behind the other where there is room for them. */
export interface Area {
  at: number
}

/** Text of [start, end) pairs, joined with `between` (-1: nothing), written to the area. */
const join = (bytes: Uint8Array, area: Area, texts: Iterable<readonly [number, number]>, between: number): number => {
  let at = area.at
  let first = true
  for (const [start, end] of texts) {
    if (!first && between >= 0) bytes[at++] = between
    first = false
    bytes.copyWithin(at, start, end)
    at += end - start
  }
  area.at = at
  return at
}

const pairs = function* (pieces: readonly number[]): Generator<readonly [number, number]> {
  for (let i = 0; i < pieces.length; i += 2) yield [pieces[i]!, pieces[i + 1]!]
}

const isBlank = (bytes: Uint8Array, { start, end }: StreamLine): boolean => {
  let at = start
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
  return at === end
}

/** Ends the record under way, as long as it is. */
const endRecord = (
  bytes: Uint8Array,
  area: Area,
  stream: Stream,
  count: number,
  flushed: boolean,
  finish: Finish,
): void => {
  const { lines } = stream
  const texts = Math.min(stream.textLines, count)
  const first = lines[0]!
  const place = { ...first, to: lines[count - 1]!.to }
  if (texts === 1) finish(stream, place, first.start, first.end, 1, flushed)
  else {
    const start = area.at
    const end = join(
      bytes,
      area,
      lines.slice(0, texts).map((line) => [line.start, line.end] as const),
      10,
    )
    finish(stream, place, start, end, texts, flushed)
  }
  lines.splice(0, count)
  stream.textLines = 0
}

/** Tells the stream's framing a whole line, by the rules of `LineReader`. */
const takeLine = (bytes: Uint8Array, area: Area, stream: Stream, line: StreamLine, finish: Finish): void => {
  const { framing, lines } = stream
  if (!framing.joins) {
    if (!isBlank(bytes, line)) finish(stream, line, line.start, line.end, 1, false)
    return
  }
  const todo = [line]
  for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
    const isEmpty = next.start === next.end
    const limit = Math.min(next.end, next.start + framing.maxBytes)
    if (lines.length > 0) {
      const starts = stream.reader!.starts(bytes, next.start, limit)
      if (starts === false) {
        lines.push(next)
        if (!isEmpty) stream.textLines = lines.length
        continue
      }
      const back = typeof starts === 'number' ? starts : 0
      const again = back > 0 ? lines.slice(lines.length - back) : []
      endRecord(bytes, area, stream, lines.length - back, false, finish)
      lines.length = 0
      if (starts === 'between') continue
      if (back > 0) {
        todo.unshift(...again, next)
        continue
      }
    } else if (!isEmpty) {
      if (isBlank(bytes, next)) continue
      stream.reader = framing.begin()
      if (stream.reader.starts(bytes, next.start, limit) === 'between') continue
    }
    if (isEmpty) continue
    lines.push(next)
    stream.textLines = 1
  }
}

/** Ends the line under way, from its pieces. */
const endLine = (bytes: Uint8Array, area: Area, stream: Stream, finish: Finish): void => {
  const { pieces, line } = stream
  if (line === undefined) return
  let start = pieces[0]!
  let end = pieces[1]!
  if (pieces.length > 2) {
    start = area.at
    end = join(bytes, area, pairs(pieces), -1)
  }
  pieces.length = 0
  stream.line = undefined
  takeLine(bytes, area, stream, { ...line, start, end }, finish)
}

/** Takes one envelope of the stream, which covers [from, to) of the file. */
export const takePiece = (
  bytes: Uint8Array,
  area: Area,
  stream: Stream,
  unwrapped: Unwrapped,
  from: number,
  to: number,
  finish: Finish,
): void => {
  const { start, end, ms, ns, digits, noteStart, noteEnd } = unwrapped
  if (!Number.isNaN(ms)) stream.lastMs = ms
  if (stream.line === undefined) stream.line = { from, to, ms, ns, digits, noteStart, noteEnd }
  else stream.line.to = to
  stream.pieces.push(start, end)
  if (!unwrapped.partial) endLine(bytes, area, stream, finish)
}

/** Ends what is under way in the stream. `flushed`: because nothing came for a while. */
export const endStream = (bytes: Uint8Array, area: Area, stream: Stream, flushed: boolean, finish: Finish): void => {
  // Where each line is a record the line under way is what is ended; else the record it belongs to, which is below.
  const isRecord = flushed && !stream.framing.joins
  endLine(bytes, area, stream, (of, place, start, end, count) => finish(of, place, start, end, count, isRecord))
  const { lines } = stream
  while (lines.length > 0) {
    const left = stream.reader?.left?.() ?? 0
    if (left === 0 || left >= lines.length) {
      endRecord(bytes, area, stream, lines.length, flushed, finish)
      return
    }
    const again = lines.slice(lines.length - left)
    endRecord(bytes, area, stream, lines.length - left, false, finish)
    lines.length = 0
    for (const line of again) takeLine(bytes, area, stream, line, finish)
  }
}
