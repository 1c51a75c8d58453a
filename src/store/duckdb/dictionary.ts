import { absent, type Column, has } from '../../event/column.ts'
import type { FieldType } from '../../event/field.ts'
import { createByteTable } from '../../memory/byte-table.ts'
import { bytesOf, hashOf } from '../../memory/bytes.ts'
import type { Coding } from './pages.ts'
import type { ParquetWriter } from './parquet.ts'
import { type PageSource, physicalOf, writeAspect } from './values.ts'

/** Values of a dictionary at most; `indices` have 16 bits. */
const mostValues = 1 << 14

const seed = (Math.random() * 0xffffffff) | 0
const table = createByteTable()
const place = new Uint32Array(1)

const valuesOf = ({ column }: PageSource): number => (column?.kind === 'dictionary' ? lengthOf(column.values) : 0)

const lengthOf = (column: Column): number => {
  switch (column.kind) {
    case 'text':
      return column.start.length
    case 'number':
      return column.values.length
    case 'time':
      return column.ms.length
    case 'ip':
      return column.present.length
    default:
      return Number.POSITIVE_INFINITY
  }
}

/**
 * Writes the dictionary of a column of a file: that of its batches, each value once, so that pages need not repeat
 * them. Undefined, and nothing is written, where a batch's column is no dictionary or there are too many values to
 * gain by it. What comes back is one coding a source.
 */
export const writeDictionary = (
  out: ParquetWriter,
  type: FieldType,
  sources: readonly PageSource[],
): readonly Coding[] | undefined => {
  if (physicalOf(type, 'value') === 'boolean') return undefined
  let values = 0
  let rows = 0
  for (const source of sources) {
    if (source.column !== undefined && source.column.kind !== 'dictionary') return undefined
    values += valuesOf(source)
    rows += source.rows.length
  }
  if (values === 0 || values > mostValues || values > rows) return undefined
  out.beginDictionary()
  table.reset(values)
  const maps = sources.map((source) => codesOf(out, type, source))
  out.endDictionary(table.count)
  return maps.map((map) => ({ map, size: table.count }))
}

/** Writes the values that are not there yet. A value is told by the bytes it is written as. */
const codesOf = (out: ParquetWriter, type: FieldType, source: PageSource): Uint32Array => {
  const { column } = source
  const map = new Uint32Array(valuesOf(source))
  if (column?.kind !== 'dictionary') return map
  const { values } = column
  for (let code = 0; code < map.length; code++) {
    if (!has(values, code)) {
      map[code] = absent
      continue
    }
    const start = out.at
    place[0] = code
    writeAspect(out, values, place, 1, type, 'value', source)
    const bytes = (written = written.memory === out.bytes ? written : bytesOf(out.bytes))
    const hash = hashOf(bytes, start, out.at, seed)
    const known = table.find(bytes, bytes, start, out.at, hash)
    if (known >= 0) out.at = start
    map[code] = known >= 0 ? known : table.add(start, out.at, hash)
  }
  return map
}

let written = bytesOf(new Uint8Array(0))
