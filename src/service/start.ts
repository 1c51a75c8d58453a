import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { makeDurableDirectory } from '../durable/file.ts'
import type { Field } from '../event/field.ts'
import { createArena } from '../memory/arena.ts'
import { createDelivery } from '../pipeline/delivery.ts'
import { datasetsOf } from '../pipeline/pipeline.ts'
import { createProgress } from '../pipeline/progress.ts'
import { openGenerations } from '../source/generation.ts'
import { createSpools } from '../source/spools.ts'
import { openDeadLetters } from '../store/dead-letter.ts'
import { rowGroupSize } from '../store/duckdb/row-group.ts'
import { endOfTenure } from '../store/ledger.ts'
import type { Sink } from '../store/sink.ts'
import type { Store } from '../store/store.ts'
import { createChanges } from './changes.ts'
import { insist } from './insist.ts'
import { createLettersRoom } from './letters-room.ts'
import { createLive } from './live.ts'
import type { Config } from './load.ts'
import { openStore, storeId } from './open-store.ts'
import { createOpenTransforms } from './open-transforms.ts'
import { countBatch, watchGauges } from './pipeline-metrics.ts'
import { sourceTroubles, storeTrouble, transformTroubles } from './pipeline-troubles.ts'
import { openProgressLog } from './progress-log.ts'
import { rebuildAndTell } from './rebuild.ts'
import type { Running, StartOptions } from './running.ts'
import { schemasOf } from './schemas-of.ts'
import { createSlots } from './slots.ts'
import { sourceAccounts } from './source-accounts.ts'
import { createPositions } from './sources.ts'
import { templateLogOf } from './template-log.ts'
import { boundYoungSpace } from './young-space.ts'

const arenaShare = 0.45
/** A row group of the embedded store: from that many on rows go compressed into the file at once, past the log. */
const embedded = {
  flushBytes: 16 << 20,
  flushRecords: rowGroupSize,
  flushAfter: 200,
  flushBacklogAfter: 2000,
  concurrency: 1,
  maxBytes: 18 << 20,
} as const
/** As many at once as the store may ever be sent: it finds out how many it is sent. */
const remote = { flushBytes: 1 << 20, flushAfter: 250, concurrency: 6, maxBytes: 6 << 20 } as const

/** Sends only while it is this machine's turn: another one reads on meanwhile. */
const inTurn = (store: Store, mayWrite: () => boolean): Sink =>
  Object.assign(Object.create(store) as Sink, {
    async write(...asked: Parameters<Sink['write']>) {
      if (!mayWrite()) throw new Error('another instance reads these files now')
      await store.write(...asked)
    },
  })

