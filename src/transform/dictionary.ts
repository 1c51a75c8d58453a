import type { Batch } from '../event/batch.ts'
import { absent, type DictionaryColumn } from '../event/column.ts'

/**
 * A column from what was found for each distinct value: row i holds `values[codes[i]]`. Equal texts are written once.
 * `codes` are shared with the column, not copied.
 */
export const textDictionary = (
  batch: Batch,
  codes: Uint32Array,
  values: readonly (string | undefined)[],
): DictionaryColumn => {
  const start = batch.scratch.u32(values.length)
  const end = batch.scratch.u32(values.length)
  const written = new Map<string, number>()
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === undefined) {
      start[i] = absent
      end[i] = absent
      continue
    }
    const before = written.get(value)
    if (before === undefined) {
      const slice = batch.scratch.write(value)
      written.set(value, i)
      start[i] = slice.start
      end[i] = slice.end
    } else {
      start[i] = start[before]!
      end[i] = end[before]!
    }
  }
  return { kind: 'dictionary', codes, values: { kind: 'text', start, end } }
}

export const numberDictionary = (
  batch: Batch,
  codes: Uint32Array,
  values: readonly (number | undefined)[],
): DictionaryColumn => {
  const numbers = batch.scratch.f64(values.length)
  for (let i = 0; i < values.length; i++) numbers[i] = values[i] ?? Number.NaN
  return { kind: 'dictionary', codes, values: { kind: 'number', values: numbers } }
}

export const booleanDictionary = (
  batch: Batch,
  codes: Uint32Array,
  values: readonly (boolean | undefined)[],
): DictionaryColumn => {
  const bytes = batch.scratch.u8(values.length)
  for (let i = 0; i < values.length; i++) bytes[i] = values[i] === undefined ? 255 : Number(values[i])
  return { kind: 'dictionary', codes, values: { kind: 'boolean', values: bytes } }
}
