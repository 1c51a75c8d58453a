import { hostname } from 'node:os'
import { type Batch, outcome, release } from '../event/batch.ts'
import type { Grammar } from '../grammar/grammar.ts'
import { recognise } from '../grammar/recognise.ts'
import { ArenaFull } from '../memory/scratch.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { prepare } from '../pipeline/run.ts'
import { dayOf } from '../pipeline/stored-days.ts'
import { oldestTime } from '../pipeline/tally.ts'
import { type DeadLetter, failedAgain, hourOfLetter } from '../store/dead-letter/letter.ts'
import type { DeadLetters } from '../store/dead-letter.ts'
import type { Departure, ProgressState } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import { namedFiles, recognisedPipeline } from './builtin.ts'
import type { Changes } from './changes.ts'
import { letterBlock } from './letter-block.ts'
import type { Config } from './load.ts'

/**
 * What became of a letter. `already_stored`: the store held it, of a replay that was cut off. `unmatched`: no pipeline
 * has its source today. `unsettled`: its place is not committed yet, so that a crash would have it read again.
 */
export type Replayed = Departure['as'] | 'already_stored' | 'failed' | 'parsed' | 'unmatched' | 'unsettled'

export interface ReplayedLetter {
  /** As it is now: with the new reason where it failed again. */
  readonly letter: DeadLetter
  readonly result: Replayed
}

