import ipaddr from 'ipaddr.js'
import type { Batch } from '../../src/event/batch.ts'
import { absent, type Column, type Slices } from '../../src/event/column.ts'
import { type Field, fieldOf, type Schema } from '../../src/event/field.ts'
import { addProvenance, provenanceFields } from '../../src/event/provenance.ts'
import { type Arena, createArena } from '../../src/memory/arena.ts'
import { createScratch, type Scratch } from '../../src/memory/scratch.ts'
import { stringify } from '../../src/store/stringify.ts'

/** Dotted field name → value. Absent: left out, `undefined` or `null`. */
export type Row = Readonly<Record<string, unknown>>

export interface BatchOptions {
  readonly arena?: Arena
  /** Generation key; 16 hex digits. */
  readonly key?: string
  readonly path?: string
  readonly source?: string
  readonly dataset?: string
  /** Offset of the first record, 0. */
  readonly from?: number
  /** Bytes each record covers, 100. */
  readonly width?: number
  /** Text of each record; its row as JSON unless given. */
  readonly text?: readonly string[]
  /** Flag bits of each record (`flags` of src/event/block.ts). */
  readonly flag?: readonly number[]
  readonly readAt?: number
  /** Adds what the pipeline adds before a store: `event.id`, `log.*`, `host.name`, `data_stream.*`, `@timestamp`. */
  readonly stored?: boolean
  readonly namespace?: string
  /** Milliseconds since 1970: `event.ingested`. */
  readonly ingested?: number
  /** Fields to be kept as another kind of column than the plain one. */
  readonly as?: Readonly<Record<string, 'dictionary' | 'constant' | 'json'>>
}

let shared: Arena | undefined

/** A few hundred MiB of addresses, not of memory: one for all batches of a test file. */
const testArena = (): Arena => (shared ??= createArena(1 << 28))

