import { join } from 'node:path'
import { type Batch, kill, release } from '../../src/event/batch.ts'
import { sendersOf } from '../../src/event/senders.ts'
import { int, oneOfWords, word } from '../../src/grammar/capture.ts'
import { grammar } from '../../src/grammar/grammar.ts'
import { line } from '../../src/grammar/line.ts'
import { time } from '../../src/grammar/time.ts'
import { pipeline } from '../../src/pipeline/pipeline.ts'
import { everything } from '../../src/query/tree.ts'
import { type Changes, createChanges } from '../../src/service/changes.ts'
import type { Context } from '../../src/service/context.ts'
import { loadConfig } from '../../src/service/load.ts'
import { createOpenTransforms } from '../../src/service/open-transforms.ts'
import { openProgressLog, type ProgressLog } from '../../src/service/progress-log.ts'
import { follow } from '../../src/source/follow.ts'
import type { Generation } from '../../src/source/generation.ts'
import { type DeadLetters, openDeadLetters } from '../../src/store/dead-letter.ts'
import { openDuckdb } from '../../src/store/duckdb/store.ts'
import { openElasticsearch } from '../../src/store/elasticsearch/store.ts'
import { hourOf } from '../../src/store/ledger.ts'
import { ledgerRows } from '../../src/store/ledger-rows.ts'
import type { Store, StoredDocument } from '../../src/store/store.ts'
import { batchOf } from './batch.ts'

const doorLog = grammar({
  name: 'door.log',
  title: 'Doors',
  line: line`${time('@timestamp', 'yyyy-MM-ddTHH:mm:ssfZZ')} door ${int('app.door')} ${oneOfWords('event.outcome', ['opened', 'refused'])} for ${word('user.name')}`,
  samples: ['2026-11-27T08:00:00Z door 7 opened for alice', '2026-11-27T08:00:01Z door 7 refused for bob'],
})
const doors = pipeline('doors')
  .from(follow({ name: 'doors', paths: [] }))
  .parse(doorLog)

export const key = '00c0ffee00c0ffee'
const readAt = Date.parse('2026-11-27T08:10:00.123Z')
const path = '/var/log/doors.log'
export const goodLine = (door: number): string => `2026-11-27T08:00:00.${100 + door}Z door ${door} opened for alice`

const never = new AbortController().signal

/** Where the events go, over restarts of what writes them. */
export interface Place {
  readonly open: () => Promise<Store>
  /** Documents the store holds; one held twice is there twice. */
  readonly documents: (store: Store) => Promise<StoredDocument[]>
  /** Their doors. */
  readonly doors: (store: Store) => Promise<unknown[]>
}

const doorsOf = (documents: readonly StoredDocument[]): number[] =>
  documents.map((document) => (document['app'] as { door: number }).door).sort((a, b) => a - b)

export const embedded = (directory: string): Place => {
  const documents = (store: Store): Promise<StoredDocument[]> =>
    Array.fromAsync(store.search({ where: everything, limit: 10_000 }, never))
  return {
    open: () => openDuckdb({ path: join(directory, 'store', 'tailrace.duckdb') }),
    documents,
    doors: async (store) => doorsOf(await documents(store)),
  }
}

export const remote = (url: string, stored: () => StoredDocument[]): Place => ({
  open: () => openElasticsearch({ nodes: [url], backoff: { first: 1, most: 20 }, bodyBytes: 1 << 20 }),
  documents: async () => stored(),
  doors: async () => doorsOf(stored()),
})

/** A dead letter queue, a store and the account of both, as after a start. */
export interface Bench {
  readonly context: Context
  readonly store: Store
  readonly letters: DeadLetters
  readonly log: ProgressLog
  readonly changes: Changes
  /** Rows of the ledger. */
  account(): ReturnType<typeof ledgerRows>
  close(): Promise<void>
}

/** Puts something in the place of the parts, as a fault. */
export type Fault = (parts: Pick<Bench, 'store' | 'letters' | 'log'>) => Pick<Bench, 'store' | 'letters' | 'log'>

let loaded: ReturnType<typeof loadConfig> | undefined

export const openBench = async (
  directory: string,
  place: Place,
  fault: Fault = (parts) => parts,
  generations: ReadonlyMap<string, Generation> = new Map(),
): Promise<Bench> => {
  const { config } = await (loaded ??= loadConfig({ pipelines: [doors], timezone: 'UTC' }, {}, directory))
  const opened = await place.open()
  const real = {
    store: opened,
    log: await openProgressLog(opened, join(directory, 'checkpoints'), () => undefined, never),
    letters: await openDeadLetters(join(directory, 'dead-letter'), () => undefined),
  }
  const { store, letters, log } = fault(real)
  const changes = createChanges({
    store,
    log,
    transforms: createOpenTransforms(() => {
      throw new Error('nothing learns here')
    }),
    generations,
  })
  const context = {
    config,
    store,
    storeName: 'test',
    letters,
    progress: log.state,
    inFlight: () => [],
    sources: () => [],
    others: async () => [],
    live: undefined,
    changes,
    sourceChanges: undefined,
    namespace: undefined,
  }
  return {
    context,
    store,
    letters,
    log,
    changes,
    account: () => ledgerRows(log.state, 'test', []),
    async close() {
      await real.log.close()
      await real.letters.close()
      await real.store.close()
    },
  }
}

/** A batch whose rows are all dead, of these texts; `senders`: who sent each. */
export const deadBatch = (
  texts: readonly string[],
  from = 0,
  senders: readonly (string | undefined)[] = texts.map(() => undefined),
): Batch => {
  const plain = batchOf(
    texts.map((message) => ({ message })),
    undefined,
    { text: texts, key, source: 'doors', path, dataset: 'door.log', readAt, from },
  )
  const sent = sendersOf(senders)
  const batch = sent === undefined ? plain : { ...plain, block: { ...plain.block, senders: sent } }
  for (const row of texts.keys()) kill(batch, row, { stage: 'parse', code: 'expected_literal' })
  return batch
}

/** Makes these texts dead letters of one file, as a delivery does: kept first, then committed. */
export const die = async (
  { letters, changes }: Bench,
  texts: readonly string[],
  from = 0,
  senders?: readonly (string | undefined)[],
): Promise<void> => {
  const batch = deadBatch(texts, from, senders)
  await letters.add([batch])
  release(batch)
  const dead = texts.length
  const none = { stored: 0, duplicate: 0, filtered: 0, redirected: 0, lost: 0, bytes: dead * 100 }
  const delta = { source: 'doors', path, hour: hourOf(readAt), read: dead, deadLettered: dead, ...none }
  const checkpoints = { [key]: from + dead * 100 }
  await changes.write([], () => ({ checkpoints, ledger: [delta], earliest: {} }), never)
}
