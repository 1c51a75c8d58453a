import { flagNames, flags } from '../event/block.ts'
import type { Envelope } from '../event/envelope.ts'
import type { Schema } from '../event/field.ts'
import { byLine, type Framing } from '../event/framing.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { unwrapRecord } from '../source/envelope/unwrap-record.ts'
import { characterEnd } from '../source/records.ts'
import type { Reread } from '../source/reread.ts'
import type { StoredDocument } from '../store/store.ts'
import type { Changes } from './changes.ts'
import type { Config } from './load.ts'
import { printStored } from './print-stored.ts'
import type { PastRecord } from './record-block.ts'
import { at, flat, textAt } from './stored-document.ts'

/** How the record was cut and joined when it was read first. */
export const flagOf = (document: StoredDocument): number => {
  const names = at(document, 'log.flags') ?? []
  const given = new Set(Array.isArray(names) ? names : [names])
  return flagNames.reduce((bits, name, bit) => bits | (given.has(name) ? 1 << bit : 0), 0)
}

/** The text of a record, and what it came in. */
interface ReadAgain extends Pick<PastRecord, 'text' | 'around'> {
  readonly envelope?: Envelope
}

/**
 * The record as it was read: from its file, else as the document kept it, else as its grammar prints it. An edited one
 * is only in the document, and what an envelope said besides only in the file.
 */
export const readAgain = (
  document: StoredDocument,
  { key, offset, length, flag }: { key: string; offset: number; length: number; flag: number },
  pipeline: Pipeline,
  grammar: Grammar,
  reread: Reread,
  { changes, config }: { readonly changes: Changes; readonly config: Pick<Config, 'timezone'> },
): ReadAgain | undefined => {
  const { envelope, detects = [] } = pipeline.source
  const generation = changes.generations.get(key)
  const isInFile = generation !== undefined && (flag & flags.edited) === 0
  const envelopes = envelope !== undefined ? [envelope] : at(document, 'stream') !== undefined ? detects : []
  const framing = envelopes.length > 0 ? byLine() : grammar.framing
  const read = isInFile ? reread.record(generation, offset, length, framing) : undefined
  if (envelopes.length > 0) {
    if (read === undefined) return undefined
    for (const one of envelopes) {
      const unwrapped = unwrapRecord(changes.arena, one, read)
      if (unwrapped !== undefined) return { ...unwrapped, envelope: one }
    }
    return undefined
  }
  if (read !== undefined) return { text: read }
  const original = at(document, 'event.original')
  if (typeof original === 'string') return { text: Buffer.from(original) }
  // What no definition of today yields would be gone for good.
  const yielded = datasetsOf(pipeline).get(textAt(document, 'event.dataset'))
  if ((flag & flags.truncated) !== 0 || [...flat(document).keys()].some((name) => !isYielded(name, yielded)))
    return undefined
  const timezone = pipeline.timezone ?? config.timezone
  const printed = printStored(changes.arena, grammar, (name) => at(document, name), timezone)
  return printed === undefined ? undefined : { text: Buffer.from(printed) }
}

/** Whether a member, or one it is within, is a field of the schema. */
const isYielded = (name: string, schema: Schema | undefined): boolean => {
  for (let end = name.length; end !== -1; end = name.lastIndexOf('.', end - 1))
    if (schema?.has(name.slice(0, end)) === true) return true
  return false
}

/** A text longer than records may be is cut as it was when it was read first; what was translated was cut before that. */
export const cut = (text: Uint8Array, { maxBytes, translate }: Framing): Uint8Array =>
  text.length > maxBytes && translate === undefined ? text.subarray(0, characterEnd(text, 0, maxBytes)) : text
