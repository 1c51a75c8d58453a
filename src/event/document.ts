import { copyWide } from '../memory/wide.ts'
import type { Batch } from './batch.ts'
import { absent, type Column, has } from './column.ts'
import { columnBound, valueBound } from './document-bound.ts'
import { planOf } from './document-plan.ts'
import { createValueWriter } from './document-value.ts'
import { createTimeWriter } from './iso-time.ts'
import { writeEscaped } from './json-text.ts'

/** Writes rows as nested ECS documents. */
export interface DocumentWriter {
  /**
   * Writes row `row` as one JSON object, without newline, at address `at` of the arena; returns where it ends. A few
   * bytes behind that may be written over.
   */
  write(row: number, at: number): number
  /** No more bytes than this are written for `row`, those written over included. */
  bound(row: number): number
  /** The largest bound of any row, or more. */
  readonly most: number
}

/** How a value is written: small whole numbers, so that choosing among them costs nothing. */
const code = { text: 0, json: 1, number: 2, time: 3, ip: 4, boolean: 5, texts: 6, other: 7 } as const

/** A column made ready: all have one shape, so that the loop over them stays monomorphic. */
interface Leaf {
  readonly code: number
  /** Of a dictionary: the row of the values. */
  readonly codes: Uint32Array | undefined
  /** Of a list of texts: elements before each row. */
  readonly first: Uint32Array
  readonly start: Uint32Array
  readonly end: Uint32Array
  readonly values: Float64Array
  readonly ns: Uint32Array
  /** Fraction digits; 0, 1 and 255 of a boolean; whether there is an address. */
  readonly small: Uint8Array
  readonly addresses: Uint8Array
  readonly column: Column
  /** The time last written and where its text lies: many lines of a log are of one second. */
  ms: number
  fraction: number
  digits: number
  readonly textStart: number
  textEnd: number
}

const none8 = new Uint8Array(0)
const none32 = new Uint32Array(0)
const none64 = new Float64Array(0)
const timeRoom = 48

const leafOf = (column: Column, textStart: number): Leaf => {
  const values = column.kind === 'dictionary' ? column.values : column
  const codes = column.kind === 'dictionary' ? column.codes : undefined
  const leaf = {
    code: 0,
    codes,
    first: none32,
    start: none32,
    end: none32,
    values: none64,
    ns: none32,
    small: none8,
    addresses: none8,
    column: values,
    ms: Number.NaN,
    fraction: 0,
    digits: 0,
    textStart,
    textEnd: textStart,
  }
  switch (values.kind) {
    case 'text':
    case 'json':
      return { ...leaf, code: code[values.kind], start: values.start, end: values.end }
    case 'number': {
      const { start, end } = values.text ?? { start: none32, end: none32 }
      return { ...leaf, code: code.number, values: values.values, start, end }
    }
    case 'time':
      return { ...leaf, code: code.time, values: values.ms, ns: values.ns, small: values.digits }
    case 'ip':
      return { ...leaf, code: code.ip, addresses: values.values, small: values.present }
    case 'boolean':
      return { ...leaf, code: code.boolean, small: values.values }
    case 'list':
      if (values.values.kind !== 'text') return { ...leaf, code: code.other }
      return { ...leaf, code: code.texts, first: values.first, start: values.values.start, end: values.values.end }
    default:
      return { ...leaf, code: code.other }
  }
}

const encoder = new TextEncoder()

/** Texts outside the arena, which may be full: those between values, and times. */
interface Texts {
  bytes: Uint8Array
  view: DataView
  end: number
}
const textsOf = (size: number): Texts => {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer), end: 0 }
}
/** Address of `length` bytes, with slack behind them. */
const take = (texts: Texts, length: number): number => {
  const at = texts.end
  texts.end += length + 8
  if (texts.end > texts.bytes.length) {
    const { bytes, view } = textsOf(texts.end * 2)
    bytes.set(texts.bytes)
    Object.assign(texts, { bytes, view })
  }
  return at
}

