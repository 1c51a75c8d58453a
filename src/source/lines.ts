import type { Arena } from '../memory/arena.ts'
import { decodeLine, decodeValid, type Encoding, unitOf } from './decode.ts'

/** Lines of one window, in arrays that are reused: line i is text [start, end) without its line end, and ends at `to`. */
export interface Lines {
  count: number
  /** Addresses of UTF-8 text; for UTF-8 files of the bytes as they are, which may be invalid. */
  start: Uint32Array
  end: Uint32Array
  /** NUL bytes the line begins with: a hole that a truncated file was written behind, where a record begins. UTF-8 only. */
  hole: Uint32Array
  /** Offset in the file behind the line end. Line i begins at `to` of the one before, the first at the window's start. */
  to: Float64Array
  /** 1: bytes of it were invalid in the file's encoding. Not set for UTF-8, where whoever uses the text checks. */
  bad: Uint8Array
}

export const createLines = (): Lines => sized(4096)

const sized = (capacity: number): Lines => ({
  count: 0,
  start: new Uint32Array(capacity),
  end: new Uint32Array(capacity),
  hole: new Uint32Array(capacity),
  to: new Float64Array(capacity),
  bad: new Uint8Array(capacity),
})

const grow = (lines: Lines): void => {
  const larger = sized(lines.start.length * 2)
  larger.start.set(lines.start)
  larger.end.set(lines.end)
  larger.hole.set(lines.hole)
  larger.to.set(lines.to)
  larger.bad.set(lines.bad)
  Object.assign(lines, larger, { count: lines.count })
}

const lf = 10
const cr = 13

/** A piece of a file in the arena: bytes [start, end), the first of which lies at `offset` in the file. */
export interface Window {
  readonly arena: Arena
  readonly start: number
  readonly end: number
  readonly offset: number
  readonly encoding: Encoding
  /** Where decoded text may be written: three bytes for each of the window. Unused for UTF-8. */
  readonly area: number
}

/**
 * Where the first line end at or after `from` ends, -1 where there is none. `view` begins at an offset that is a
 * multiple of the encoding's unit.
 */
export const lineEnd = (view: Buffer, from: number, encoding: Encoding): number => {
  const unit = unitOf(encoding)
  if (unit === 1) {
    const at = view.indexOf(lf, from)
    return at === -1 ? -1 : at + 1
  }
  const low = encoding === 'utf-16le' ? 0 : 1
  for (let at = view.indexOf(lf, from); at !== -1; at = view.indexOf(lf, at + 1)) {
    if (at % 2 === low && (low === 0 ? at + 1 < view.length && view[at + 1] === 0 : view[at - 1] === 0))
      return at - low + 2
  }
  return -1
}

/** How many NUL bytes a line begins with; see `Lines`. */
export const holeOf = (line: Buffer, encoding: Encoding): number => {
  let at = 0
  if (encoding === 'utf-8') while (at < line.length && line[at] === 0) at++
  return at
}

/** Cuts a window into lines. `final`: what stands behind the last line end is a line too. */
export const cutLines = (window: Window, final: boolean, lines: Lines): void => {
  lines.count = 0
  const view = window.arena.node.subarray(window.start, window.end)
  if (window.encoding === 'utf-8') cutUtf8(view, window, final, lines)
  else cutDecoded(view, window, final, lines)
}

const cutUtf8 = (view: Buffer, { start, offset }: Window, final: boolean, lines: Lines): void => {
  const length = view.length
  let count = 0
  for (let at = 0; at < length; ) {
    let end = view.indexOf(lf, at)
    if (end === -1) {
      if (!final) break
      end = length
    }
    const next = end < length ? end + 1 : length
    if (end > at && view[end - 1] === cr) end--
    if (count === lines.start.length) grow(lines)
    let text = at
    while (text < end && view[text] === 0) text++
    lines.hole[count] = text - at
    lines.start[count] = start + at
    lines.end[count] = start + end
    lines.to[count++] = offset + next
    at = next
  }
  lines.count = count
}

/** The other encodings: all whole lines are decoded at once, then line ends are paired, of which both have as many. */
const cutDecoded = (view: Buffer, { arena, offset, encoding, area }: Window, final: boolean, lines: Lines): void => {
  let count = 0
  let region = 0
  while (region < view.length) {
    const next = lineEnd(view, region, encoding)
    if (next === -1 && !final) break
    if (count === lines.start.length) grow(lines)
    lines.hole[count] = 0
    region = next === -1 ? view.length : next
    lines.bad[count] = 0
    lines.to[count++] = offset + region
  }
  lines.count = count
  const text = decodeValid(view.subarray(0, region), encoding)
  if (text !== undefined) {
    const end = area + arena.node.write(text, area)
    const decoded = arena.node.subarray(area, end)
    for (let i = 0, at = 0; i < count; i++) {
      const found = decoded.indexOf(lf, at)
      at = place(lines, i, decoded, area, at, found === -1 ? decoded.length : found) + 1
    }
    return
  }
  for (let i = 0, at = 0, write = area; i < count; i++) {
    const to = lines.to[i]! - offset
    const line = decodeLine(view.subarray(at, to), encoding)
    const end = write + arena.node.write(line.text, write)
    lines.bad[i] = line.valid ? 0 : 1
    const length = end > write && arena.bytes[end - 1] === lf ? end - write - 1 : end - write
    place(lines, i, arena.node.subarray(write, end), write, 0, length)
    at = to
    write = end
  }
}

const place = (lines: Lines, i: number, text: Buffer, address: number, start: number, end: number): number => {
  lines.start[i] = address + start
  lines.end[i] = address + (end > start && text[end - 1] === cr ? end - 1 : end)
  return end
}
