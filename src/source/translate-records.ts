import { type Block, flags } from '../event/block.ts'
import type { Framing } from '../event/framing.ts'
import type { Arena, Lease } from '../memory/arena.ts'

/** Puts the text a grammar reads in place of records that are none; undefined: there were none. Records do not change where there is no room. */
export const translateRecords = (
  arena: Arena,
  { count, start, end, flag }: Block,
  translate: NonNullable<Framing['translate']>,
): Lease | 'full' | undefined => {
  const texts: { readonly row: number; readonly text: string; readonly size: number; readonly valid: boolean }[] = []
  let size = 0
  for (let row = 0; row < count; row++) {
    const found = translate(arena.bytes.subarray(start[row], end[row]), (flag[row]! & flags.truncated) !== 0)
    if (found === undefined) continue
    const bytes = Buffer.byteLength(found.text)
    texts.push({ row, text: found.text, size: bytes, valid: found.valid })
    size += bytes
  }
  if (texts.length === 0) return undefined
  const lease = arena.lease(size)
  if (lease === undefined) return 'full'
  let at = lease.start
  for (const { row, text, size, valid } of texts) {
    arena.node.write(text, at)
    start[row] = at
    end[row] = at += size
    flag[row] = (flag[row]! & ~flags.multiline) | (valid ? 0 : flags.invalidUtf8)
  }
  return lease
}
