import { absent, type Column, type DictionaryColumn, has } from '../../event/column.ts'
import type { FieldType } from '../../event/field.ts'
import type { ParquetWriter } from './parquet.ts'
import type { Facet } from './shape.ts'
import { type Aspect, type PageSource, writeAspect, writeString } from './values.ts'

/** Through dictionaries and rows without a value to the column that holds the values, and where in it each lies. */
const resolve = (column: Column, rows: Uint32Array, count: number, into: Uint32Array): Column => {
  let inner = column
  let from = rows
  while (inner.kind === 'dictionary') {
    const { codes } = inner
    for (let i = 0; i < count; i++) into[i] = from[i] === absent ? absent : codes[from[i]!]!
    inner = inner.values
    from = into
  }
  if (inner.kind === 'text') {
    const { start } = inner
    for (let i = 0; i < count; i++) {
      const row = from[i]!
      into[i] = row === absent || start[row] === absent ? absent : row
    }
    return inner
  }
  for (let i = 0; i < count; i++) {
    const row = from[i]!
    into[i] = row === absent || !has(inner, row) ? absent : row
  }
  return inner
}

let places = new Uint32Array(0)
let levels = new Uint8Array(0)
let repetitions = new Uint8Array(0)
const grow = (count: number): void => {
  if (places.length >= count) return
  places = new Uint32Array(count)
  levels = new Uint8Array(count)
  repetitions = new Uint8Array(count)
}

const writeScalars = (
  out: ParquetWriter,
  column: Column,
  type: FieldType,
  aspect: Aspect,
  source: PageSource,
): void => {
  const count = source.rows.length
  grow(count)
  const inner = resolve(column, source.rows, count, places)
  for (let i = 0; i < count; i++) levels[i] = places[i] === absent ? 0 : 1
  out.beginPage(count)
  out.levels(levels, count, 1)
  writeAspect(out, inner, places, count, type, aspect, source)
  out.endPage()
}

/** Where the values of a batch lie in the dictionary of the file, by their own code. */
export interface Coding {
  readonly map: Uint32Array
  /** Values of the dictionary. */
  readonly size: number
}

const writeCodes = (
  out: ParquetWriter,
  { codes }: DictionaryColumn,
  { map, size }: Coding,
  rows: Uint32Array,
): void => {
  const count = rows.length
  grow(count)
  let there = 0
  for (let i = 0; i < count; i++) {
    const code = codes[rows[i]!]!
    const index = code === absent ? absent : map[code]!
    levels[i] = index === absent ? 0 : 1
    if (index !== absent) places[there++] = index
  }
  out.beginPage(count, 'dictionary')
  out.levels(levels, count, 1)
  out.indices(places, there, size)
  out.endPage()
}

/** Definition levels: 0 no list, 2 an element. A value that is no list is a list of one. */
const writeLists = (out: ParquetWriter, column: Column, type: FieldType, aspect: Aspect, source: PageSource): void => {
  const { rows } = source
  const list = column.kind === 'list' ? column : undefined
  let elements = 0
  if (list !== undefined)
    for (let i = 0; i < rows.length; i++) elements += list.first[rows[i]! + 1]! - list.first[rows[i]!]!
  grow(elements + rows.length)
  let count = 0
  const values = list?.values ?? column
  const element = new Uint32Array(1)
  let flat = values
  while (flat.kind === 'dictionary') flat = flat.values
  for (let i = 0; i < rows.length; i++) {
    const begin = count
    const row = rows[i]!
    const to = list === undefined ? row + 1 : list.first[row + 1]!
    for (let j = list === undefined ? row : list.first[row]!; j < to; j++) {
      element[0] = j
      resolve(values, element, 1, element)
      if (element[0] === absent) continue
      places[count] = element[0]
      levels[count] = 2
      repetitions[count] = count > begin ? 1 : 0
      count++
    }
    if (count > begin) continue
    places[count] = absent
    levels[count] = 0
    repetitions[count++] = 0
  }
  out.beginPage(count)
  out.levels(repetitions, count, 1)
  out.levels(levels, count, 2)
  writeAspect(out, flat, places, count, type, aspect, source)
  out.endPage()
}

/** Writes one page: the rows of one batch in one column, as numbers of the column's dictionary where there is one. */
export const writePage = (
  out: ParquetWriter,
  type: FieldType,
  list: boolean,
  aspect: Aspect,
  source: PageSource,
  coding?: Coding,
): void => {
  if (coding !== undefined && source.column?.kind === 'dictionary') {
    writeCodes(out, source.column, coding, source.rows)
    return
  }
  if (source.column !== undefined) {
    const write = list ? writeLists : writeScalars
    write(out, source.column, type, aspect, source)
    return
  }
  const count = source.rows.length
  grow(count)
  levels.fill(0, 0, count)
  out.beginPage(count)
  if (list) out.levels(levels, count, 1)
  out.levels(levels, count, list ? 2 : 1)
  out.endPage()
}

/** A page of the ids of a facet's rows. */
export const writeIds = (
  out: ParquetWriter,
  { codes }: Pick<Facet, 'codes'>,
  ids: Uint32Array,
  rows: Uint32Array,
): void => {
  const count = rows.length
  grow(count)
  out.beginPage(count)
  let there = 0
  for (let i = 0; i < count; i++) {
    const code = codes[rows[i]!]!
    const id = code === absent ? absent : ids[code]!
    levels[i] = id === absent ? 0 : 1
    if (id !== absent) places[there++] = id
  }
  out.levels(levels, count, 1)
  out.room(there * 4)
  for (let i = 0; i < there; i++) {
    out.view.setInt32(out.at, places[i]!, true)
    out.at += 4
  }
  out.endPage()
}

/** A page of texts, none of them absent. */
export const writeTexts = (out: ParquetWriter, texts: readonly string[]): void => {
  grow(texts.length)
  levels.fill(1, 0, texts.length)
  out.beginPage(texts.length)
  out.levels(levels, texts.length, 1)
  for (const text of texts) writeString(out, text)
  out.endPage()
}

/** A page of the same 32-bit number for every row. */
export const writeSame = (out: ParquetWriter, value: number, count: number): void => {
  grow(count)
  levels.fill(1, 0, count)
  out.beginPage(count)
  out.levels(levels, count, 1)
  out.room(count * 4)
  for (let i = 0; i < count; i++) {
    out.view.setInt32(out.at, value, true)
    out.at += 4
  }
  out.endPage()
}
