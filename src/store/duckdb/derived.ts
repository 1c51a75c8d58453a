import { type Batch, outcome } from '../../event/batch.ts'
import { absent, type Column, type Slices, type TextColumn } from '../../event/column.ts'
import { named } from './sql-name.ts'

/**
 * `url.original` is nearly always path, `?` and query, which are kept as well; storing it too would cost a tenth of
 * all ingestion. Where it is, a row has none, and the row's context says that this means so.
 */
export const derivedField = 'url.original'
const parts = { path: 'url.path', query: 'url.query' } as const

/** The member of a context that names what its rows leave to be derived. */
export const derivedMark = '$derived'

const question = 0x3f

const sameText = (memory: Uint8Array, left: number, right: number, length: number): boolean => {
  if (left === right) return true
  for (let i = 0; i < length; i++) if (memory[left + i] !== memory[right + i]) return false
  return true
}

/** Whether the text of row `i` is its path, with `?` and its query where it has one. */
const isDerivable = (
  memory: Uint8Array,
  original: Slices,
  path: Slices,
  query: Slices | undefined,
  i: number,
): boolean => {
  const start = original.start[i]!
  const end = original.end[i]!
  const from = path.start[i]!
  if (from === absent) return false
  const length = path.end[i]! - from
  const asked = query !== undefined && query.start[i] !== absent
  const rest = asked ? query.end[i]! - query.start[i]! + 1 : 0
  if (end - start !== length + rest || !sameText(memory, start, from, length)) return false
  return (
    !asked || (memory[start + length] === question && sameText(memory, start + length + 1, query.start[i]!, rest - 1))
  )
}

const textOf = (column: Column | undefined): TextColumn | undefined => (column?.kind === 'text' ? column : undefined)

/**
 * The column without the values that can be derived; undefined where all are to be stored. A batch of which a row has
 * a path and no text to derive stores all, or the row would get one.
 */
export const withoutDerived = ({ columns, block, count, outcome: outcomes }: Batch): TextColumn | undefined => {
  const original = textOf(columns.get(derivedField))
  const path = textOf(columns.get(parts.path))
  const given = columns.get(parts.query)
  const query = textOf(given)
  if (original === undefined || path === undefined || query !== given) return undefined
  const start = original.start.slice()
  for (let i = 0; i < count; i++) {
    if (outcomes[i] !== outcome.live) continue
    if (start[i] === absent) {
      if (path.start[i] !== absent) return undefined
      continue
    }
    if (isDerivable(block.arena.bytes, original, path, query, i)) start[i] = absent
  }
  return { kind: 'text', start, end: original.end }
}

export const derivedFrom = parts

/** What the field is where a row has none of its own, of the texts in SQL; no `query`: no event has one. */
export const derivedSql = (path: string, query: string | undefined): string => {
  const text = query === undefined ? path : `${path} || coalesce('?' || ${query}, '')`
  return `CASE WHEN c.${named(derivedMark)} = '${derivedField}' THEN ${text} END`
}
