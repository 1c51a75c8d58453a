import {
  absent,
  type Column,
  type MembersColumn,
  type NumberColumn,
  type Slices,
  type TimeColumn,
} from '../../event/column.ts'
import type { FieldType } from '../../event/field.ts'
import { hexIp, ipOf, printIp } from '../../event/ip.ts'
import { bytesOf } from '../../memory/bytes.ts'
import { tokensBound, writeTokens } from '../../query/tokens.ts'
import type { ParquetWriter, PhysicalType } from './parquet.ts'

/** Rows of one column of one batch, about to become a page. */
export interface PageSource {
  /** The arena. */
  readonly memory: Uint8Array
  readonly node: Buffer
  /** Undefined: no row has a value. */
  readonly column: Column | undefined
  /** Rows to be written, in order. */
  readonly rows: Uint32Array
}

/** What of a column is written: its values, the tokens of a text, or how many fraction digits a time had. */
export type Aspect = 'value' | 'tokens' | 'digits'

export const physicalOf = (type: FieldType, aspect: Aspect): PhysicalType => {
  if (aspect === 'tokens') return 'text'
  if (aspect === 'digits') return 'int32'
  switch (type) {
    case 'long':
    case 'date':
      return 'int64'
    case 'double':
      return 'double'
    case 'boolean':
      return 'boolean'
    default:
      return 'text'
  }
}

const two32 = 4_294_967_296

const long64 = (view: DataView, at: number, value: number): void => {
  view.setInt32(at, value | 0, true)
  view.setInt32(at + 4, Math.floor(value / two32), true)
}

/** ms × 10⁶ + ns in two halves: a double cannot hold the product. */
const nanos64 = (view: DataView, at: number, ms: number, ns: number): void => {
  const high = Math.floor(ms / 65_536)
  const millions = high * 1_000_000
  const top = Math.floor(millions / 65_536)
  const low = (millions - top * 65_536) * 65_536 + (ms - high * 65_536) * 1_000_000 + ns
  view.setInt32(at, (low % two32) | 0, true)
  view.setInt32(at + 4, top + Math.floor(low / two32), true)
}

const hex = new TextEncoder().encode('0123456789abcdef')

/** Copies four bytes at a time, up to three too many: there is room for them behind either end. */
const writeSlices = (
  out: ParquetWriter,
  memory: Uint8Array,
  { start, end }: Slices,
  at: Uint32Array,
  count: number,
): void => {
  let size = 4
  for (let i = 0; i < count; i++) if (at[i] !== absent) size += 4 + end[at[i]!]! - start[at[i]!]!
  out.room(size)
  if (arena.memory !== memory) arena = bytesOf(memory)
  const from = arena.words
  const { bytes, view } = out
  let to = out.at
  for (let i = 0; i < count; i++) {
    const row = at[i]!
    if (row === absent) continue
    const first = start[row]!
    const length = end[row]! - first
    view.setUint32(to, length, true)
    to += 4
    if (length > 256) bytes.set(memory.subarray(first, first + length), to)
    else for (let j = 0; j < length; j += 4) view.setInt32(to + j, from.getInt32(first + j, true), true)
    to += length
  }
  out.at = to
}

let arena = bytesOf(new Uint8Array(0))

const writeTokenText = (
  out: ParquetWriter,
  memory: Uint8Array,
  { start, end }: Slices,
  at: Uint32Array,
  count: number,
): void => {
  for (let i = 0; i < count; i++) {
    const row = at[i]!
    if (row === absent) continue
    out.room(4 + tokensBound(end[row]! - start[row]!))
    const to = writeTokens(memory, start[row]!, end[row]!, out.bytes, out.at + 4)
    out.view.setUint32(out.at, to - out.at - 4, true)
    out.at = to
  }
}

const writeLongs = (out: ParquetWriter, node: Buffer, column: NumberColumn, at: Uint32Array, count: number): void => {
  const { values, text } = column
  out.room(count * 8)
  for (let i = 0; i < count; i++) {
    const row = at[i]!
    if (row === absent) continue
    const value = values[row]!
    const exact = Number.isSafeInteger(value) ? undefined : wholeOf(node, text, row)
    if (exact === undefined) long64(out.view, out.at, Math.trunc(value))
    else out.view.setBigInt64(out.at, exact, true)
    out.at += 8
  }
}

const writeDoubles = (out: ParquetWriter, { values }: NumberColumn, at: Uint32Array, count: number): void => {
  out.room(count * 8)
  for (let i = 0; i < count; i++) {
    if (at[i] === absent) continue
    out.view.setFloat64(out.at, values[at[i]!]!, true)
    out.at += 8
  }
}

/** The digits as read, where they are a whole number. */
export const wholeOf = (node: Buffer, text: Slices | undefined, row: number): bigint | undefined => {
  if (text === undefined || text.start[row] === absent) return undefined
  const digits = node.toString('latin1', text.start[row]!, text.end[row]!)
  return /^-?\d{1,20}$/.test(digits) ? BigInt(digits) : undefined
}

const writeTimes = (out: ParquetWriter, { ms, ns }: TimeColumn, at: Uint32Array, count: number): void => {
  out.room(count * 8)
  for (let i = 0; i < count; i++) {
    if (at[i] === absent) continue
    nanos64(out.view, out.at, ms[at[i]!]!, ns[at[i]!]!)
    out.at += 8
  }
}

