import { type Block, flags } from '../event/block.ts'
import type { Framing } from '../event/framing.ts'
import type { Arena } from '../memory/arena.ts'
import { ArenaFull, createScratch, type Scratch } from '../memory/scratch.ts'

/** Puts the text a grammar reads in place of records that are none; how many were, and the memory of their texts. */
export const translateRecords = (
  arena: Arena,
  { count, start, end, flag }: Block,
  translate: NonNullable<Framing['translate']>,
): { readonly rows: number; readonly texts: Scratch } | 'full' => {
  const texts = createScratch(arena)
  let rows = 0
  try {
    for (let row = 0; row < count; row++) {
      const found = translate(arena.bytes.subarray(start[row], end[row]), (flag[row]! & flags.truncated) !== 0)
      if (found === undefined) continue
      rows++
      const at = texts.take(found.text.length)
      arena.bytes.set(found.text, at)
      start[row] = at
      end[row] = at + found.text.length
      flag[row] = (flag[row]! & ~flags.multiline) | (found.valid ? 0 : flags.invalidUtf8)
    }
  } catch (error) {
    texts.release()
    if (error instanceof ArenaFull) return 'full'
    throw error
  }
  return { rows, texts }
}
