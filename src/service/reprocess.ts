import { outcome, release } from '../event/batch.ts'
import { documentText } from '../event/document.ts'
import { documentId } from '../event/provenance.ts'
import type { Grammar } from '../grammar/grammar.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { countDays, dayAt } from '../pipeline/stored-days.ts'
import { oldestTime } from '../pipeline/tally.ts'
import { everything } from '../query/tree.ts'
import { createReread } from '../source/reread.ts'
import { dayCounts, type EventDays } from '../store/ledger.ts'
import type { Search, Store, StoredDocument } from '../store/store.ts'
import { parse } from '../store/stringify.ts'
import type { Changes } from './changes.ts'
import type { Config } from './load.ts'
import { type Candidate, type Made, makeAgain } from './make-again.ts'
import { cut, flagOf, readAgain } from './read-again.ts'
import { at, differencesOf, textAt } from './stored-document.ts'

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
