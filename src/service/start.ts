import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { isReference } from '../config/env.ts'
import { readVariable } from '../config/variables.ts'
import { makeDurableDirectory } from '../durable/file.ts'
import type { OpenJournal } from '../durable/journal.ts'
import { type Batch, outcome } from '../event/batch.ts'
import type { Field } from '../event/field.ts'
import { createArena } from '../memory/arena.ts'
import { createDelivery, type Delivery } from '../pipeline/delivery.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { createProgress } from '../pipeline/progress.ts'
import { openGenerations } from '../source/generation.ts'
import type { SourceNotice } from '../source/source.ts'
import { createSpools } from '../source/spools.ts'
import { openDeadLetters } from '../store/dead-letter.ts'
import { rowGroupSize } from '../store/duckdb/row-group.ts'
import { endOfTenure } from '../store/ledger.ts'
import { unstated, within } from '../store/lost-span.ts'
import type { Sink } from '../store/sink.ts'
import type { Store } from '../store/store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createChanges } from './changes.ts'
import type { Beside, Context } from './context.ts'
import { createLettersRoom } from './letters-room.ts'
import { createLive } from './live.ts'
import type { Config } from './load.ts'
import { openStore, storeId } from './open-store.ts'
import { createOpenTransforms, type OpenTransforms } from './open-transforms.ts'
import { openProgressLog } from './progress-log.ts'
import type { Pushed } from './pushed.ts'
import { type RebuildOptions, rebuildGenerations } from './rebuild.ts'
import { schemasOf } from './schemas-of.ts'
import { createSlots } from './slots.ts'
import { createPositions, type Positions } from './sources.ts'
import { templateLogOf } from './template-log.ts'
import type { Trouble, Troubles } from './troubles.ts'
import { boundYoungSpace } from './young-space.ts'

export interface StartOptions {
  readonly config: Config
  readonly log: Logger
  /** Read what is there, deliver it, end. */
  readonly once: boolean
  readonly from: 'beginning' | 'end'
  /** Told when delivery stopped for a reason that only a person can mend. */
  readonly failed: (error: unknown) => void
  readonly metrics: Metrics
  readonly troubles: Troubles
  /** Where sources are pushed to. */
  readonly pushed: Pushed
  /** Where that is kept, for a store by its name; of its own unless given. */
  readonly spools?: ReturnType<typeof createSpools>
  /** Of the store, in ledger and metrics; its kind unless given. */
  readonly name?: string
  /** Shared with pipelines into other stores. */
  readonly transforms?: OpenTransforms
  /** Stores beside this one. */
  readonly others?: () => readonly Beside[]
  /** Which pipelines are read here; all unless given. */
  readonly reads?: (pipeline: Pipeline) => boolean
  /** Of a source that several machines read in turn. */
  readonly common?: Common
  /** Ends a start that waits for its store. */
  readonly stopping?: AbortSignal
  readonly clock?: () => number
}

/** What machines that read the same files have in common lies in their store. */
export interface Common {
  readonly journal: (name: 'progress' | 'generations') => OpenJournal
  /** Who reads: the same over all lives of a data directory. */
  readonly tenure: string
  /** Whether it is this one's turn at this moment: asked before anything is sent. */
  readonly mayWrite: () => boolean
}

/** A service whose pipelines run. */
export interface Running {
  readonly context: Context
  readonly metrics: Metrics
  readonly troubles: Troubles
  readonly positions: Positions
  /** Resolves when every source has ended: with `once`, when all is read. */
  readonly read: Promise<void>
  /** Reads what this configuration says from now on; what stays the same goes on undisturbed. Resolves once it is so, or another one is wanted; throws where a pipeline cannot be opened. */
  readonly reload: (config: Config) => Promise<void>
  /** What keeps the configuration that is wanted from being in force. */
  readonly waiting: () => readonly string[]
  /** Resolves when everything read has its outcome and is committed. */
  flush(): Promise<void>
  /** Stops reading, delivers what was read for at most `grace` milliseconds, closes. Loses nothing either way. */
  stop(grace: number): Promise<void>
}

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

const countBatch = (metrics: Metrics, store: string, batch: Batch): void => {
  const by = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < batch.count; row++) by[batch.outcome[row]!]!++
  const { source } = batch.block.origin
  for (const [name, code] of Object.entries(outcome))
    if (by[code]! > 0) metrics.outcomes.inc({ source, store, outcome: name }, by[code])
  for (const { stage, code } of batch.failures.values()) metrics.failures.inc({ source, stage, code })
}

/** Keeps trying what the disk refuses, says so once, and once when it goes again. */
const insist = async (
  what: string,
  task: () => Promise<void>,
  log: Logger,
  troubles: Troubles,
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      await task()
      troubles.clear(what)
      if (attempt > 0) log.info(`${what}: it goes again`)
      return
    } catch (error) {
      if (attempt === 0) log.error({ error: String(error) }, `${what}: this does not go; reading waits until it does`)
      troubles.set(what, {
        kind: 'delivery',
        about: what,
        text: `${what} does not go (${String(error)}); reading waits until it does`,
        blocks: true,
      })
      await sleep(Math.min(5000, 100 * 2 ** attempt), undefined, { signal })
    }
  }
}

const noticeLevel: Readonly<Record<SourceNotice['kind'], 'error' | 'warn' | 'info'>> = {
  unreadable: 'error',
  outside: 'warn',
  lost: 'error',
  truncated: 'warn',
  held_copy: 'info',
  recovered: 'info',
}

