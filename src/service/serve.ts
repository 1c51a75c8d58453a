import { setTimeout as sleep } from 'node:timers/promises'
import { createLog, type Logger } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type Companions, startCompanions } from './companions.ts'
import { type Answer, createControl, type Operate, OperationError } from './control.ts'
import { prepareData } from './data-directory.ts'
import { defaultPaths, existingPaths } from './default-paths.ts'
import { beginDemo, type DemoRun } from './demo/begin.ts'
import { demoConfig, tellOfDemo } from './demo/config.ts'
import { dryRunAll } from './dry-run.ts'
import { type RunningEvery, startEveryStore } from './every-store.ts'
import { type FirstRun, firstRun } from './first-run.ts'
import { watchHealth } from './health.ts'
import { takeLockPatiently } from './hold.ts'
import type { Config, Loaded } from './load.ts'
import { dropLock, Held } from './lock.ts'
import { operateOn } from './operations/operate.ts'
import { reloadOperation } from './operations/reload.ts'
import { createPushed } from './pushed.ts'
import { createReload } from './reload.ts'
import type { Running } from './running.ts'
import { createTroubles, type Trouble } from './troubles.ts'
import { openWeb } from './web.ts'
import { createWebKeeper } from './web-keeper.ts'

export interface ServeOptions {
  readonly once: boolean
  readonly from: 'beginning' | 'end'
  readonly json: boolean
  /** True: the demo, also where default paths exist; false: never. */
  readonly demo?: boolean | undefined
  /** Reads and checks the configuration again; `file`: the one in force. */
  readonly load: (file: string | undefined) => Promise<Loaded>
}

const signals = { SIGINT: 130, SIGTERM: 143 } as const

const patience = 10_000

async function* whoAnswers(): Answer {
  yield { pid: process.pid }
}

/** Resolves with the exit code of the first signal. One more within a second is the same one, sent to the group. */
const firstSignal = (log: Logger): Promise<number> =>
  new Promise((resolve) => {
    let first = 0
    for (const [name, code] of Object.entries(signals))
      process.on(name, () => {
        if (first === 0) {
          first = Date.now()
          log.info(`${name}: stopping; what was read is delivered first`)
          resolve(code)
        } else if (Date.now() - first > 1000) process.exit(code)
      })
  })

const summary = (running: Running, log: Logger): void => {
  let read = 0
  let stored = 0
  let dead = 0
  for (const row of running.context.progress.ledger.values()) {
    read += row.read
    stored += row.stored
    dead += row.deadLettered
  }
  const letters = dead === 0 ? '' : `; ${dead} dead letters ('tailrace dlq list' shows them)`
  log.info(`${read} records read, ${stored} stored${letters}`)
}

/** What keeps a configuration that was read again from being in force. */
const waitingOf = (running: Running): readonly Trouble[] =>
  running.waiting().map((text) => ({
    kind: 'configuration',
    about: 'configuration',
    text: `the configuration is not wholly in force yet: ${text}`,
    blocks: false,
  }))

/** What this start is: the service as configured, or the demo. */
const atFirst = async (
  config: Config,
  wanted: boolean | undefined,
  log: Logger,
): Promise<{ readonly config: Config; readonly demo: FirstRun['demo'] }> => {
  const followed = new Set(config.pipelines.flatMap(({ source }) => source.paths ?? []))
  const existing = config.configured ? [] : await existingPaths(defaultPaths)
  const { demo, notes } = firstRun(config, wanted, existing, (pattern) => followed.has(pattern))
  for (const note of notes) log.warn(note)
  return { config: demo === 'no' ? config : await demoConfig(config), demo }
}

