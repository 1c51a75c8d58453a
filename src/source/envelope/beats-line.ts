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

const cursor = jsonCursor()
const names = ['message', '@timestamp', 'log', 'agent'] as const
type Name = (typeof names)[number]
const spelled = names.map((name) => ({ bytes: Buffer.from(name), name }))

const nameOf = ({ bytes, from, to, escaped }: JsonCursor): Name | undefined => {
  if (escaped) return undefined
  for (const { bytes: name, name: found } of spelled) {
    if (name.length !== to - from) continue
    let i = 0
    while (i < name.length && name[i] === bytes[from + i]) i++
    if (i === name.length) return found
  }
  return undefined
}

/** An object of the event, which was read over already. */
const objectAt = (bytes: Uint8Array, from: number, to: number): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(Buffer.from(bytes.slice(from, to)).toString()) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A stream is what one agent reads of one file. */
export const beatsStream = (path: string, agent: string, id: string): string => `${path} of ${agent} (${id})`
/** The file in it. */
export const pathOfStream = (stream: string): string => stream.slice(0, stream.lastIndexOf(' of '))

/**
 * An event as a Beat sends it: what the file said is its `message`, and the rest was put around it. Of an event without a
 * message all is the text.
 */
export const unwrapBeats = (
  bytes: Uint8Array,
  start: number,
  end: number,
  area: number,
  unwrapped: Unwrapped,
): boolean => {
  const c = cursor
  setJson(c, bytes, start, end)
  skipBlank(c)
  if (!enterObject(c)) return false
  unwrapped.start = start
  unwrapped.end = end
  unwrapped.partial = false
  unwrapped.ms = Number.NaN
  unwrapped.noteStart = start
  unwrapped.noteEnd = end
  let path = ''
  let agent = ''
  let id = ''
  for (let first = true; ; first = false) {
    const more = nextMember(c, first)
    if (more < 0) return false
    if (more === 0) break
    const name = nameOf(c)
    const kind = readValue(c)
    if (kind === jsonKind.bad) return false
    if (name === 'message' && kind === jsonKind.string) {
      unwrapped.start = c.escaped ? area : c.from
      unwrapped.end = c.escaped ? decodeEscapes(bytes, c.from, c.to, bytes, area) : c.to
    } else if (name === '@timestamp' && kind === jsonKind.string) readRfc3339(bytes, c.from, c.to, unwrapped)
    else if (name === 'log' && kind === jsonKind.object) {
      const { file } = objectAt(bytes, c.from, c.to)
      path = textOf((file as { path?: unknown } | null | undefined)?.path)
    } else if (name === 'agent' && kind === jsonKind.object) {
      const said = objectAt(bytes, c.from, c.to)
      agent = textOf(said['name']) || textOf(said['hostname'])
      id = textOf(said['id'])
    }
  }
  skipBlank(c)
  unwrapped.stream = beatsStream(path, agent, id)
  return c.at >= end
}
