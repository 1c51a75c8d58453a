import { type JsonCursor, jsonCursor, jsonKind, readValue, setJson, skipBlank } from '../event/json-reader.ts'

/** Records one a line, each ended; or what is wrong, where. */
export type CutRecords =
  | { readonly bytes: Uint8Array; readonly count: number; readonly wrong?: undefined }
  | { readonly wrong: Wrong; readonly status: 400 | 413 }

/** Where a body could not be read: its record, counted from 1, and the place of the byte. */
export interface Wrong {
  readonly error: string
  readonly record: number
  readonly offset: number
  readonly line: number
  readonly column: number
}

const byte = { tab: 9, lf: 10, cr: 13, space: 32, comma: 44, open: 0x5b, close: 0x5d } as const
const cursor = jsonCursor()

/**
 * Cuts a body into JSON objects: one a line, objects of several lines, or an array of them. What is no object is refused
 * with its place, and all with it. A body that has just an object on each line is taken as it is.
 */
export const cutJson = (body: Buffer, maxRecord: number): CutRecords => {
  const bom = body.length >= 3 && body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  setJson(cursor, body, bom, body.length)
  skipBlank(cursor)
  const spans: number[] = []
  const inArray = body[cursor.at] === byte.open
  if (inArray) cursor.at++
  const found = inArray ? readArray(cursor, spans, maxRecord) : readSequence(cursor, spans, maxRecord)
  if (typeof found === 'object') {
    const { status, error, at } = found
    return { status, wrong: { error, record: spans.length / 2 + 1, offset: at, ...placeOf(body, at) } }
  }
  return { bytes: found && bom === 0 ? ended(body) : lines(body, spans), count: spans.length / 2 }
}

interface Fault {
  readonly error: string
  readonly at: number
  readonly status: 400 | 413
}
const fault = (error: string, at: number, status: 400 | 413 = 400): Fault => ({ error, at, status })

const readObject = (c: JsonCursor, spans: number[], maxRecord: number): Fault | undefined => {
  const from = c.at
  const kind = readValue(c)
  if (kind === jsonKind.bad)
    return fault(
      c.tooDeep ? 'this is nested too deep' : c.at >= c.end ? 'the JSON ends too early' : 'this is no JSON',
      c.at,
    )
  if (kind !== jsonKind.object) return fault('a record is no JSON object', from)
  if (c.at - from > maxRecord) return fault(`a record has more than ${maxRecord} bytes`, from, 413)
  spans.push(from, c.at)
  return undefined
}

const readArray = (c: JsonCursor, spans: number[], maxRecord: number): Fault | false => {
  for (let first = true; ; first = false) {
    skipBlank(c)
    if (first && c.at < c.end && c.bytes[c.at] === byte.close) break
    const wrong = readObject(c, spans, maxRecord)
    if (wrong !== undefined) return wrong
    skipBlank(c)
    if (c.at >= c.end) return fault('the JSON ends too early', c.at)
    if (c.bytes[c.at] === byte.close) break
    if (c.bytes[c.at] !== byte.comma) return fault('an array goes on with a comma or ends with a bracket', c.at)
    c.at++
  }
  c.at++
  skipBlank(c)
  return c.at < c.end ? fault('something stands behind the array', c.at) : false
}

/** Whether the body has just an object on each line. */
const readSequence = (c: JsonCursor, spans: number[], maxRecord: number): Fault | boolean => {
  const body = c.bytes as Buffer
  let one = true
  for (;;) {
    skipBlank(c)
    if (c.at >= c.end) return one
    if (c.at === spans.at(-1)) return fault('an object follows another without a line end', c.at)
    const from = c.at
    const wrong = readObject(c, spans, maxRecord)
    if (wrong !== undefined) return wrong
    while (c.at < c.end && isBlank(body[c.at]!)) c.at++
    if (c.at < c.end && body[c.at] !== byte.lf) one = false
    if (one) {
      const next = body.indexOf(byte.lf, from)
      if (next !== -1 && next < c.at) one = false
    }
  }
}

const isBlank = (b: number): boolean => b === byte.space || b === byte.tab || b === byte.cr

/** Line and column, both from 1, of a byte. */
const placeOf = (body: Buffer, offset: number): { readonly line: number; readonly column: number } => {
  let line = 1
  let from = 0
  for (let next = body.indexOf(byte.lf); next !== -1 && next < offset; next = body.indexOf(byte.lf, from)) {
    from = next + 1
    line++
  }
  return { line, column: offset - from + 1 }
}

/** With a line end behind the last line. */
export const ended = (body: Buffer): Buffer =>
  body.length === 0 || body.at(-1) === byte.lf ? body : Buffer.concat([body, Buffer.of(byte.lf)])

/** Each span on a line of its own: line ends inside an object stand between its members, where a blank does as well. */
const lines = (body: Buffer, spans: readonly number[]): Buffer => {
  let size = 0
  for (let i = 0; i < spans.length; i += 2) size += spans[i + 1]! - spans[i]! + 1
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < spans.length; i += 2) {
    for (let from = spans[i]!; from < spans[i + 1]!; from++) {
      const b = body[from]!
      out[at++] = b === byte.lf || b === byte.cr ? byte.space : b
    }
    out[at++] = byte.lf
  }
  return out
}