const writeIps = (out: ParquetWriter, values: Uint8Array, at: Uint32Array, count: number): void => {
  out.room(count * 36)
  for (let i = 0; i < count; i++) {
    if (at[i] === absent) continue
    out.view.setUint32(out.at, 32, true)
    let to = out.at + 4
    const from = at[i]! * 16
    for (let j = from; j < from + 16; j++) {
      out.bytes[to++] = hex[values[j]! >> 4]!
      out.bytes[to++] = hex[values[j]! & 15]!
    }
    out.at = to
  }
}

/** A bit for each place that has a value. */
const writeBits = (out: ParquetWriter, at: Uint32Array, count: number, values: Uint8Array | boolean): void => {
  out.room((count + 7) >> 3)
  let byte = 0
  let bits = 0
  for (let i = 0; i < count; i++) {
    const row = at[i]!
    if (row === absent) continue
    if (values === true || (values !== false && values[row] === 1)) byte |= 1 << (bits & 7)
    if ((++bits & 7) !== 0) continue
    out.bytes[out.at++] = byte
    byte = 0
  }
  if ((bits & 7) !== 0) out.bytes[out.at++] = byte
}

export const writeString = (out: ParquetWriter, text: string): void => {
  out.room(4 + text.length * 3)
  const written = Buffer.from(out.bytes.buffer).write(text, out.at + 4, 'utf8')
  out.view.setUint32(out.at, written, true)
  out.at += 4 + written
}

const membersText = (node: Buffer, { first, key, value }: MembersColumn, row: number): string => {
  const members: string[] = []
  for (let i = first[row]!; i < first[row + 1]!; i++)
    members.push(
      `${JSON.stringify(node.toString('utf8', key.start[i]!, key.end[i]!))}:${node.toString('utf8', value.start[i]!, value.end[i]!)}`,
    )
  return `{${members.join(',')}}`
}

/** Any value as text: for what has no faster way. */
const textOf = (column: Column, row: number, type: FieldType, source: PageSource): string => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return source.node.toString('utf8', column.start[row]!, column.end[row]!)
    case 'number':
      return column.text === undefined || column.text.start[row] === absent
        ? String(column.values[row])
        : source.node.toString('latin1', column.text.start[row]!, column.text.end[row]!)
    case 'time':
      return new Date(column.ms[row]!).toISOString()
    case 'ip':
      return printIp(column.values, row * 16)
    case 'boolean':
      return String(column.values[row] === 1)
    case 'constant':
      return type === 'ip' ? hexIp(ipOf(String(column.value)) ?? new Uint8Array(16)) : String(column.value)
    case 'members':
      return membersText(source.node, column, row)
    case 'dictionary':
    case 'list':
      return ''
  }
}

const writeConstants = (out: ParquetWriter, value: string | number | boolean, type: FieldType, count: number): void => {
  out.room(count * 8)
  const number = type === 'date' && typeof value === 'string' ? Date.parse(value) : Number(value)
  for (let i = 0; i < count; i++) {
    if (type === 'double') out.view.setFloat64(out.at, number, true)
    else if (type === 'date') nanos64(out.view, out.at, number, 0)
    else long64(out.view, out.at, number)
    out.at += 8
  }
}

const writeValues = (
  out: ParquetWriter,
  column: Column,
  at: Uint32Array,
  count: number,
  type: FieldType,
  source: PageSource,
): void => {
  const { memory, node } = source
  const physical = physicalOf(type, 'value')
  const { kind } = column
  if (kind === 'text' || (kind === 'json' && physical === 'text')) writeSlices(out, memory, column, at, count)
  else if (kind === 'number' && physical === 'int64') writeLongs(out, node, column, at, count)
  else if (kind === 'number' && physical === 'double') writeDoubles(out, column, at, count)
  else if (kind === 'time' && physical === 'int64') writeTimes(out, column, at, count)
  else if (kind === 'ip' && type === 'ip') writeIps(out, column.values, at, count)
  else if (kind === 'boolean' && physical === 'boolean') writeBits(out, at, count, column.values)
  else if (kind === 'constant' && physical === 'boolean') writeBits(out, at, count, column.value === true)
  else if (kind === 'constant' && physical !== 'text') writeConstants(out, column.value, type, count)
  else for (let i = 0; i < count; i++) if (at[i] !== absent) writeString(out, textOf(column, at[i]!, type, source))
}

const writeDigits = (out: ParquetWriter, column: Column, at: Uint32Array, count: number): void => {
  out.room(count * 4)
  for (let i = 0; i < count; i++) {
    if (at[i] === absent) continue
    out.view.setInt32(out.at, column.kind === 'time' ? column.digits[at[i]!]! : 3, true)
    out.at += 4
  }
}

/** The values of the places that have one, PLAIN encoded (https://parquet.apache.org/docs/file-format/data-pages/encodings/). */
export const writeAspect = (
  out: ParquetWriter,
  column: Column,
  at: Uint32Array,
  count: number,
  type: FieldType,
  aspect: Aspect,
  source: PageSource,
): void => {
  if (aspect === 'value') {
    writeValues(out, column, at, count, type, source)
    return
  }
  if (aspect === 'digits') {
    writeDigits(out, column, at, count)
    return
  }
  if (column.kind === 'text') {
    writeTokenText(out, source.memory, column, at, count)
    return
  }
  for (let i = 0; i < count; i++) {
    if (at[i] === absent) continue
    const text = Buffer.from(textOf(column, at[i]!, type, source))
    out.room(4 + tokensBound(text.length))
    const to = writeTokens(text, 0, text.length, out.bytes, out.at + 4)
    out.view.setUint32(out.at, to - out.at - 4, true)
    out.at = to
  }
}
