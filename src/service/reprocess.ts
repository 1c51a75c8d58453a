import { type Batch, outcome, release } from '../event/batch.ts'
import { flagNames, flags } from '../event/block.ts'
import { absent } from '../event/column.ts'
import { documentText } from '../event/document.ts'
import type { Envelope } from '../event/envelope.ts'
import { fields, type Schema } from '../event/field.ts'
import { byLine, type Framing } from '../event/framing.ts'
import { documentId } from '../event/provenance.ts'
import { sendersOf } from '../event/senders.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { ArenaFull } from '../memory/scratch.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { oldestTime } from '../pipeline/progress.ts'
import { prepare } from '../pipeline/run.ts'
import { countDays, dayAt } from '../pipeline/stored-days.ts'
import { everything } from '../query/tree.ts'
import { unwrapRecord } from '../source/envelope/unwrap-record.ts'
import { characterEnd } from '../source/records.ts'
import { createReread, type Reread } from '../source/reread.ts'
import { dayCounts, type EventDays } from '../store/ledger.ts'
import type { Search, Store, StoredDocument } from '../store/store.ts'
import { parse, stringify } from '../store/stringify.ts'
import type { Changes } from './changes.ts'
import type { Config } from './load.ts'
import { printStored } from './print-stored.ts'
import { type PastRecord, recordBlock } from './record-block.ts'

/**
 * What became of a document. `filtered` and `failed`: today's definitions yield none, and it stays as it is.
 * `unreadable`: its record is nowhere any more. `foreign`: of a file, or of a source, that this data directory or its
 * pipelines know nothing of.
 */
export type Reprocessed = 'replaced' | 'unchanged' | 'filtered' | 'failed' | 'unreadable' | 'foreign'

export interface ReprocessedDocument {
  readonly id: string
  readonly result: Reprocessed
  readonly before: StoredDocument
  /** With `replaced`, and what would have been stored. */
  readonly after?: StoredDocument
  /** With `failed`. */
  readonly code?: string
  readonly reason?: string
}

