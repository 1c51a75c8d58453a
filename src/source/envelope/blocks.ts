import { type Ahead, type Block, flags, type Origin } from '../../event/block.ts'
import type { Envelope, Wrapping } from '../../event/envelope.ts'
import type { Failure } from '../../event/failure.ts'
import type { Framing } from '../../event/framing.ts'
import type { Arena, Lease } from '../../memory/arena.ts'
import { characterEnd, joinLeases, makeBlock, sizedRecords } from '../records.ts'
import type { WrappedRecord } from './cut.ts'

interface Options {
  readonly origin: Origin
  readonly readAt: number
  readonly envelope: Envelope
  /** A line that is no envelope is kept up to here. */
  readonly maxBytes: number
  readonly valid: boolean
  readonly ahead: Ahead
}

/** Why a line that is none of the file's envelope goes no further. */
export const noEnvelope = (envelope: Envelope): Failure => ({
  stage: 'source',
  code: 'bad_envelope',
  expected: `a line of ${envelope.name}`,
})

/** A lease of several owners; the first counts its bytes. */
const share = (lease: Lease, count: number): readonly Lease[] => {
  let owners = count
  const release = (): void => {
    if (--owners === 0) lease.release()
  }
  return Array.from({ length: count }, (_, i) => ({
    start: lease.start,
    end: i === 0 ? lease.end : lease.start,
    release,
  }))
}

const wrappingOf = (
  arena: Arena,
  envelope: Envelope,
  records: readonly WrappedRecord[],
): { readonly wrapping: Wrapping; readonly lease: Lease } | undefined => {
  const { length } = records
  const lease = arena.lease(length * 25 + 8)
  if (lease === undefined) return undefined
  const { buffer } = arena
  const at = lease.start
  const streams: string[] = []
  const codes = new Map<string, number>()
  const wrapping: Wrapping = {
    envelope,
    streams,
    ms: new Float64Array(buffer, at, length),
    ns: new Uint32Array(buffer, at + length * 8, length),
    code: new Uint32Array(buffer, at + length * 12, length),
    note: {
      start: new Uint32Array(buffer, at + length * 16, length),
      end: new Uint32Array(buffer, at + length * 20, length),
    },
    digits: new Uint8Array(buffer, at + length * 24, length),
  }
  for (const [i, record] of records.entries()) {
    const name = record.stream?.name ?? ''
    let code = codes.get(name)
    if (code === undefined) {
      code = streams.push(name) - 1
      codes.set(name, code)
    }
    wrapping.code[i] = code
    wrapping.ms[i] = record.ms
    wrapping.ns[i] = record.ns
    wrapping.digits[i] = record.digits
    wrapping.note.start[i] = record.noteStart
    wrapping.note.end[i] = record.noteEnd
  }
  return { wrapping, lease }
}

const makeOne = (
  arena: Arena,
  lease: Lease,
  records: readonly WrappedRecord[],
  framing: Framing | undefined,
  { origin, readAt, envelope, maxBytes: most, valid, ahead }: Options,
): Block | undefined => {
  const maxBytes = framing?.maxBytes ?? most
  const around = wrappingOf(arena, envelope, records)
  if (around === undefined) return undefined
  const cut = sizedRecords(records.length)
  cut.count = records.length
  for (const [i, { start, end, from, to, lines, flushed }] of records.entries()) {
    const tooLong = end - start > maxBytes
    cut.start[i] = start
    cut.end[i] = tooLong ? characterEnd(arena.bytes, start, start + maxBytes) : end
    cut.from[i] = from
    cut.to[i] = to
    cut.flag[i] = (tooLong ? flags.truncated : 0) | (lines > 1 ? flags.multiline : 0) | (flushed ? flags.flushed : 0)
  }
  const { streams } = around.wrapping
  const block = makeBlock(arena, joinLeases([lease, around.lease]), cut, {
    origin: framing !== undefined && streams.length === 1 ? { ...origin, stream: streams[0]! } : origin,
    readAt,
    maxBytes,
    valid,
    translate: framing?.translate,
    ahead,
  })
  if (block === undefined) {
    around.lease.release()
    return undefined
  }
  return { ...block, wrapping: around.wrapping, ...(framing === undefined ? { failure: noEnvelope(envelope) } : {}) }
}

/**
 * A block for each way in which the records of a stretch are read; all but the last say that more come. They take `lease`
 * over together. Undefined when the arena has no room: `lease` stays the caller's.
 */
export const makeWrappedBlocks = (
  arena: Arena,
  lease: Lease,
  records: readonly WrappedRecord[],
  options: Options,
): Block[] | undefined => {
  const groups = [...Map.groupBy(records, ({ stream }) => stream?.framing)]
  const shares = share(lease, groups.length)
  const blocks: Block[] = []
  for (const [i, [framing, group]] of groups.entries()) {
    const block = makeOne(arena, shares[i]!, group, framing, options)
    if (block === undefined) {
      for (const made of blocks) made.lease.release()
      return undefined
    }
    blocks.push(i === groups.length - 1 ? block : { ...block, more: true })
  }
  return blocks
}