export const createWriter = ({ block, columns, count }: Pick<Batch, 'block' | 'columns' | 'count'>): DocumentWriter => {
  const { arena } = block
  const { view } = arena
  const values = createValueWriter(arena)
  const plan = planOf(columns)
  const texts = textsOf(4096)
  const leaves = plan.columns.map((column) => leafOf(column, take(texts, timeRoom)))
  const times = leaves.map((leaf) => (leaf.code === code.time ? createTimeWriter() : undefined))
  /** By previous leaf + 1 and next leaf: where the text between them begins and ends; 0, 0: not made yet. */
  const between: Uint32Array[] = []

  const makeText = (previous: number, next: number): Uint32Array => {
    const text = encoder.encode(plan.between(previous, next))
    const start = take(texts, text.length)
    const places = (between[previous + 1] ??= new Uint32Array(2 * leaves.length + 2))
    places[2 * next] = start
    places[2 * next + 1] = start + text.length
    texts.bytes.set(text, start)
    return places
  }
  const pass = (previous: number, next: number, at: number): number => {
    let places = between[previous + 1]
    if (places === undefined || places[2 * next + 1] === 0) places = makeText(previous, next)
    return copyWide(texts.view, places[2 * next]!, places[2 * next + 1]!, view, at)
  }
  const writeTime = (leaf: Leaf, i: number, cell: number, at: number): number => {
    const ms = leaf.values[cell]!
    const ns = leaf.ns[cell]!
    const digits = leaf.small[cell]!
    if (ms !== leaf.ms || ns !== leaf.fraction || digits !== leaf.digits) {
      leaf.textEnd = times[i]!.write(texts.bytes, ms, ns, digits, leaf.textStart)
      leaf.ms = ms
      leaf.fraction = ns
      leaf.digits = digits
    }
    return copyWide(texts.view, leaf.textStart, leaf.textEnd, view, at)
  }

  const varying = [...columns.values()].filter(({ kind }) => kind !== 'constant')
  const fixed = 3 * plan.most + 16
  let most: number | undefined
  return {
    write(row, at) {
      let to = at
      let previous = -1
      for (let i = 0; i < leaves.length; i++) {
        const leaf = leaves[i]!
        let cell = row
        if (leaf.codes !== undefined) {
          cell = leaf.codes[row]!
          if (cell === absent) continue
        }
        switch (leaf.code) {
          case code.text: {
            const start = leaf.start[cell]!
            if (start === absent) continue
            to = writeEscaped(arena, start, leaf.end[cell]!, pass(previous, i, to))
            break
          }
          case code.json: {
            const start = leaf.start[cell]!
            if (start === absent) continue
            to = values.copy(start, leaf.end[cell]!, pass(previous, i, to))
            break
          }
          case code.number: {
            const value = leaf.values[cell]!
            if (Number.isNaN(value)) continue
            to = pass(previous, i, to)
            const start = leaf.start.length === 0 ? absent : leaf.start[cell]!
            to = start === absent ? values.number(value, to) : values.copy(start, leaf.end[cell]!, to)
            break
          }
          case code.time:
            if (Number.isNaN(leaf.values[cell])) continue
            to = writeTime(leaf, i, cell, pass(previous, i, to))
            break
          case code.ip:
            if (leaf.small[cell] !== 1) continue
            to = values.ip(leaf.addresses, cell * 16, pass(previous, i, to))
            break
          case code.boolean:
            if (leaf.small[cell] === 255) continue
            to = values.boolean(leaf.small[cell]!, pass(previous, i, to))
            break
          case code.texts: {
            const first = leaf.first[cell]!
            const stop = leaf.first[cell + 1]!
            if (first === stop) continue
            to = pass(previous, i, to)
            for (let element = first; element < stop; element++) {
              if (element > first) to = values.between(to)
              to = writeEscaped(arena, leaf.start[element]!, leaf.end[element]!, to)
            }
            break
          }
          default:
            if (!has(leaf.column, cell)) continue
            to = values.any(leaf.column, cell, pass(previous, i, to))
        }
        previous = i
      }
      return pass(previous, leaves.length, to)
    },
    bound(row) {
      let sum = fixed
      for (let i = 0; i < varying.length; i++) sum += valueBound(varying[i]!, row)
      return sum
    },
    get most() {
      most ??= varying.reduce((sum, column) => sum + columnBound(column, count), fixed)
      return most
    },
  }
}

/** One row as JSON text: for people, dead letters and user functions; not for bulk. */
export const documentText = (batch: Batch, row: number): string => {
  const writer = createWriter(batch)
  const at = batch.scratch.take(writer.bound(row))
  return batch.block.arena.node.toString('utf8', at, writer.write(row, at))
}