export interface ReprocessOptions {
  readonly config: Config
  readonly store: Store
  readonly changes: Changes
  readonly search: Pick<Search, 'since' | 'until' | 'namespace'> & { readonly datasets: readonly string[] }
  /** Changes nothing: `replaced` is what would be. */
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

const mostDocuments = 500
const all = 1e9

/** A document with what it takes to make it again. */
interface Candidate {
  readonly id: string
  readonly document: StoredDocument
  readonly record: PastRecord
  /** What it came in. */
  readonly envelope: Envelope | undefined
  readonly pipeline: Pipeline
  readonly grammar: Grammar
  readonly key: string
  readonly path: string
  readonly host: string
  /** Who sent it, where it was pushed: the document alone says so. */
  readonly sender: string
  readonly readAt: number
}

const at = (document: StoredDocument, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (value as StoredDocument | undefined)?.[part], document)
const textAt = (document: StoredDocument, name: string): string => String(at(document, name) ?? '')

const flagOf = (document: StoredDocument): number => {
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
const readAgain = (
  document: StoredDocument,
  { key, offset, length, flag }: { key: string; offset: number; length: number; flag: number },
  pipeline: Pipeline,
  grammar: Grammar,
  reread: Reread,
  { changes, config }: ReprocessOptions,
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
const cut = (text: Uint8Array, { maxBytes, translate }: Framing): Uint8Array =>
  text.length > maxBytes && translate === undefined ? text.subarray(0, characterEnd(text, 0, maxBytes)) : text

/** Members by dotted name. */
const flat = (value: unknown, prefix = '', into = new Map<string, string>()): Map<string, string> => {
  for (const [name, member] of Object.entries(value as object)) {
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) flat(member, path, into)
    else into.set(path, stringify(member))
  }
  return into
}

export interface Difference {
  readonly field: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** In which fields two documents differ, as JSON texts. */
export const differencesOf = (before: StoredDocument, after: StoredDocument): readonly Difference[] => {
  const [old, fresh] = [flat(before), flat(after)]
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((field) => old.get(field) !== fresh.get(field))
    .map((field) => ({ field, before: old.get(field), after: fresh.get(field) }))
}

/** What a document kept of its record stays, whatever today's definitions say: it may be the last there is of it. */
const withOriginals = (batch: Batch, candidates: readonly Candidate[]): Batch => {
  const originals = candidates.map(({ document }) => at(document, 'event.original'))
  if (batch.columns.has('event.original') || !originals.some((text) => typeof text === 'string')) return batch
  const { scratch, count } = batch
  const [start, end] = [scratch.u32(count).fill(absent), scratch.u32(count).fill(absent)]
  for (const [row, text] of originals.entries())
    if (typeof text === 'string') ({ start: start[row], end: end[row] } = scratch.write(text))
  batch.columns.set('event.original', { kind: 'text', start, end })
  return { ...batch, schema: new Map([...batch.schema, ['event.original', fields['event.original']]]) }
}

interface Made {
  readonly batch: Batch
  readonly candidates: readonly Candidate[]
}

/** Documents whose records lie in one block. Those for which there was no room are left. */
const makeAgain = async (
  candidates: readonly Candidate[],
  use: (pipeline: Pipeline) => Promise<void>,
  { config, changes }: ReprocessOptions,
): Promise<{ readonly made: readonly Made[]; readonly left: readonly Candidate[] }> => {
  const groups = Map.groupBy(candidates, ({ key, path, host, readAt, grammar, envelope }) =>
    JSON.stringify([key, path, host, readAt, grammar.name, envelope?.name]),
  )
  const made: Made[] = []
  const left: Candidate[] = []
  for (const group of groups.values()) {
    const [{ pipeline, grammar, key, path, host, readAt, envelope }] = group as [Candidate, ...Candidate[]]
    if (left.length > 0) {
      left.push(...group)
      continue
    }
    await use(pipeline)
    const schemas = datasetsOf(pipeline)
    const origin = { source: pipeline.source.name, key, path }
    const plain = recordBlock(
      changes.arena,
      group.map(({ record }) => record),
      origin,
      readAt,
      envelope,
    )
    const senders = sendersOf(group.map(({ sender }) => sender))
    const block = plain === undefined || senders === undefined ? plain : { ...plain, senders }
    try {
      if (block === undefined) throw new ArenaFull('no room for the records')
      const batch = prepare(block, {
        readerOf: () => grammar,
        datasetOf: ({ name }) => pipeline.dataset ?? name,
        schemaOf: (dataset) => schemas.get(dataset)!,
        transforms: pipeline.transforms,
        host,
        namespace: config.namespace,
        timezone: pipeline.timezone ?? config.timezone,
        // As it was then: to do it once more changes nothing.
        clock: () => readAt,
      })
      made.push({ batch: withOriginals(batch, group), candidates: group })
    } catch (error) {
      block?.lease.release()
      if (!(error instanceof ArenaFull) || made.length === 0) {
        for (const { batch } of made) release(batch)
        throw error
      }
      left.push(...group)
    }
  }
  return { made, left }
}

/**
 * Makes stored documents again from their records, through today's definitions, and puts each in the place of the one
 * it was. Records keep their bounds, and so their ids: whatever comes in between, to begin again goes on from there.
 */
export async function* reprocess(options: ReprocessOptions): AsyncGenerator<ReprocessedDocument, void> {
  const { config, store, changes, search, dryRun, signal } = options
  const reread = createReread()
  const inUse = new Set<Pipeline>()
  const use = async (pipeline: Pipeline): Promise<void> => {
    if (inUse.has(pipeline)) return
    await changes.transforms.hold(pipeline.transforms)
    inUse.add(pipeline)
  }
  const makers = new Map<string, readonly [Pipeline, Grammar]>()
  for (const pipeline of config.pipelines)
    for (const grammar of pipeline.parsers)
      makers.set(JSON.stringify([pipeline.source.name, pipeline.dataset ?? grammar.name]), [pipeline, grammar])

  const candidateOf = (document: StoredDocument): Candidate | 'foreign' | 'unreadable' => {
    const key = textAt(document, 'log.file.id')
    const generation = changes.generations.get(key)
    const maker = makers.get(JSON.stringify([generation?.source, textAt(document, 'event.dataset')]))
    if (generation === undefined || maker === undefined) return 'foreign'
    const [pipeline, grammar] = maker
    const [offset, length, flag] = [
      Number(at(document, 'log.offset')),
      Number(at(document, 'log.length')),
      flagOf(document),
    ]
    const read = readAgain(document, { key, offset, length, flag }, pipeline, grammar, reread, options)
    if (read === undefined) return 'unreadable'
    const { text, around, envelope } = read
    return {
      id: documentId(key, offset),
      document,
      record: {
        text: cut(text, grammar.framing),
        offset,
        length,
        flag,
        ...(around === undefined ? {} : { around }),
      },
      envelope,
      pipeline,
      grammar,
      key,
      path: textAt(document, 'log.file.path'),
      host: textAt(document, 'host.name'),
      sender: textAt(document, 'log.source.address'),
      readAt: Date.parse(textAt(document, 'event.ingested')),
    }
  }

  const settle = async function* (round: readonly Candidate[]): AsyncGenerator<ReprocessedDocument, void> {
    for (let rest = round; rest.length > 0; ) {
      signal.throwIfAborted()
      const { made, left } = await makeAgain(rest, use, options)
      rest = left
      try {
        yield* await replaceAll(made)
      } finally {
        for (const { batch } of made) release(batch)
      }
    }
  }

  const replaceAll = async (made: readonly Made[]): Promise<readonly ReprocessedDocument[]> => {
    const results: ReprocessedDocument[] = []
    const afterOf = new Map<Candidate, StoredDocument>()
    for (const { batch, candidates } of made)
      for (const [row, candidate] of candidates.entries()) {
        if (batch.outcome[row] !== outcome.live) continue
        const after = parse(documentText(batch, row)) as StoredDocument
        // Not written: it is there already.
        if (differencesOf(candidate.document, after).length === 0) batch.outcome[row] = outcome.duplicate
        else afterOf.set(candidate, after)
      }
    const account = () => {
      const earliest: Record<string, number> = {}
      const days: EventDays = new Map()
      for (const { batch, candidates } of made) {
        countDays(batch, outcome.stored, days)
        const of = days.get(batch.dataset)
        for (const [row, { document }] of candidates.entries()) {
          if (batch.outcome[row] !== outcome.stored) continue
          const before = dayAt(Date.parse(textAt(document, '@timestamp')), batch.block.readAt)
          of?.set(before, (of.get(before) ?? 0) - 1)
        }
        const first = oldestTime(batch, outcome.stored)
        if (!Number.isNaN(first)) earliest[batch.dataset] = Math.min(earliest[batch.dataset] ?? first, first)
      }
      return { checkpoints: {}, ledger: [], earliest, days: dayCounts(days) }
    }
    if (!dryRun && afterOf.size > 0)
      await changes.replace(
        made.map(({ batch }) => batch),
        account,
        signal,
      )
    for (const { batch, candidates } of made)
      for (const [row, candidate] of candidates.entries()) {
        const { id, document: before } = candidate
        const after = afterOf.get(candidate)
        const became = batch.outcome[row]
        if (became === outcome.duplicate) results.push({ id, result: 'unchanged', before })
        else if (became === outcome.dead) {
          const { code = 'no_alternative', reason, expected } = batch.failures.get(row) ?? {}
          results.push({ id, result: 'failed', before, code, reason: reason ?? `expected ${expected}` })
        } else if (after === undefined || became === outcome.filtered) results.push({ id, result: 'filtered', before })
        else results.push({ id, result: 'replaced', before, after })
      }
    return results
  }

  try {
    await store.refresh(signal)
    const sort = ['log.file.id', 'log.offset'].map((field) => ({ field, descending: false }))
    let round: Candidate[] = []
    for await (const document of store.search({ where: everything, ...search, sort, limit: all }, signal)) {
      const candidate = candidateOf(document)
      if (typeof candidate === 'string') {
        yield { id: textAt(document, 'event.id'), result: candidate, before: document }
        continue
      }
      round.push(candidate)
      if (round.length < mostDocuments) continue
      yield* settle(round)
      round = []
    }
    yield* settle(round)
  } finally {
    reread.close()
    for (const { transforms } of inUse) await changes.transforms.release(transforms)
  }
}
