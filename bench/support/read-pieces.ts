import type { Batch } from '../../src/event/batch.ts'
import type { Grammar } from '../../src/grammar/grammar.ts'
import type { Arena } from '../../src/memory/arena.ts'
import { createLines, cutLines } from '../../src/source/lines.ts'
import { createRecords, cutRecords, makeBlock } from '../../src/source/records.ts'

export const newline = 10
export const pieceBytes = 1 << 20

/** Whole lines of about a megabyte, one after the other. */
export const pieces = function* (log: Buffer): Generator<Buffer> {
  for (let at = 0; at < log.length; ) {
    const end = log.lastIndexOf(newline, Math.min(log.length, at + pieceBytes) - 1) + 1
    yield log.subarray(at, end)
    at = end
  }
}

/** Reads a log as a source hands it out, a batch a piece: lines, records, columns. Whoever takes a batch releases it. */
export const pieceReader = (arena: Arena, grammar: Grammar): ((log: Buffer) => Generator<Batch>) => {
  const lines = createLines()
  const records = createRecords()
  const { framing } = grammar
  const options = { dataset: grammar.name, timezone: 'UTC', now: Date.now() }
  const origin = { source: 'bench', key: '0'.repeat(16), path: '/var/log/bench.log' }
  return function* (log) {
    let offset = 0
    for (const piece of pieces(log)) {
      const lease = arena.lease(piece.length)!
      piece.copy(arena.node, lease.start)
      const window = {
        arena,
        start: lease.start,
        end: lease.start + piece.length,
        offset,
        encoding: 'utf-8',
        area: 0,
      } as const
      cutLines(window, true, lines)
      cutRecords(arena.bytes, lines, offset, framing, true, 0, records)
      const block = makeBlock(arena, lease, records, {
        origin,
        readAt: options.now,
        maxBytes: framing.maxBytes,
        valid: undefined,
        translate: framing.translate,
        ahead: { begin: 0, between: 0 },
      })!
      yield grammar.read(block, options)
      offset += piece.length
    }
  }
}
