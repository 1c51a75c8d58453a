import { type Batch, kill, outcome } from '../../event/batch.ts'
import { absent, type Column, type DictionaryColumn, has, type NumberColumn } from '../../event/column.ts'
import { writeInteger } from '../../event/json-text.ts'
import { documentId } from '../../event/provenance.ts'
import { codedText } from './coded.ts'
import { derivedField, derivedMark, withoutDerived } from './derived.ts'
import { type Held, heldBy } from './held-type.ts'
import { wholeOf } from './values.ts'

/** Columns that say of each row which of few things it has to do with: an agent, a country. */
export interface Facet {
  /** What its table and its column in the table of events are named after. */
  readonly slot: string
  readonly codes: Uint32Array
  /** Codes are less than this. */
  readonly size: number
  readonly columns: ReadonlyMap<string, DictionaryColumn>
}

/** A batch as it will lie in the file. */
export interface Shape {
  readonly batch: Batch
  readonly dataset: string
  readonly namespace: string
  /** Live rows. */
  readonly rows: Uint32Array
  /** Columns that go with each row. */
  readonly columns: ReadonlyMap<string, Column>
  /** Columns that lie in tables of their own, to which a row refers. */
  readonly facets: readonly Facet[]
  /** Of both. */
  readonly held: ReadonlyMap<string, Held>
  /** Constants, which go into `contexts`. */
  readonly context: Readonly<Record<string, string>>
}

const innerOf = (column: Column): Column => {
  let inner = column
  while (inner.kind === 'dictionary' || inner.kind === 'list') inner = inner.values
  return inner
}

const two63 = 2 ** 63
/** Milliseconds that nanoseconds in 64 bits can tell: the years 1677 to 2262. */
const farthest = 9_223_372_036_854

const fitsLong = (batch: Batch, column: NumberColumn, at: number): boolean => {
  const value = column.values[at]!
  if (!(Math.abs(value) >= two63)) return true
  const exact = wholeOf(batch.block.arena.node, column.text, at)
  return exact !== undefined && exact === BigInt.asIntN(64, exact)
}

/** Whether element `at` of the innermost column can be stored. */
const storable = (batch: Batch, held: Held, inner: Column, at: number): boolean => {
  if (inner.kind === 'number')
    return held.type === 'long' ? fitsLong(batch, inner, at) : Math.abs(inner.values[at]!) !== Number.POSITIVE_INFINITY
  return inner.kind !== 'time' || !(Math.abs(inner.ms[at]!) > farthest)
}

const anyElement = (column: Column, row: number, test: (at: number) => boolean): boolean => {
  switch (column.kind) {
    case 'dictionary':
      return column.codes[row] !== absent && anyElement(column.values, column.codes[row]!, test)
    case 'list':
      for (let i = column.first[row]!; i < column.first[row + 1]!; i++)
        if (anyElement(column.values, i, test)) return true
      return false
    default:
      return test(row)
  }
}

/** Numbers and times that no column holds: dead here, as the other stores refuse them. */
const refuse = (batch: Batch, name: string, held: Held, column: Column): void => {
  const inner = innerOf(column)
  if (inner.kind !== 'number' && inner.kind !== 'time') return
  const magnitudes = inner.kind === 'number' ? inner.values : inner.ms
  const most = inner.kind === 'time' ? farthest : held.type === 'long' ? two63 : Number.MAX_VALUE
  if (allWithin(magnitudes, most)) return
  const bad = (at: number): boolean => !storable(batch, held, inner, at)
  for (let row = 0; row < batch.count; row++) {
    if (batch.outcome[row] !== outcome.live || !anyElement(column, row, bad)) continue
    const code = inner.kind === 'number' ? 'number_out_of_range' : 'time_out_of_range'
    kill(batch, row, { stage: 'store', code, field: name, reason: `${name} does not fit into 64 bits.` })
  }
}

/** What no value reaches, none needs to be looked at for; NaN is no value. */
const allWithin = (values: Float64Array, most: number): boolean => {
  for (let i = 0; i < values.length; i++) if (values[i]! >= most || values[i]! <= -most) return false
  return true
}

/** A field without a value costs nothing and gets no column. */
const anyValue = ({ count, outcome: outcomes }: Batch, column: Column): boolean => {
  for (let i = 0; i < count; i++) if (outcomes[i] === outcome.live && has(column, i)) return true
  return false
}