/** Runs the service until a signal, or with `once` until all is delivered. Returns the exit code. */
export const serve = async (given: Config, options: ServeOptions): Promise<number> => {
  const log = createLog({
    level: given.logLevel,
    output: options.json ? 'json' : given.logOutput,
    colour: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
  })
  // What is made from here on is nobody else's to read.
  process.umask(0o077)
  const start = await atFirst(given, options.demo, log)
  const { config } = start
  // Not before, or a command would find a directory that nobody holds.
  await prepareData(config.data)

  const ready = Promise.withResolvers<Operate>()
  // Who asks while the service starts waits a moment for it.
  const operate: Operate = async function* (name, asked, signal) {
    const late = sleep(patience, undefined, { signal, ref: false }).catch(() => undefined)
    const answer = await Promise.race([ready.promise, late])
    if (answer === undefined) throw new OperationError(3, 'the service is starting and waits for its store')
    yield* answer(name, asked, signal)
  }
  const control = createControl((name, asked, signal) => (name === 'pid' ? whoAnswers() : operate(name, asked, signal)))
  try {
    await takeLockPatiently(config.data, control)
  } catch (error) {
    if (error instanceof Held) throw new OperationError(2, error.message, { cause: error })
    throw error
  }

  const stopped = firstSignal(log)
  const failure = Promise.withResolvers<number>()
  const metrics = createMetrics()
  const troubles = createTroubles()
  troubles.set('starting', { kind: 'starting', about: 'service', text: 'the service is starting', blocks: true })
  const health = watchHealth(troubles, config.data, log, metrics)
  let demo: DemoRun | undefined
  let running: RunningEvery | undefined
  let companions: Companions | undefined
  let current = config
  const { load, once } = options
  const pushed = createPushed(config, options.once, { log, metrics })
  const web = createWebKeeper((wanted) =>
    openWeb({
      config: wanted,
      demo: start.demo !== 'no',
      log,
      metrics,
      troubles,
      context: () => running?.context,
      alerts: () => companions?.analysis.alerts() ?? [],
      elsewhere: () => companions?.elsewhere,
      digests: () => companions?.analysis.digests,
      pushed,
    }),
  )
  const apply = async (next: Config): Promise<void> => {
    current = next
    log.level = next.logLevel
    const parts = [
      web.follow(next),
      ...(running === undefined || companions === undefined ? [] : [running.reload(next), companions.follow(next)]),
    ]
    const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
  const reload = createReload({
    config,
    load,
    apply,
    dryRun: (before, after) =>
      dryRunAll(before, after, (source) =>
        (running?.context.sources() ?? []).flatMap((row) => (row.source === source ? [row.path] : [])),
      ),
    log,
    metrics,
    troubles,
  })
  const reloads = once || start.demo !== 'no' ? undefined : reload
  // A terminal that goes away must not take the service with it.
  process.on('SIGHUP', () => {
    if (options.once) log.warn('SIGHUP: a run that ends by itself reads its configuration once')
    else if (start.demo !== 'no') log.warn('SIGHUP: the demo goes on; a configuration takes effect after a restart')
    else reload.request('SIGHUP')
  })
  try {
    const { from } = options
    const failed = (error: unknown): void => {
      troubles.set('delivery', {
        kind: 'delivery',
        about: 'delivery',
        text: `delivery stopped: ${String(error)}`,
        blocks: true,
      })
      log.fatal({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'delivery stopped')
      failure.resolve(3)
    }
    if (!once) await web.follow(config)
    if (start.demo !== 'no') {
      tellOfDemo(config, start.demo === 'goes on', log)
      demo = beginDemo(config, log)
    }
    const started = startEveryStore({ config, log, once, from, failed, metrics, troubles, pushed })
    const early = await Promise.race([started.then(() => undefined), stopped])
    if (early !== undefined) {
      // Stopped while the store was still waited for: nothing was read.
      return early
    }
    running = await started
    demo?.start(running)
    const { context } = running
    const beside = await startCompanions(running, config, log, once)
    companions = beside
    ready.resolve((name, asked, signal) =>
      operateOn(context, { ...beside.analysis.operations, reload: reloadOperation(reloads) })(name, asked, signal),
    )
    troubles.clear('starting')
    log.info(
      `${config.role === 'analyse' ? `analysing what is in ${config.store.kind}` : `following ${config.pipelines.map(({ name }) => name).join(', ')} into ${[config.store, ...config.also].map(({ kind }) => kind).join(' and ')}`}${web.address === undefined ? '' : `; page at ${web.address}`}`,
    )
    if (reloads !== undefined) {
      troubles.watch(() => waitingOf(running!))
      reloads.start()
    }
    const ended = once ? running.read.then(() => 0) : new Promise<number>(() => undefined)
    const code = await Promise.race([stopped, failure.promise, ended])
    if (code === 0) {
      await running.flush()
      await beside.analysis.evaluateAll()
      summary(running, log)
      const early = await Promise.race([running.others.then(() => undefined), stopped])
      if (early !== undefined) return early
      const files = running.context.sources()
      if (files.length === 0) log.warn('no file is where one was looked for')
      const unread = files.filter(({ state }) => state === 'unreadable').length
      if (unread > 0) {
        log.error(`${unread} ${unread === 1 ? 'file' : 'files'} could not be read; all others are delivered`)
        return 3
      }
    }
    return code
  } finally {
    troubles.set('stopping', { kind: 'stopping', about: 'service', text: 'the service stops', blocks: true })
    health.stop()
    demo?.stop()
    await reload.stop()
    await companions?.stop()
    await running?.stop(current.grace)
    await web.close()
    dropLock(config.data)
    control.closeAllConnections()
    control.close()
  }
}
