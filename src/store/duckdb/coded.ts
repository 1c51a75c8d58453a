import type { Batch } from '../../event/batch.ts'
import { absent, type DictionaryColumn, type TextColumn } from '../../event/column.ts'
import { createByteTable } from '../../memory/byte-table.ts'
import { bytesOf, hashOf } from '../../memory/bytes.ts'

/** Rows looked at first, and how many values they may have between them: a method, a version, a few referrers. */
const sample = 256
const mostInSample = 32
const mostValues = 512

const seed = (Math.random() * 0xffffffff) | 0
const table = createByteTable()
let arena = bytesOf(new Uint8Array(0))

/** The rows' column with each value once, where there are few for so many rows; undefined where there are more. */
export const codedText = (
  { block, count }: Batch,
  { start, end }: TextColumn,
  rows: Uint32Array,
): DictionaryColumn | undefined => {
  if (arena.memory !== block.arena.bytes) arena = bytesOf(block.arena.bytes)
  table.reset(mostValues + 1)
  const codes = new Uint32Array(count).fill(absent)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const from = start[row]!
    if (from === absent) continue
    const to = end[row]!
    const hash = hashOf(arena, from, to, seed)
    const known = table.find(arena, arena, from, to, hash)
    codes[row] = known >= 0 ? known : table.add(from, to, hash)
    if (table.count > (i < sample ? mostInSample : mostValues)) return undefined
  }
  if (table.count * 8 > rows.length) return undefined
  const values = {
    kind: 'text',
    start: table.start.slice(0, table.count),
    end: table.end.slice(0, table.count),
  } as const
  return { kind: 'dictionary', codes, values }
}
