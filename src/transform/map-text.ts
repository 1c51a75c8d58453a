import { type Batch, outcome } from '../event/batch.ts'
import { absent, type Column, type Slices, type TextColumn } from '../event/column.ts'
import { type Distinct, distinctAmong, distinctElements, distinctOf, textOf } from './distinct.ts'

/** What becomes of each distinct text. undefined: no value; the same string: nothing is written. */
export interface TextMap {
  readonly map: (text: string) => string | undefined
  /** Lets a value pass by its bytes, without making a string of it. What it lets pass, it lets pass in any part. */
  readonly skips?: (memory: Uint8Array, start: number, end: number) => boolean
  /** What `skips` has let pass in this batch; shared by columns of which one may hold parts of another. */
  readonly passed?: Passed
}

/** By row, the slice that was let pass last. */
export type Passed = Slices

export const nothingPassed = ({ scratch, count }: Batch): Passed => ({
  start: scratch.u32(count).fill(0),
  end: scratch.u32(count).fill(0),
})

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

/** Marks the rows that `skips` does not let pass; undefined: it lets all pass. */
const suspects = (batch: Batch, { start, end }: TextColumn, { skips, passed }: TextMap): Uint8Array | undefined => {
  const memory = batch.block.arena.bytes
  let marked: Uint8Array | undefined
  for (let i = 0; i < batch.count; i++) {
    const from = start[i]!
    if (batch.outcome[i] !== outcome.live || from === absent) continue
    const to = end[i]!
    if (passed !== undefined && from >= passed.start[i]! && to <= passed.end[i]!) continue
    if (skips!(memory, from, to)) {
      if (passed !== undefined) {
        passed.start[i] = from
        passed.end[i] = to
      }
      continue
    }
    marked ??= new Uint8Array(batch.count)
    marked[i] = 1
  }
  return marked
}

/** Most values pass, and seldom two are alike: only those that do not are looked at once each. */
const mapSuspects = (batch: Batch, column: TextColumn, how: TextMap): TextColumn => {
  const marked = suspects(batch, column, how)
  if (marked === undefined) return column
  const distinct = distinctAmong(batch, column, marked)
  const { codes } = distinct
  const values = mapDistinct(batch, distinct, { map: how.map })
  if (values === undefined) return column
  const start = batch.scratch.u32(batch.count)
  const end = batch.scratch.u32(batch.count)
  for (let i = 0; i < batch.count; i++) {
    const code = codes[i]!
    start[i] = code === absent ? column.start[i]! : values.start[code]!
    end[i] = code === absent ? column.end[i]! : values.end[code]!
  }
  return { kind: 'text', start, end }
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
  if (column.kind === 'text' && how.skips !== undefined) return mapSuspects(batch, column, how)
  const distinct = distinctOf(batch, column)
  const values = distinct === undefined ? undefined : mapDistinct(batch, distinct, how)
  return values === undefined ? column : { kind: 'dictionary', codes: distinct!.codes, values }
}

const isOfText = (column: Column): boolean =>
  column.kind === 'text' || (column.kind === 'dictionary' && isOfText(column.values))
