import { type Batch, outcome } from '../event/batch.ts'
import { absent, type Column, type DictionaryColumn, type Slices, type TextColumn } from '../event/column.ts'
import { createByteTable } from '../memory/byte-table.ts'
import { type Bytes, bytesOf, hashOf } from '../memory/bytes.ts'

/**
 * The distinct values of a column: rows become codes, so that a look-up is made once per value and batch. Values that
 * are equal nearly always share a code, and values that differ never do (see `ByteTable`).
 */
export interface Distinct {
  /** By row, in the batch's memory: code, or `absent` (no value, or row no longer live). Fit for a DictionaryColumn. */
  readonly codes: Uint32Array
  readonly count: number
  /** Where value `code` lies in `memory`; of an `ip` column 16 bytes. Valid until the next call of a function here. */
  readonly start: Uint32Array
  readonly end: Uint32Array
  /** What `start` and `end` point into: the arena, but for `ip` columns and constants. */
  readonly memory: Uint8Array
}

let seed = 0x9e3779b9 ^ (Math.random() * 0xffffffff)

// One table for all batches of a thread: look-ups are synchronous, so two are never under way.
const table = createByteTable()
let held: Bytes = bytesOf(new Uint8Array(0))

const begin = (bytes: Uint8Array, most: number): void => {
  table.reset(most)
  // A new seed a batch: who learns which values collide cannot use it.
  seed = Math.imul(seed, 0x2c1b3c6d) + 0x297a2d39
  if (held.memory !== bytes) held = bytesOf(bytes)
}

const codeOf = (start: number, end: number): number => {
  const hash = hashOf(held, start, end, seed)
  const known = table.find(held, held, start, end, hash)
  return known >= 0 ? known : table.add(start, end, hash)
}

const result = (codes: Uint32Array): Distinct => ({
  codes,
  count: table.count,
  start: table.start,
  end: table.end,
  memory: held.memory,
})

/** Distinct slices of the live rows. Row i's value is slice i. */
const ofSlices = (batch: Batch, { start, end }: Slices): Distinct => {
  const codes = batch.scratch.u32(batch.count)
  const live = batch.outcome
  begin(batch.block.arena.bytes, batch.count)
  for (let i = 0; i < batch.count; i++) {
    const at = start[i]!
    codes[i] = live[i] !== outcome.live || at === absent ? absent : codeOf(at, end[i]!)
  }
  return result(codes)
}

/** Distinct among slices of any memory; nothing of it is the batch's. */
export const distinctSlices = (memory: Uint8Array, { start, end }: Slices): Distinct => {
  const codes = new Uint32Array(start.length)
  begin(memory, start.length)
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf(start[i]!, end[i]!)
  return result(codes)
}

/** Distinct among the rows of a text column that `wanted` marks. */
export const distinctAmong = (batch: Batch, column: TextColumn, wanted: Uint8Array): Distinct =>
  ofPicked(batch, column, wanted)!

/** Distinct among the given rows of `values` (a dictionary's values, a list's elements); others get no code. */
const ofPicked = (batch: Batch, values: Column, wanted: Uint8Array): Distinct | undefined => {
  const codes = batch.scratch.u32(wanted.length)
  if (values.kind === 'text' || values.kind === 'json') {
    begin(batch.block.arena.bytes, wanted.length)
    for (let i = 0; i < wanted.length; i++)
      codes[i] = wanted[i] === 0 || values.start[i] === absent ? absent : codeOf(values.start[i]!, values.end[i]!)
    return result(codes)
  }
  if (values.kind === 'ip') {
    begin(values.values, wanted.length)
    for (let i = 0; i < wanted.length; i++)
      codes[i] = wanted[i] === 0 || values.present[i] !== 1 ? absent : codeOf(i * 16, i * 16 + 16)
    return result(codes)
  }
  if (values.kind !== 'dictionary') return undefined
  const inner = new Uint8Array(lengthOf(values.values))
  for (let i = 0; i < wanted.length; i++) if (wanted[i] === 1 && values.codes[i] !== absent) inner[values.codes[i]!] = 1
  const distinct = ofPicked(batch, values.values, inner)
  if (distinct === undefined) return undefined
  for (let i = 0; i < wanted.length; i++) {
    const code = values.codes[i]!
    codes[i] = wanted[i] === 0 || code === absent ? absent : distinct.codes[code]!
  }
  return { ...distinct, codes }
}

const lengthOf = (column: Column): number => {
  switch (column.kind) {
    case 'text':
    case 'json':
      return column.start.length
    case 'ip':
      return column.present.length
    case 'number':
    case 'boolean':
      return column.values.length
    case 'time':
      return column.ms.length
    case 'dictionary':
      return column.codes.length
    case 'constant':
      return 0
    case 'list':
    case 'members':
      return column.first.length - 1
  }
}

const livePicked = (batch: Batch): Uint8Array => {
  const wanted = new Uint8Array(batch.count)
  for (let i = 0; i < batch.count; i++) wanted[i] = batch.outcome[i] === outcome.live ? 1 : 0
  return wanted
}

const encoder = new TextEncoder()

const ofConstant = (batch: Batch, text: string): Distinct => {
  const codes = batch.scratch.u32(batch.count)
  begin(encoder.encode(text), 1)
  const code = codeOf(0, held.memory.length)
  for (let i = 0; i < batch.count; i++) codes[i] = batch.outcome[i] === outcome.live ? code : absent
  return result(codes)
}

/** Distinct values of a `text` or `ip` column, also as dictionary or constant; undefined: a column of another kind. */
export const distinctOf = (batch: Batch, column: Column): Distinct | undefined => {
  switch (column.kind) {
    case 'text':
      return ofSlices(batch, column)
    case 'constant':
      return typeof column.value === 'string' ? ofConstant(batch, column.value) : undefined
    case 'ip':
    case 'dictionary':
      return ofPicked(batch, column, livePicked(batch))
    default:
      return undefined
  }
}

/** Distinct elements of a list of texts: `codes` are by element, for those of live rows. */
export const distinctElements = (batch: Batch, first: Uint32Array, values: Column): Distinct | undefined => {
  const wanted = new Uint8Array(lengthOf(values))
  for (let i = 0; i < batch.count; i++)
    if (batch.outcome[i] === outcome.live) wanted.fill(1, first[i]!, Math.max(first[i]!, first[i + 1]!))
  return ofPicked(batch, values, wanted)
}

let read: Buffer = Buffer.alloc(0)

/** The column with each value once: the same values, less to be looked at by whoever comes after. */
export const dictionaryFrom = (batch: Batch, { codes, count: size, start, end }: Distinct): DictionaryColumn => {
  const values = { kind: 'text', start: batch.scratch.u32(size), end: batch.scratch.u32(size) } as const
  values.start.set(start.subarray(0, size))
  values.end.set(end.subarray(0, size))
  return { kind: 'dictionary', codes, values }
}

/** Value `code` as text; at most the first `most` bytes of it. */
export const textOf = ({ memory, start, end }: Distinct, code: number, most = Number.POSITIVE_INFINITY): string => {
  if (read.buffer !== memory.buffer || read.byteOffset !== memory.byteOffset || read.length !== memory.length)
    read = Buffer.from(memory.buffer, memory.byteOffset, memory.length)
  return read.toString('utf8', start[code]!, Math.min(end[code]!, start[code]! + most))
}
