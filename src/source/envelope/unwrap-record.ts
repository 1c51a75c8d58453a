import { absent } from '../../event/column.ts'
import type { Envelope } from '../../event/envelope.ts'
import { byLine, type Framing } from '../../event/framing.ts'
import type { Arena } from '../../memory/arena.ts'
import { ArenaFull } from '../../memory/scratch.ts'
import { createLines, cutLines } from '../lines.ts'
import { cutWrapped } from './cut.ts'

/** What was around the first line of a record. */
export interface Around {
  readonly stream: string
  /** Milliseconds since 1970 (NaN: not told), 0…999,999 ns after it, digits of the fraction. */
  readonly ms: number
  readonly ns: number
  readonly digits: number
  /** The part of the line that `describe` reads. */
  readonly note: Uint8Array | undefined
}

/** Whatever comes in a stream belongs to one record. */
const together: Framing = {
  ...byLine(Number.POSITIVE_INFINITY),
  joins: true,
  begin: () => ({ starts: () => false }),
}

/**
 * Takes the envelopes off a record whose bounds are known: `bytes` are those of the file from its first line to its last,
 * with those of other streams that came in between. Undefined: its first line is none of the envelope. Throws `ArenaFull`.
 */
export const unwrapRecord = (
  arena: Arena,
  envelope: Envelope,
  bytes: Uint8Array,
): { readonly text: Buffer; readonly around: Around } | undefined => {
  const lease = arena.lease(bytes.length * 4 + 64)
  if (lease === undefined) throw new ArenaFull('no room for the record')
  try {
    const { start } = lease
    const end = start + bytes.length
    arena.bytes.set(bytes, start)
    const lines = createLines()
    cutLines({ arena, start, end, offset: 0, encoding: 'utf-8', area: end }, true, lines)
    const { records } = cutWrapped({
      arena,
      lines,
      offset: 0,
      wrapped: { envelope, of: () => together },
      held: undefined,
      area: end,
      final: true,
      flushed: false,
      forced: false,
      flushAfter: Number.POSITIVE_INFINITY,
      mostRecords: Number.POSITIVE_INFINITY,
    })
    const found = records[0]
    if (found?.from !== 0 || found.stream === undefined) return undefined
    const copy = (from: number, to: number): Buffer => Buffer.from(arena.bytes.slice(from, to))
    const { ms, ns, digits, noteStart, noteEnd } = found
    const note = noteStart === absent ? undefined : copy(noteStart, noteEnd)
    return { text: copy(found.start, found.end), around: { stream: found.stream.name, ms, ns, digits, note } }
  } finally {
    lease.release()
  }
}