/** The composition root of the pipelines. Rules, web and mail are joined to what it returns. */
export const startPipelines = async ({
  config,
  log,
  once,
  from,
  failed,
  metrics,
  troubles,
  pushed,
  name = config.store.kind,
  spools = createSpools(join(config.data, 'spool'), [name]),
  transforms = createOpenTransforms(templateLogOf(config.data, (text) => log.warn(text))),
  others = () => [],
  reads = () => true,
  common,
  stopping,
  clock = Date.now,
}: StartOptions): Promise<Running> => {
  await makeDurableDirectory(config.data, 0o700)
  const report = (text: string): void => log.warn(text)
  const reading = new AbortController()
  const delivering = new AbortController()
  const arena = createArena(config.memory)
  const store = await openStore(config, report)
  const storeName = name
  troubles.watch(() => storeTrouble(store))
  const id = storeId(config.store)
  const giveUp = (): void => {
    reading.abort()
    delivering.abort()
  }
  stopping?.addEventListener('abort', giveUp)
  try {
    await store.prepare(schemasOf(config.pipelines), config.namespace, delivering.signal)
  } catch (error) {
    await store.close()
    throw error
  }
  const directory = join(config.data, 'checkpoints')
  const progressLog = await openProgressLog(store, join(directory, id), report, delivering.signal, {
    troubles,
    journal: common?.journal('progress'),
  })
  const letters = await openDeadLetters(join(config.data, 'dead-letter'), report)
  if (common === undefined) await letters.dropFrom(progressLog.state.checkpoints)
  else {
    await letters.dropFrom(endOfTenure(progressLog.state, common.tenure))
    await progressLog.commit({ checkpoints: {}, ledger: [], earliest: {}, tenure: common.tenure })
  }
  const journal = common?.journal('generations')
  const generations = await openGenerations(join(directory, 'generations'), {
    clock,
    report,
    ...(journal === undefined ? {} : { journal }),
  })
  await insist(
    'asking the store which files it knows',
    () =>
      rebuildAndTell({
        generations,
        progress: progressLog.state,
        store,
        pipelines: config.pipelines.filter(reads),
        namespace: config.namespace,
        log,
        troubles,
        clock,
        signal: delivering.signal,
      }),
    log,
    troubles,
    delivering.signal,
  ).catch(async (error: unknown) => {
    // Told to stop while the store is away.
    for (const open of [generations, progressLog, letters, store]) await open.close()
    throw error
  })
  const progress = createProgress(progressLog.state.checkpoints, progressLog.state.rewound)
  let inForce = config
  const live = createLive()
  const changes = createChanges({ store, log: progressLog, transforms, generations })

  const room = createLettersRoom({
    letters,
    store: storeName,
    limits: () => inForce.deadLetters,
    troubles,
    metrics,
    log,
    once,
    clock,
  })
  const manner = store.transactional ? embedded : remote
  const delivery = createDelivery({
    sink: common === undefined ? store : inTurn(store, common.mayWrite),
    progress,
    lettersRoom: (batches) => room.wait(batches, delivering.signal),
    keepLetters: (batches) =>
      insist('writing dead letters', () => letters.add(batches), log, troubles, delivering.signal),
    commit: (record) => progressLog.commit(record),
    committed(record) {
      if (store.transactional) progressLog.apply(record)
      metrics.commits.inc({ store: storeName })
      for (const [key, offset] of Object.entries(record.checkpoints))
        for (const slot of slots.all) slot.committed(key, offset)
    },
    ended: (batch) => countBatch(metrics, storeName, batch),
    failed,
    ...manner,
    maxBytes: Math.min(config.memory * arenaShare, manner.maxBytes),
    signal: delivering.signal,
  })

  const unreadable = new Map<string, string>()
  const contextOf = sourceAccounts({
    store,
    storeName,
    generations,
    progress,
    state: progressLog.state,
    settle: delivery.settle,
    metrics,
    log,
    clock,
    begin: from,
    spools: spools(storeName),
    unpacked: join(config.data, 'spool', '.unpacked'),
    signal: delivering.signal,
    unreadable,
  })

  boundYoungSpace()
  const known = new Map<string, ReadonlyMap<string, Field>>(schemasOf(config.pipelines))
  const slots = createSlots({
    arena,
    delivery,
    progress,
    transforms,
    metrics,
    log,
    namespace: config.namespace,
    clock,
    once,
    tap: live.tap,
    contextOf,
    mount: pushed.mount,
    async prepare(pipeline, signal) {
      const isKnown = [...datasetsOf(pipeline)].every(([dataset, schema]) =>
        [...schema].every(([name, field]) => isDeepStrictEqual(known.get(dataset)?.get(name), field)),
      )
      if (isKnown) return
      const wanted = schemasOf([...inForce.pipelines, pipeline])
      await store.prepare(wanted, config.namespace, signal)
      for (const [dataset, schema] of wanted) known.set(dataset, schema)
    },
    reading: reading.signal,
    delivering: delivering.signal,
    failed,
  })
  // Who only analyses reads nothing.
  const want = (now: Config): Promise<void> =>
    slots.want({ pipelines: config.role === 'analyse' ? [] : now.pipelines.filter(reads), timezone: now.timezone })
  await want(config)
  const read = slots.read()
  // Whoever waits for it hears of a failure; so does `failed`, though nobody waits.
  read.catch(() => undefined)
  const positions = createPositions(slots.all, progressLog.state.checkpoints, progress, clock)
  troubles.watch(() => sourceTroubles(positions, unreadable))
  troubles.watch(() => transformTroubles(inForce.pipelines))
  troubles.watch(pushed.troubles)
  watchGauges({ metrics, sink: store, store: storeName, delivery, positions, arenaBytes: () => arena.inUse })

  stopping?.removeEventListener('abort', giveUp)

  const close = async (): Promise<void> => {
    await generations.close()
    await progressLog.close()
    await letters.close()
    await store.close()
  }

  return {
    context: {
      get config() {
        return inForce
      },
      store,
      storeName,
      progress: progressLog.state,
      letters,
      inFlight: () => progress.inFlight(),
      others: () => Promise.resolve(others()),
      sources: () => positions.rows(),
      live,
      changes,
      sourceChanges: {
        generations,
        change: (generation, task, signal) =>
          slots.all.find(({ name }) => name === generation.source)?.change(generation.key, task, signal) ?? task(),
        reset: progress.reset,
      },
      namespace: config.namespace,
    },
    metrics,
    troubles,
    positions,
    read,
    reload(next) {
      inForce = next
      return want(next)
    },
    waiting: () => slots.all.flatMap(({ waiting }) => waiting ?? []),
    flush: () => delivery.flush(),
    async stop(grace) {
      reading.abort()
      const timer = setTimeout(() => delivering.abort(), grace)
      await slots.stopped()
      await delivery.flush()
      clearTimeout(timer)
      delivering.abort()
      await slots.close()
      await close()
    },
  }
}