export interface ReplayOptions {
  readonly config: Config
  readonly store: Store
  readonly letters: DeadLetters
  readonly progress: ProgressState
  readonly changes: Changes
  /** Reads and transforms, and changes nothing: `parsed` is what would be stored. */
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

/** Letters replayed together. */
const mostLetters = 512
const mostBytes = 4 << 20
/** Each takes memory for itself, however few its rows. */
const mostBatches = 256

const resultOf = new Map<number, Exclude<Departure['as'], 'purged'>>([
  [outcome.stored, 'stored'],
  [outcome.duplicate, 'duplicate'],
  [outcome.filtered, 'filtered'],
  [outcome.redirected, 'redirected'],
])

/** The parser of today: a letter may be one because its file was taken for another format's. */
const grammarOf = ({ parsers, dataset, source }: Pipeline, letter: DeadLetter): Grammar => {
  if (parsers.length === 1) return parsers[0]!
  const { wrapping } = letter
  const name = wrapping === undefined ? undefined : source.parserOf?.(letter.path, wrapping.stream)
  const named = parsers.find((parser) => parser.name === name)
  if (named !== undefined) return named
  const found = recognise(Buffer.from(letter.raw, 'base64'), parsers)
  if (found.kind === 'one') return found.grammar
  return (dataset === undefined ? parsers.find(({ name }) => name === letter.dataset) : undefined) ?? parsers[0]!
}

interface Prepared {
  readonly batch: Batch
  readonly letters: readonly DeadLetter[]
}

/** Reads letters through today's definitions. Those for which there was no room are left for the next round. */
const prepareLetters = async (
  letters: readonly DeadLetter[],
  pipelines: ReadonlyMap<string, Pipeline>,
  use: (pipeline: Pipeline) => Promise<void>,
  { config, changes }: ReplayOptions,
): Promise<{ readonly prepared: readonly Prepared[]; readonly left: readonly DeadLetter[] }> => {
  const grammars = new Map(letters.map((letter) => [letter.id, grammarOf(pipelines.get(letter.source)!, letter)]))
  const groups = Map.groupBy(letters, (letter) =>
    JSON.stringify([
      letter.source,
      letter.key,
      letter.path,
      letter.stream,
      letter.read_at ?? letter.time,
      letter.wrapping?.envelope,
      letter.stage === 'source' && letter.edited === undefined,
      grammars.get(letter.id)!.name,
    ]),
  )
  const prepared: Prepared[] = []
  const left: DeadLetter[] = []
  for (const group of groups.values()) {
    if (left.length > 0 || prepared.length >= mostBatches) {
      left.push(...group)
      continue
    }
    const pipeline = pipelines.get(group[0]!.source)!
    const grammar = grammars.get(group[0]!.id)!
    const schemas = datasetsOf(pipeline)
    await use(pipeline)
    const block = letterBlock(changes.arena, group, pipeline.source)
    try {
      if (block === undefined) throw new ArenaFull('no room for the letters')
      const batch = prepare(block, {
        readerOf: () => grammar,
        envelope: pipeline.source.envelope,
        datasetOf: ({ name }) => pipeline.dataset ?? name,
        schemaOf: (dataset) => schemas.get(dataset)!,
        transforms: pipeline.transforms,
        host: hostname(),
        namespace: config.namespace,
        timezone: pipeline.timezone ?? config.timezone,
        clock: Date.now,
      })
      prepared.push({ batch, letters: group })
    } catch (error) {
      block?.lease.release()
      if (!(error instanceof ArenaFull) || prepared.length === 0) {
        for (const { batch } of prepared) release(batch)
        throw error
      }
      left.push(...group)
    }
  }
  return { prepared, left }
}

const departureOf = (letter: DeadLetter, as: Departure['as']): Departure => ({
  id: letter.id,
  source: letter.source,
  path: letter.path,
  hour: hourOfLetter(letter),
  as,
})

/** Whether the account counts the letter already: else it is void after a crash, and its record is read again. */
export const isSettled = (letter: Pick<DeadLetter, 'key' | 'offset'>, { checkpoints }: ProgressState): boolean =>
  letter.offset < (checkpoints.get(letter.key) ?? 0)

/**
 * Reads dead letters through today's definitions and stores what they yield. A letter leaves the queue after its
 * document is stored and its move in the ledger is durable. Whatever comes in between, a replay of the same letters goes
 * on from there: the store is asked first which of them it holds, and the ledger remembers which it has moved.
 */
export async function* replay(
  given: AsyncIterable<DeadLetter>,
  options: ReplayOptions,
): AsyncGenerator<ReplayedLetter, void> {
  const { config, letters, progress, changes, dryRun, signal } = options
  const pipelines = new Map(config.pipelines.map((one) => [one.source.name, one]))
  // Files once named on the command line belong to no configured pipeline: their letters are recognised one by one.
  if (!pipelines.has(namedFiles)) pipelines.set(namedFiles, await recognisedPipeline([], undefined))
  const inUse = new Set<Pipeline>()
  const use = async (pipeline: Pipeline): Promise<void> => {
    if (inUse.has(pipeline)) return
    await changes.transforms.hold(pipeline.transforms)
    inUse.add(pipeline)
  }
  /** Moved in the ledger and gone from the queue, which the ledger need not remember any more. */
  let departed = [...progress.departing.keys()].filter((id) => !letters.has(id))
  let round: DeadLetter[] = []
  let bytes = 0

  const play = async function* (all: readonly DeadLetter[]): AsyncGenerator<ReplayedLetter, void> {
    for (let rest = all; rest.length > 0; ) {
      signal.throwIfAborted()
      const { prepared, left } = await prepareLetters(rest, pipelines, use, options)
      rest = left
      try {
        yield* dryRun ? foretell(prepared) : await store(prepared)
      } finally {
        for (const { batch } of prepared) release(batch)
      }
    }
  }

  const foretell = function* (prepared: readonly Prepared[]): Generator<ReplayedLetter> {
    for (const { batch, letters: group } of prepared)
      for (const [row, letter] of group.entries()) {
        if (batch.outcome[row] === outcome.dead)
          yield { letter: failedAgain(letter, batch, row, letter.time), result: 'failed' }
        else yield { letter, result: resultOf.get(batch.outcome[row]!) ?? 'parsed' }
      }
  }

  const store = async (prepared: readonly Prepared[]): Promise<readonly ReplayedLetter[]> => {
    const held = await options.store.holds(
      prepared.flatMap(({ letters: group }) => group),
      signal,
    )
    // What the store has is not sent again: after a rollover it would be taken a second time.
    for (const { batch, letters: group } of prepared)
      for (const [row, { id }] of group.entries()) if (held.has(id)) batch.outcome[row] = outcome.duplicate
    const results: ReplayedLetter[] = []
    const settled = departed
    await changes.write(
      prepared.map(({ batch }) => batch),
      () => {
        const time = new Date().toISOString()
        const departures: Departure[] = []
        const earliest: Record<string, number> = {}
        for (const { batch, letters: group } of prepared) {
          for (const [row, letter] of group.entries()) {
            const as = held.has(letter.id) ? 'stored' : resultOf.get(batch.outcome[row]!)
            if (as === undefined) {
              results.push({ letter: failedAgain(letter, batch, row, time), result: 'failed' })
              continue
            }
            departures.push({ ...departureOf(letter, as), dataset: batch.dataset, day: dayOf(batch, row) })
            results.push({ letter, result: held.has(letter.id) ? 'already_stored' : as })
          }
          for (const first of [oldestTime(batch, outcome.stored), oldestTime(batch, outcome.duplicate)])
            if (!Number.isNaN(first)) earliest[batch.dataset] = Math.min(earliest[batch.dataset] ?? first, first)
        }
        return { checkpoints: {}, ledger: [], earliest, departures, departed: settled }
      },
      signal,
    )
    const failed = results.filter(({ result }) => result === 'failed').map(({ letter }) => letter)
    const gone = results.filter(({ result }) => result !== 'failed').map(({ letter }) => letter.id)
    await letters.replace(failed)
    await letters.drop(gone)
    departed = gone
    return results
  }

  try {
    for await (const letter of given) {
      if (!pipelines.has(letter.source)) {
        yield { letter, result: 'unmatched' }
        continue
      }
      if (!isSettled(letter, progress)) {
        yield { letter, result: 'unsettled' }
        continue
      }
      round.push(letter)
      bytes += letter.raw.length
      if (round.length < mostLetters && bytes < mostBytes) continue
      yield* play(round)
      round = []
      bytes = 0
    }
    yield* play(round)
    if (departed.length > 0 && !dryRun) await settle(changes, departed, signal)
  } finally {
    for (const { transforms } of inUse) await changes.transforms.release(transforms)
  }
}

/** The letters of these departures are gone. */
const settle = (changes: Changes, departed: readonly string[], signal: AbortSignal): Promise<void> =>
  changes.write([], () => ({ checkpoints: {}, ledger: [], earliest: {}, departed }), signal)

/** Takes letters out for good. The ledger goes on counting their records as dead-lettered, and says how many are purged. */
export const purge = async (
  gone: readonly DeadLetter[],
  { letters, progress, changes, signal }: Pick<ReplayOptions, 'letters' | 'progress' | 'changes' | 'signal'>,
): Promise<void> => {
  const stale = [...progress.departing.keys()].filter((id) => !letters.has(id))
  const departures = gone.map((letter) => departureOf(letter, 'purged'))
  await changes.write([], () => ({ checkpoints: {}, ledger: [], earliest: {}, departures, departed: stale }), signal)
  const ids = gone.map(({ id }) => id)
  await letters.drop(ids)
  await settle(changes, ids, signal)
}
