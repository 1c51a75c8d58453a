import type { Batch } from '../event/batch.ts'
import { absent, type Column, type TextColumn } from '../event/column.ts'
import { type Distinct, distinctElements, distinctOf, textOf } from './distinct.ts'

/** What becomes of each distinct text. undefined: no value; the same string: nothing is written. */
export interface TextMap {
  readonly map: (text: string) => string | undefined
  /** Lets a value pass by its bytes, without making a string of it. */
  readonly skips?: (memory: Uint8Array, start: number, end: number) => boolean
}

/** The mapped values in the batch's memory; undefined: none changed. */
const mapDistinct = (batch: Batch, distinct: Distinct, { map, skips }: TextMap): TextColumn | undefined => {
  const { memory, count } = distinct
  const here = memory === batch.block.arena.bytes
  const start = batch.scratch.u32(count)
  const end = batch.scratch.u32(count)
  let changed = false
  for (let code = 0; code < count; code++) {
    const from = distinct.start[code]!
    const to = distinct.end[code]!
    start[code] = from
    end[code] = to
    if (skips?.(memory, from, to) === true && here) continue
    const text = textOf(distinct, code)
    const mapped = map(text)
    if (mapped === text && here) continue
    changed ||= mapped !== text
    const slice = mapped === undefined ? { start: absent, end: absent } : batch.scratch.write(mapped)
    start[code] = slice.start
    end[code] = slice.end
  }
  return changed ? { kind: 'text', start, end } : undefined
}

/**
 * The column with `map` applied once to each distinct text: to texts, dictionaries of texts, constants and lists of
 * texts. The same column comes back where no value changed or the column holds no text.
 */
export const mapText = (batch: Batch, column: Column, how: TextMap): Column => {
  if (column.kind === 'constant') {
    if (typeof column.value !== 'string') return column
    const value = how.map(column.value)
    if (value === column.value) return column
    return value === undefined
      ? { kind: 'list', first: batch.scratch.u32(batch.count + 1).fill(0), values: column }
      : { kind: 'constant', value }
  }
  if (column.kind === 'list') {
    const distinct = distinctElements(batch, column.first, column.values)
    const values = distinct === undefined ? undefined : mapDistinct(batch, distinct, how)
    return values === undefined
      ? column
      : { kind: 'list', first: column.first, values: { kind: 'dictionary', codes: distinct!.codes, values } }
  }
  if (!isOfText(column)) return column
  const distinct = distinctOf(batch, column)
  const values = distinct === undefined ? undefined : mapDistinct(batch, distinct, how)
  return values === undefined ? column : { kind: 'dictionary', codes: distinct!.codes, values }
}

const isOfText = (column: Column): boolean =>
  column.kind === 'text' || (column.kind === 'dictionary' && isOfText(column.values))