interface Parts {
  readonly store: Store
  readonly delivery: Delivery
  readonly metrics: Metrics
}

/** The embedded store waits for its disk, and nothing is kept elsewhere; another one is only away. */
const storeTrouble = ({ trouble, transactional, name }: Store): readonly Trouble[] =>
  trouble === undefined
    ? []
    : [{ kind: transactional ? 'disk' : 'store', about: name, text: trouble, blocks: transactional }]

const sourceTroubles = (positions: Positions, texts: ReadonlyMap<string, string>): readonly Trouble[] =>
  positions
    .rows()
    .flatMap(({ path, state }) =>
      state === 'unreadable'
        ? [{ kind: 'source', about: path, text: texts.get(path) ?? `cannot read ${path}`, blocks: true }]
        : [],
    )

const transformTroubles = (pipelines: readonly Pipeline[]): readonly Trouble[] =>
  pipelines.flatMap((pipeline) =>
    pipeline.transforms.flatMap(({ name, trouble }) =>
      trouble === undefined
        ? []
        : [{ kind: 'transform', about: `${pipeline.name}: ${name}`, text: trouble, blocks: false }],
    ),
  )

/** Makes the record of followed files anew where it was lost, and says so. */
const rebuild = async ({
  log,
  troubles,
  ...options
}: RebuildOptions & { readonly log: Logger; readonly troubles: Troubles }): Promise<void> => {
  const { found, gone } = await rebuildGenerations(options)
  if (found.length + gone.length === 0) return
  const text = `what was known of ${found.length + gone.length} followed files was damaged or lost and was made anew from what the store holds: ${found.length} files go on where they were, of ${gone.length} no file is left`
  log.error({ found: found.slice(0, mostPaths), gone: gone.slice(0, mostPaths) }, text)
  troubles.set('rebuilt', { kind: 'source', about: 'checkpoints', text: `at the start ${text}`, blocks: false })
}
const mostPaths = 20

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
      rebuild({
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
  const notice =
    (source: string) =>
    ({ kind, path, text, lost, regained }: SourceNotice): void => {
      log[noticeLevel[kind]]({ source, path }, text)
      if (kind === 'unreadable') unreadable.set(path, text)
      const known = progressLog.state.lost
      if (lost !== undefined) progress.lost(unstated(known, { ...lost, source, path, at: clock() }))
      if (regained !== undefined) progress.regained(within(known, regained))
      if (lost !== undefined || regained !== undefined) delivery.settle()
    }
  // A transactional store holds nothing past its checkpoint, unless that was set back; others are asked.
  const coveredBy = (source: string) => async (key: string, start: number, end: number, path: string) => {
    const top = store.transactional ? Math.min(end, progressLog.state.rewound.get(key) ?? 0) : end
    const spans = top <= start ? [] : await store.covered(key, start, top, delivering.signal)
    progress.alreadyStored(key, source, path, spans, clock())
    return spans
  }

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
    contextOf: (source) => ({
      generations,
      resume: progressLog.state.checkpoints,
      covered: coveredBy(source),
      skipped: (key, to, ahead, held) => {
        progress.skipped(key, to, clock(), ahead, held)
        delivery.settle()
      },
      begin: from,
      spools: spools(storeName),
      unpacked: join(config.data, 'spool', '.unpacked'),
      text: (given) => (isReference(given) ? (readVariable(given.name, process.env, []) ?? given.fallback) : given),
      repeated: (path, count) => {
        progress.repeated(source, path, count, clock())
        metrics.readRecords.inc({ source }, count)
        metrics.outcomes.inc({ source, store: storeName, outcome: 'duplicate' }, count)
        delivery.settle()
      },
      leftOut: (path, count) => {
        progress.leftOut(source, path, count, clock())
        metrics.readRecords.inc({ source }, count)
        metrics.outcomes.inc({ source, store: storeName, outcome: 'filtered' }, count)
        delivery.settle()
      },
      dropped: (count) => metrics.datagramsDropped.inc({ source }, count),
      report: notice(source),
    }),
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
  watchGauges({ store, delivery, metrics }, positions, () => arena.inUse, storeName)

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

const watchGauges = (parts: Parts, positions: Positions, arenaBytes: () => number, store: string): void => {
  const { metrics, delivery } = parts
  const told: string[] = []
  metrics.onScrape(() => {
    metrics.arenaBytes.set(arenaBytes())
    metrics.residentBytes.set(process.memoryUsage.rss())
    metrics.queueBytes.set({ store }, delivery.bytes)
    metrics.storeWaiting.set({ store }, parts.store.trouble === undefined ? 0 : 1)
    if (parts.store.concurrency !== undefined) metrics.sinkConcurrency.set({ store }, parts.store.concurrency)
    // Only its own: pipelines into the same store may run beside these.
    for (const source of told.splice(0))
      for (const gauge of [metrics.unreadableFiles, metrics.lagBytes, metrics.lagSeconds]) gauge.remove({ source })
    const oldest = new Map<string, number>()
    let behind = 0
    for (const { source, lag_bytes, lag_seconds, state } of positions.rows()) {
      if (!told.includes(source)) told.push(source)
      metrics.unreadableFiles.inc({ source }, state === 'unreadable' ? 1 : 0)
      metrics.lagBytes.inc({ source }, lag_bytes)
      behind += lag_bytes
      oldest.set(source, Math.max(oldest.get(source) ?? 0, lag_seconds))
    }
    metrics.sinkLagBytes.set({ store }, behind)
    for (const [source, seconds] of oldest) metrics.lagSeconds.set({ source }, seconds)
  })
}
