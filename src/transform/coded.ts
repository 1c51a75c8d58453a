import { type Batch, outcome } from '../event/batch.ts'
import { absent, type Column, has } from '../event/column.ts'
import type { FieldType } from '../event/field.ts'
import { printIp } from '../event/ip.ts'
import { createTimeWriter } from '../event/iso-time.ts'
import { distinctOf, textOf } from './distinct.ts'
import { type Scalar, scalarOf } from './scalar.ts'

/** A column's live values as texts, alike ones once: row i is `texts[codes[i]]`. The common form of conversions. */
export interface Coded {
  readonly codes: Uint32Array
  readonly texts: readonly string[]
}

/** undefined: the column holds lists, members or JSON, which are no single values. */
export const codedOf = (batch: Batch, column: Column): Coded | undefined => {
  const inner = innermost(column)
  if (inner === 'list' || inner === 'members' || inner === 'json') return undefined
  const distinct =
    inner === 'text' || (inner === 'constant' && typeof constantOf(column) === 'string')
      ? distinctOf(batch, column)
      : undefined
  if (distinct !== undefined) {
    const texts: string[] = []
    for (let code = 0; code < distinct.count; code++) texts.push(textOf(distinct, code))
    return { codes: distinct.codes, texts }
  }
  const codes = batch.scratch.u32(batch.count).fill(absent)
  const texts: string[] = []
  const known = new Map<string, number>()
  for (let i = 0; i < batch.count; i++) {
    if (batch.outcome[i] !== outcome.live || !has(column, i)) continue
    const text = printed(batch, column, i)
    let code = known.get(text)
    if (code === undefined) {
      code = texts.push(text) - 1
      known.set(text, code)
    }
    codes[i] = code
  }
  return { codes, texts }
}

const innermost = (column: Column): Column['kind'] =>
  column.kind === 'dictionary' ? innermost(column.values) : column.kind
const constantOf = (column: Column): unknown => (column.kind === 'constant' ? column.value : undefined)

const times = createTimeWriter()
const line = new Uint8Array(64)

const printed = (batch: Batch, column: Column, row: number): string => {
  switch (column.kind) {
    case 'number': {
      const { text, values } = column
      if (text === undefined || text.start[row] === absent) return String(values[row])
      return batch.block.arena.node.toString('latin1', text.start[row], text.end[row])
    }
    case 'boolean':
      return String(column.values[row] === 1)
    case 'ip':
      return printIp(column.values, row * 16)
    case 'time':
      return Buffer.from(
        line.buffer,
        0,
        times.write(line, column.ms[row]!, column.ns[row]!, column.digits[row]!, 0),
      ).toString('latin1')
    case 'dictionary':
      return printed(batch, column.values, column.codes[row]!)
    case 'constant':
      return String(column.value)
    default:
      return ''
  }
}

/** A column of the type; codes whose text is none of it are in `refused`, and have no value. */
export const columnFrom = (
  batch: Batch,
  { codes, texts }: Coded,
  type: FieldType,
): { readonly column: Column; readonly refused: ReadonlySet<number> } => {
  const refused = new Set<number>()
  const scalars = texts.map((text, code) => {
    const scalar = scalarOf(text, type)
    if (scalar === undefined) refused.add(code)
    return scalar
  })
  return { column: { kind: 'dictionary', codes, values: valuesOf(batch, scalars, type) }, refused }
}

const valuesOf = (batch: Batch, scalars: readonly (Scalar | undefined)[], type: FieldType): Column => {
  const { scratch } = batch
  const count = scalars.length
  const slices = () => ({ start: scratch.u32(count).fill(absent), end: scratch.u32(count).fill(absent) })
  switch (type) {
    case 'long':
    case 'double': {
      const values = scratch.f64(count).fill(Number.NaN)
      const text = slices()
      for (const [i, scalar] of scalars.entries()) {
        if (scalar?.kind !== 'number') continue
        values[i] = scalar.value
        if (scalar.digits === undefined) continue
        const slice = scratch.write(scalar.digits)
        text.start[i] = slice.start
        text.end[i] = slice.end
      }
      return { kind: 'number', values, text }
    }
    case 'boolean': {
      const values = scratch.u8(count).fill(255)
      for (const [i, scalar] of scalars.entries()) if (scalar?.kind === 'boolean') values[i] = Number(scalar.value)
      return { kind: 'boolean', values }
    }
    case 'ip': {
      const values = scratch.u8(count * 16).fill(0)
      const present = scratch.u8(count).fill(0)
      for (const [i, scalar] of scalars.entries()) {
        if (scalar?.kind !== 'ip') continue
        values.set(scalar.bytes, i * 16)
        present[i] = 1
      }
      return { kind: 'ip', values, present }
    }
    case 'date': {
      const ms = scratch.f64(count).fill(Number.NaN)
      const ns = scratch.u32(count).fill(0)
      const digits = scratch.u8(count).fill(0)
      for (const [i, scalar] of scalars.entries()) {
        if (scalar?.kind !== 'time') continue
        ms[i] = scalar.ms
        ns[i] = scalar.ns
        digits[i] = scalar.digits
      }
      return { kind: 'time', ms, ns, digits }
    }
    default: {
      const text = slices()
      for (const [i, scalar] of scalars.entries()) {
        if (scalar?.kind !== 'text') continue
        const slice = scratch.write(scalar.text)
        text.start[i] = slice.start
        text.end[i] = slice.end
      }
      return { kind: 'text', ...text }
    }
  }
}

/** Whether the column's values already are of the type, so that it can go by that field's name as it is. */
export const isOfType = (column: Column, type: FieldType): boolean => {
  switch (column.kind) {
    case 'text':
      return type === 'keyword' || type === 'text'
    case 'number':
      return (
        type === 'double' ||
        (type === 'long' && column.values.every((value) => Number.isNaN(value) || Number.isInteger(value)))
      )
    case 'boolean':
      return type === 'boolean'
    case 'ip':
      return type === 'ip'
    case 'time':
      return type === 'date'
    case 'members':
    case 'json':
      return type === 'flattened'
    case 'constant':
      return typeof column.value === 'string'
        ? type === 'keyword' || type === 'text'
        : typeof column.value === 'boolean'
          ? type === 'boolean'
          : type === 'double' || (type === 'long' && Number.isInteger(column.value))
    case 'dictionary':
    case 'list':
      return isOfType(column.values, type)
  }
}
