import type { Batch } from '../../event/batch.ts'
import type { Block } from '../../event/block.ts'
import { absent } from '../../event/column.ts'
import { documentText } from '../../event/document.ts'
import type { Failure, FailureCode, Stage } from '../../event/failure.ts'
import { documentId } from '../../event/provenance.ts'
import { senderAt } from '../../event/senders.ts'
import { hourOf } from '../ledger.ts'

/** Of the envelope of a record's first line. */
export interface LetterWrapping {
  /** The envelope's name. */
  readonly envelope: string
  readonly stream: string
  /** Milliseconds since 1970; not there: not told. */
  readonly ms?: number
  readonly ns: number
  readonly digits: number
  /** The part of the line that `describe` reads, base64. */
  readonly note?: string
}

const wrappingOf = ({ wrapping, arena }: Block, row: number): Pick<DeadLetter, 'wrapping'> => {
  if (wrapping === undefined) return {}
  const { envelope, streams, code, note, ms, ns, digits } = wrapping
  const from = note.start[row]!
  return {
    wrapping: {
      envelope: envelope.name,
      stream: streams[code[row]!]!,
      ...(Number.isNaN(ms[row]!) ? {} : { ms: ms[row]! }),
      ns: ns[row]!,
      digits: digits[row]!,
      ...(from === absent ? {} : { note: arena.node.toString('base64', from, note.end[row]) }),
    },
  }
}

/** A record that went no further, with its bytes and the reason. */
export interface DeadLetter {
  /** The document id it would have had, and will have when it is replayed. */
  readonly id: string
  /** ISO 8601: when it became one, or failed last. */
  readonly time: string
  readonly stage: Stage
  readonly code: FailureCode
  readonly reason: string
  readonly field?: string
  readonly dataset: string
  readonly source: string
  readonly path: string
  readonly key: string
  /** Sub-stream of the file, where it has several. */
  readonly stream?: string
  /** Who sent it, where it was pushed. */
  readonly sender?: string
  readonly offset: number
  readonly length: number
  /** Bits of `Block.flag`. */
  readonly flag?: number
  /** ISO 8601: when it was read from its source, which says the hour of the ledger it is in. */
  readonly read_at?: string
  /** Byte of `raw` at which it stopped fitting. */
  readonly at?: number
  readonly expected?: string
  readonly found?: string
  /** The record's bytes, base64; of a line in an envelope what it held. */
  readonly raw: string
  /** What was around it. */
  readonly wrapping?: LetterWrapping
  /** JSON of the document the store refused. */
  readonly document?: string
  readonly attempts: number
  /** ISO 8601: when a person changed `raw`; `original` is what it was, base64. */
  readonly edited?: string
  readonly original?: string
}

/** Start of the hour in which the ledger counts the letter. Letters of earlier versions do not say when they were read. */
export const hourOfLetter = ({ read_at, time }: Pick<DeadLetter, 'read_at' | 'time'>): number =>
  hourOf(Date.parse(read_at ?? time))

const reasonOf = ({ reason, field, expected, code }: Failure): string =>
  reason ??
  `${field === undefined ? '' : `${field}: `}${expected === undefined ? code.replaceAll('_', ' ') : `expected ${expected}`}`

type Why = Pick<DeadLetter, 'stage' | 'code' | 'reason' | 'field' | 'at' | 'expected' | 'found' | 'document'>

/** Why a row is dead. */
const whyOf = (batch: Batch, row: number): Why => {
  const failure = batch.failures.get(row) ?? { stage: 'parse', code: 'no_alternative' }
  const { stage, code, at, expected, found, field } = failure
  const optional = { at, expected, found, field }
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined))
  const document = stage === 'store' ? { document: documentText(batch, row) } : {}
  return { stage, code, reason: reasonOf(failure), ...given, ...document }
}

/** The letter that a dead row becomes. */
export const letterOf = (batch: Batch, row: number, time: string): DeadLetter => {
  const { block, dataset } = batch
  const { source, path, key, stream } = block.origin
  const flag = block.flag[row]!
  const sender = senderAt(block.senders, row)
  return {
    id: documentId(key, block.from[row]!),
    time,
    ...whyOf(batch, row),
    dataset,
    source,
    path,
    key,
    ...(stream === undefined ? {} : { stream }),
    ...(sender === undefined ? {} : { sender }),
    offset: block.from[row]!,
    length: block.to[row]! - block.from[row]!,
    ...(flag === 0 ? {} : { flag }),
    read_at: new Date(block.readAt).toISOString(),
    raw: Buffer.from(block.arena.bytes.slice(block.start[row], block.end[row])).toString('base64'),
    ...wrappingOf(block, row),
    attempts: 1,
  }
}

/** The letter after its replay ended in a dead row again. */
export const failedAgain = (letter: DeadLetter, batch: Batch, row: number, time: string): DeadLetter => {
  const { at, expected, found, field, document, ...rest } = letter
  return { ...rest, ...whyOf(batch, row), dataset: batch.dataset, time, attempts: letter.attempts + 1 }
}
