import type { Batch } from './batch.ts'
import { flagNames } from './block.ts'
import { type Column, has } from './column.ts'
import { writeInteger } from './json-text.ts'

/** What every record carries about where it came from and where it goes. */
export interface Provenance {
  readonly host: string
  readonly namespace: string
  /** Milliseconds since 1970. */
  readonly ingested: number
}

/** `event.id` of the record at `offset` of generation `key`: also the document id. */
export const documentId = (key: string, offset: number): string => `${key}-${offset}`

const flagColumn = (batch: Batch): Column | undefined => {
  const { flag } = batch.block
  let total = 0
  for (let i = 0; i < batch.count; i++) for (let bits = flag[i]!; bits > 0; bits &= bits - 1) total++
  if (total === 0) return undefined
  const first = batch.scratch.u32(batch.count + 1)
  const codes = batch.scratch.u32(total)
  let at = 0
  for (let i = 0; i < batch.count; i++) {
    first[i] = at
    for (let bit = 0; bit < flagNames.length; bit++) if ((flag[i]! >> bit) & 1) codes[at++] = bit
  }
  first[batch.count] = at
  const start = batch.scratch.u32(flagNames.length)
  const end = batch.scratch.u32(flagNames.length)
  for (const [bit, name] of flagNames.entries()) {
    const slice = batch.scratch.write(name)
    start[bit] = slice.start
    end[bit] = slice.end
  }
  return { kind: 'list', first, values: { kind: 'dictionary', codes, values: { kind: 'text', start, end } } }
}

/** `log.offset` and `log.flags`: what is known of a record wherever its text came from. */
export const addOffsets = (batch: Batch): void => {
  batch.columns.set('log.offset', { kind: 'number', values: batch.block.from })
  const flags = flagColumn(batch)
  if (flags !== undefined) batch.columns.set('log.flags', flags)
}

const idColumn = (batch: Batch): Column => {
  const { count, scratch, block } = batch
  const memory = block.arena.bytes
  const prefix = scratch.write(documentId(block.origin.key, 0).slice(0, -1))
  const width = prefix.end - prefix.start
  const start = scratch.u32(count)
  const end = scratch.u32(count)
  let at = scratch.take(count * (width + 16))
  for (let i = 0; i < count; i++) {
    start[i] = at
    for (let j = 0; j < width; j++) memory[at++] = memory[prefix.start + j]!
    at = writeInteger(memory, block.from[i]!, at)
    end[i] = at
  }
  return { kind: 'text', start, end }
}

/** One time for every row. */
const oneTime = ({ count, scratch }: Batch, ms: number): Column => {
  const values: Column = {
    kind: 'time',
    ms: scratch.f64(1).fill(ms),
    ns: scratch.u32(1).fill(0),
    digits: scratch.u8(1).fill(3),
  }
  return { kind: 'dictionary', codes: scratch.u32(count).fill(0), values }
}

/**
 * Where the log gives no time, that of its envelope stands in, else the time the record was read: every document has an
 * `@timestamp`.
 */
export const fillTimestamp = (batch: Batch): void => {
  const { block, count, scratch } = batch
  const { wrapping } = block
  const given = batch.columns.get('@timestamp')
  if (given !== undefined && given.kind !== 'time') return
  const column = given ?? { kind: 'time', ms: scratch.f64(count), ns: scratch.u32(count), digits: scratch.u8(count) }
  if (given === undefined) batch.columns.set('@timestamp', column)
  for (let i = 0; i < count; i++) {
    if (given !== undefined && has(given, i)) continue
    const wrappedAt = wrapping?.ms[i] ?? Number.NaN
    const isKnown = !Number.isNaN(wrappedAt)
    column.ms[i] = isKnown ? wrappedAt : block.readAt
    column.ns[i] = isKnown ? wrapping!.ns[i]! : 0
    column.digits[i] = isKnown ? wrapping!.digits[i]! : 3
  }
}

/** What the socket said of the sender, whatever the record says. */
const addSenders = ({ block: { senders }, columns, count, scratch }: Batch): void => {
  if (senders === undefined) return
  const codes = scratch.u32(count)
  codes.set(senders.code)
  const [start, end] = [scratch.u32(senders.addresses.length), scratch.u32(senders.addresses.length)]
  for (const [i, address] of senders.addresses.entries()) ({ start: start[i], end: end[i] } = scratch.write(address))
  columns.set('log.source.address', { kind: 'dictionary', codes, values: { kind: 'text', start, end } })
}

/** All of it, for a followed file. */
export const addProvenance = (batch: Batch, { host, namespace, ingested }: Provenance): void => {
  const { origin, from, to } = batch.block
  const constant = (name: string, value: string): void => {
    batch.columns.set(name, { kind: 'constant', value })
  }
  const length = batch.scratch.f64(batch.count)
  for (let i = 0; i < batch.count; i++) length[i] = to[i]! - from[i]!
  constant('event.dataset', batch.dataset)
  constant('data_stream.type', 'logs')
  constant('data_stream.dataset', batch.dataset)
  constant('data_stream.namespace', namespace)
  // A shipper's envelope says what file on what host it was.
  const isSaid = (name: string): boolean => batch.block.wrapping !== undefined && batch.columns.has(name)
  if (!isSaid('host.name')) constant('host.name', host)
  if (!isSaid('log.file.path')) constant('log.file.path', origin.path)
  constant('log.file.id', origin.key)
  batch.columns.set('event.ingested', oneTime(batch, ingested))
  batch.columns.set('log.length', { kind: 'number', values: length })
  batch.columns.set('event.id', idColumn(batch))
  addOffsets(batch)
  addSenders(batch)
  fillTimestamp(batch)
}

/** Fields `addProvenance` sets; part of every dataset's schema. */
export const provenanceFields = [
  '@timestamp',
  'event.dataset',
  'event.id',
  'event.ingested',
  'data_stream.type',
  'data_stream.dataset',
  'data_stream.namespace',
  'host.name',
  'log.file.path',
  'log.file.id',
  'log.flags',
  'log.length',
  'log.offset',
  'log.source.address',
] as const