const inferred = (value: unknown): Field => {
  if (Array.isArray(value)) return { ...inferred(value[0]), list: true }
  const type = (): Field['type'] => {
    if (typeof value === 'boolean') return 'boolean'
    if (typeof value === 'bigint') return 'long'
    if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'double'
    return typeof value === 'object' ? 'flattened' : 'keyword'
  }
  return { type: type(), about: 'Made up by a test.' }
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null

/** Types of the rows' fields: the field table's, else what the first value looks like. */
export const schemaOf = (rows: readonly Row[]): Schema => {
  const schema = new Map<string, Field>()
  for (const row of rows)
    for (const [name, value] of Object.entries(row))
      if (isThere(value) && !schema.has(name)) schema.set(name, fieldOf(name) ?? inferred(value))
  return schema
}

const slicesOf = (scratch: Scratch, texts: readonly (string | undefined)[]): Slices => {
  const start = scratch.u32(texts.length)
  const end = scratch.u32(texts.length)
  for (const [i, text] of texts.entries()) {
    const slice = text === undefined ? { start: absent, end: absent } : scratch.write(text)
    start[i] = slice.start
    end[i] = slice.end
  }
  return { start, end }
}

const timesOf = (scratch: Scratch, values: readonly unknown[]): Column => {
  const ms = scratch.f64(values.length).fill(Number.NaN)
  const ns = scratch.u32(values.length).fill(0)
  const digits = scratch.u8(values.length).fill(0)
  for (const [i, value] of values.entries()) {
    if (!isThere(value)) continue
    const fraction = typeof value === 'string' ? (/\.(\d+)/.exec(value)?.[1] ?? '') : ''
    ms[i] = typeof value === 'string' ? Date.parse(value.replace(/\.(\d{1,3})\d*/, '.$1')) : Number(value)
    ns[i] = Number(fraction.padEnd(9, '0').slice(3, 9))
    digits[i] = typeof value === 'string' ? fraction.length : 3
  }
  return { kind: 'time', ms, ns, digits }
}

const ipsOf = (scratch: Scratch, values: readonly unknown[]): Column => {
  const bytes = scratch.u8(values.length * 16).fill(0)
  const present = scratch.u8(values.length).fill(0)
  for (const [i, value] of values.entries()) {
    if (!isThere(value)) continue
    const address = ipaddr.parse(String(value))
    const six = address.kind() === 'ipv4' ? (address as ipaddr.IPv4).toIPv4MappedAddress() : address
    bytes.set(six.toByteArray(), i * 16)
    present[i] = 1
  }
  return { kind: 'ip', values: bytes, present }
}

const numbersOf = (scratch: Scratch, values: readonly unknown[]): Column => {
  const numbers = scratch.f64(values.length)
  for (const [i, value] of values.entries()) numbers[i] = isThere(value) ? Number(value) : Number.NaN
  // Strings and bigints are the digits as read.
  if (!values.some((value) => typeof value === 'string' || typeof value === 'bigint'))
    return { kind: 'number', values: numbers }
  const text = slicesOf(
    scratch,
    values.map((value) => (typeof value === 'string' || typeof value === 'bigint' ? String(value) : undefined)),
  )
  return { kind: 'number', values: numbers, text }
}

const membersOf = (scratch: Scratch, values: readonly unknown[]): Column => {
  const first = scratch.u32(values.length + 1)
  const members: [string, unknown][] = []
  for (const [i, value] of values.entries()) {
    first[i] = members.length
    if (isThere(value)) members.push(...Object.entries(value as object))
  }
  first[values.length] = members.length
  const key = slicesOf(
    scratch,
    members.map(([name]) => name),
  )
  const value = slicesOf(
    scratch,
    members.map(([, held]) => stringify(held)),
  )
  return { kind: 'members', first, key, value }
}

const plainOf = (scratch: Scratch, type: Field['type'], values: readonly unknown[]): Column => {
  switch (type) {
    case 'keyword':
    case 'text':
      return {
        kind: 'text',
        ...slicesOf(
          scratch,
          values.map((value) => (isThere(value) ? String(value) : undefined)),
        ),
      }
    case 'long':
    case 'double':
      return numbersOf(scratch, values)
    case 'boolean': {
      const bytes = scratch.u8(values.length)
      for (const [i, value] of values.entries()) bytes[i] = isThere(value) ? Number(value) : 255
      return { kind: 'boolean', values: bytes }
    }
    case 'date':
      return timesOf(scratch, values)
    case 'ip':
      return ipsOf(scratch, values)
    case 'flattened':
      return membersOf(scratch, values)
  }
}

const dictionaryOf = (scratch: Scratch, type: Field['type'], values: readonly unknown[]): Column => {
  const distinct = [...new Set(values.filter(isThere))]
  const codes = scratch.u32(values.length)
  for (const [i, value] of values.entries()) codes[i] = isThere(value) ? distinct.indexOf(value) : absent
  return { kind: 'dictionary', codes, values: plainOf(scratch, type, distinct) }
}

/** One field of all rows as a column in `scratch`. */
const columnOf = (
  scratch: Scratch,
  field: Field,
  values: readonly unknown[],
  as?: 'dictionary' | 'constant' | 'json',
): Column => {
  if (as === 'constant') return { kind: 'constant', value: values.find(isThere) as string }
  if (as === 'json')
    return {
      kind: 'json',
      ...slicesOf(
        scratch,
        values.map((value) => (isThere(value) ? stringify(value) : undefined)),
      ),
    }
  const make = as === 'dictionary' ? dictionaryOf : plainOf
  if (field.list !== true) return make(scratch, field.type, values)
  const first = scratch.u32(values.length + 1)
  const elements: unknown[] = []
  for (const [i, value] of values.entries()) {
    first[i] = elements.length
    if (isThere(value)) elements.push(...(Array.isArray(value) ? value : [value]))
  }
  first[values.length] = elements.length
  return { kind: 'list', first, values: make(scratch, field.type, elements) }
}

/**
 * A real batch (arena, lease, columns of the kinds the field table asks for) holding `rows`. Times are ISO texts of up
 * to nine fraction digits or milliseconds; digits beyond 2^53 are bigints or texts; `release(batch)` gives it back.
 */
export const batchOf = (rows: readonly Row[], schema: Schema = schemaOf(rows), options: BatchOptions = {}): Batch => {
  const arena = options.arena ?? testArena()
  const texts = rows.map((row, i) => Buffer.from(options.text?.[i] ?? stringify(row)))
  const lease = arena.lease(texts.reduce((sum, text) => sum + text.length, 0))
  if (lease === undefined) throw new Error('the arena of the tests is full: release batches')
  const scratch = createScratch(arena)
  const width = options.width ?? 100
  const from = scratch.f64(rows.length)
  const to = scratch.f64(rows.length)
  const start = scratch.u32(rows.length)
  const end = scratch.u32(rows.length)
  let at = lease.start
  for (const [i, text] of texts.entries()) {
    from[i] = (options.from ?? 0) + i * width
    to[i] = from[i]! + width
    start[i] = at
    arena.bytes.set(text, at)
    at += text.length
    end[i] = at
  }
  const flag = scratch.u8(rows.length)
  for (const i of rows.keys()) flag[i] = options.flag?.[i] ?? 0
  const columns = new Map<string, Column>()
  for (const [name, field] of schema) {
    const values = rows.map((row) => row[name])
    if (values.some(isThere)) columns.set(name, columnOf(scratch, field, values, options.as?.[name]))
  }
  const batch: Batch = {
    block: {
      arena,
      lease,
      count: rows.length,
      start,
      end,
      from,
      to,
      flag,
      origin: {
        source: options.source ?? 'test',
        key: options.key ?? '00c0ffee00c0ffee',
        path: options.path ?? '/var/log/test.log',
      },
      readAt: options.readAt ?? Date.parse('2026-11-23T08:00:00Z'),
    },
    count: rows.length,
    dataset: options.dataset ?? 'test.log',
    columns,
    outcome: scratch.u8(rows.length).fill(0),
    failures: new Map(),
    scratch,
    schema: options.stored === true ? withProvenance(schema) : schema,
  }
  if (options.stored === true)
    addProvenance(batch, {
      host: 'web-1',
      namespace: options.namespace ?? 'default',
      ingested: options.ingested ?? Date.parse('2026-11-23T09:00:00Z'),
    })
  return batch
}

/** The schema with the fields the pipeline adds, as `prepare` is told it. */
export const withProvenance = (schema: Schema): Schema =>
  new Map([...schema, ...provenanceFields.map((name) => [name, fieldOf(name)!] as const)])
