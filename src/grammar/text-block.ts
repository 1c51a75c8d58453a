import type { Block } from '../event/block.ts'
import { type Arena, createArena } from '../memory/arena.ts'

const room = 4 << 20
let small: Arena | undefined

/** Records given as text or bytes, as a block: for samples, explanations, recognition. Release its lease. */
export const blockOf = (records: readonly (string | Uint8Array)[]): Block => {
  const all = records.map((record) => (typeof record === 'string' ? Buffer.from(record) : record))
  const size = all.reduce((sum, { length }) => sum + length, 0)
  // Columns of a few records need little; large texts get a memory of their own.
  const arena = size * 16 < room ? (small ??= createArena(room * 8)) : createArena(size * 32 + room)
  const lease = arena.lease(Math.max(1, size))
  if (lease === undefined) throw new Error(`no room for ${size} bytes of text`)
  const start = new Uint32Array(all.length)
  const end = new Uint32Array(all.length)
  const from = new Float64Array(all.length)
  const to = new Float64Array(all.length)
  let at = lease.start
  all.forEach((bytes, i) => {
    arena.bytes.set(bytes, at)
    start[i] = at
    from[i] = at - lease.start
    at += bytes.length
    end[i] = at
    to[i] = at - lease.start
  })
  return {
    arena,
    lease,
    count: all.length,
    start,
    end,
    from,
    to,
    flag: new Uint8Array(all.length),
    origin: { source: 'text', key: '0000000000000000', path: '' },
    readAt: 0,
  }
}
