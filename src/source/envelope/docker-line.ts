import { absent } from '../../event/column.ts'
import type { Unwrapped } from '../../event/envelope.ts'
import { decodeEscapes } from '../../event/json-escapes.ts'
import {
  enterObject,
  type JsonCursor,
  jsonCursor,
  jsonKind,
  nextMember,
  readValue,
  setJson,
  skipBlank,
} from '../../event/json-reader.ts'
import { readRfc3339 } from '../../event/rfc3339.ts'
import { streamName } from './stream-name.ts'

const cursor = jsonCursor()
const names = { log: 1, stream: 2, time: 3, attrs: 4 } as const
const spelled = Object.entries(names).map(([name, code]) => ({ bytes: Buffer.from(name), code }))

const nameOf = ({ bytes, from, to, escaped }: JsonCursor): number => {
  if (escaped) return 0
  for (const { bytes: name, code } of spelled) {
    if (name.length !== to - from) continue
    let i = 0
    while (i < name.length && name[i] === bytes[from + i]) i++
    if (i === name.length) return code
  }
  return 0
}

/** Whether text ends in the escape of a line feed: an even number of backslashes before it are pairs of their own. */
const endsInFeed = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from < 2 || bytes[to - 1] !== 110 || bytes[to - 2] !== 92) return false
  let at = to - 2
  while (at > from && bytes[at - 1] === 92) at--
  return (to - 2 - at) % 2 === 0
}

const hasEscape = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (bytes[i] === 92) return true
  return false
}

/**
 * A line of Docker's `json-file` driver: `{"log":"…\n","stream":"stdout","attrs":{…},"time":"…"}`
 * (https://docs.docker.com/engine/logging/drivers/json-file/). A line of the program that is longer than 16 KiB comes in
 * pieces, all but the last without the line feed.
 */
export const unwrapDocker = (
  bytes: Uint8Array,
  start: number,
  end: number,
  area: number,
  unwrapped: Unwrapped,
): boolean => {
  const c = cursor
  setJson(c, bytes, start, end)
  let from = -1
  let to = -1
  let escaped = false
  unwrapped.stream = ''
  unwrapped.ms = Number.NaN
  unwrapped.noteStart = unwrapped.noteEnd = absent
  skipBlank(c)
  if (!enterObject(c)) return false
  for (let first = true; ; first = false) {
    const more = nextMember(c, first)
    if (more < 0) return false
    if (more === 0) break
    const name = nameOf(c)
    const kind = readValue(c)
    if (kind === jsonKind.bad) return false
    if (name === names.log) {
      if (kind !== jsonKind.string) return false
      from = c.from
      to = c.to
      escaped = c.escaped
    } else if (name === names.stream && kind === jsonKind.string) unwrapped.stream = streamName(bytes, c.from, c.to)
    else if (name === names.time && kind === jsonKind.string) readRfc3339(bytes, c.from, c.to, unwrapped)
    else if (name === names.attrs && kind === jsonKind.object) {
      unwrapped.noteStart = c.from
      unwrapped.noteEnd = c.to
    }
  }
  skipBlank(c)
  if (c.at < end || (from < 0 && (Number.isNaN(unwrapped.ms) || unwrapped.stream === ''))) return false
  if (from < 0) {
    // Docker leaves an empty text out.
    unwrapped.start = unwrapped.end = start
    unwrapped.partial = false
    return true
  }
  unwrapped.partial = !(escaped && endsInFeed(bytes, from, to))
  if (!unwrapped.partial) {
    to -= 2
    escaped = hasEscape(bytes, from, to)
  }
  unwrapped.start = escaped ? area : from
  unwrapped.end = escaped ? decodeEscapes(bytes, from, to, bytes, area) : to
  // What a program ends its lines with on a terminal.
  if (!unwrapped.partial && unwrapped.end > unwrapped.start && bytes[unwrapped.end - 1] === 13) unwrapped.end--
  return true
}