/** Whether `event.id` of every row is what generation and offset make it, and need not be stored. */
const derivable = ({ block, columns, count, outcome: outcomes }: Batch): boolean => {
  const ids = columns.get('event.id')
  const offsets = columns.get('log.offset')
  const key = columns.get('log.file.id')
  if (ids?.kind !== 'text' || offsets?.kind !== 'number' || key?.kind !== 'constant') return false
  if (key.value !== block.origin.key) return false
  const memory = block.arena.bytes
  const expected = new Uint8Array(block.origin.key.length * 3 + 24)
  const { written } = new TextEncoder().encodeInto(documentId(block.origin.key, 0).slice(0, -1), expected)
  for (let i = 0; i < count; i++) {
    if (outcomes[i] !== outcome.live) continue
    const start = ids.start[i]!
    if (start === absent || !Number.isSafeInteger(offsets.values[i])) return false
    const length = writeInteger(expected, offsets.values[i]!, written)
    if (ids.end[i]! - start !== length) return false
    for (let j = 0; j < length; j++) if (memory[start + j] !== expected[j]) return false
  }
  return true
}

const liveRows = ({ count, outcome: outcomes }: Batch): Uint32Array => {
  const rows = new Uint32Array(count)
  let n = 0
  for (let i = 0; i < count; i++) if (outcomes[i] === outcome.live) rows[n++] = i
  return rows.subarray(0, n)
}

/** A column of few values is a facet; those that share their codes are one: they were made from the same thing. */
const facetsAmong = (columns: ReadonlyMap<string, Column>, held: ReadonlyMap<string, Held>): readonly Facet[] => {
  const byCodes = new Map<Uint32Array, Map<string, DictionaryColumn>>()
  for (const [name, column] of columns) {
    if (column.kind !== 'dictionary' || !isPlain(column.values, held.get(name)!)) continue
    const alike = byCodes.get(column.codes) ?? new Map<string, DictionaryColumn>()
    alike.set(name, column)
    byCodes.set(column.codes, alike)
  }
  const facets: Facet[] = []
  for (const [codes, alike] of byCodes) {
    const [name] = alike.keys()
    const slot = alike.size === 1 ? name! : name!.split('.')[0]!
    const sizes = new Set([...alike.values()].map(({ values }) => lengthOf(values)))
    const [size] = sizes
    if (sizes.size === 1 && !facets.some((other) => other.slot === slot))
      facets.push({ slot, codes, size: size!, columns: alike })
  }
  return facets
}

const isPlain = ({ kind }: Column, { type, list }: Held): boolean =>
  !list && ((kind === 'text' && type === 'keyword') || kind === 'boolean' || kind === 'number')

const lengthOf = (column: Column): number => {
  switch (column.kind) {
    case 'text':
      return column.start.length
    case 'number':
    case 'boolean':
      return column.values.length
    default:
      return 0
  }
}

/** Sorts a batch's columns into what each row carries and what all share; rows that cannot be stored are killed. */
export const shapeOf = (batch: Batch): Shape => {
  const columns = new Map<string, Column>()
  const held = new Map<string, Held>()
  const context: Record<string, string> = {}
  const omitted = derivable(batch) ? 'event.id' : undefined
  const thinned = withoutDerived(batch)
  if (thinned !== undefined) context[derivedMark] = derivedField
  for (const name of [...batch.columns.keys()].sort()) {
    if (name === omitted) continue
    const column = name === derivedField && thinned !== undefined ? thinned : batch.columns.get(name)!
    const field = batch.schema.get(name) ?? { type: guess(column), about: '' }
    const type = heldBy(field, column)
    if (column.kind === 'constant' && type.type === 'keyword' && !type.list) {
      context[name] = String(column.value)
      continue
    }
    if (!anyValue(batch, column)) continue
    refuse(batch, name, type, column)
    columns.set(name, column)
    held.set(name, type)
  }
  const rows = liveRows(batch)
  for (const [name, column] of columns) {
    if (column.kind !== 'text' || held.get(name)!.type !== 'keyword' || held.get(name)!.list) continue
    const coded = codedText(batch, column, rows)
    if (coded !== undefined) columns.set(name, coded)
  }
  const facets = facetsAmong(columns, held)
  for (const facet of facets) for (const name of facet.columns.keys()) columns.delete(name)
  const namespace = batch.columns.get('data_stream.namespace')
  return {
    batch,
    dataset: batch.dataset,
    namespace: namespace?.kind === 'constant' ? String(namespace.value) : 'default',
    rows,
    columns,
    facets,
    held,
    context,
  }
}

/** For a column that its schema forgot. */
const guess = (column: Column): Held['type'] => {
  switch (innerOf(column).kind) {
    case 'number':
      return 'double'
    case 'time':
      return 'date'
    case 'ip':
      return 'ip'
    case 'boolean':
      return 'boolean'
    case 'json':
    case 'members':
      return 'flattened'
    default:
      return 'keyword'
  }
}

/** The same rows with all their columns their own. */
export const withoutFacets = (shape: Shape): Shape => ({
  ...shape,
  columns: new Map([...shape.columns, ...shape.facets.flatMap(({ columns }) => [...columns])]),
  facets: [],
})
