import type { Alert } from '../alert/alert.ts'
import { createScheduler, type Scheduler } from '../alert/schedule.ts'
import { datasetsOf } from '../pipeline/pipeline.ts'
import type { Logger } from '../telemetry/log.ts'
import { rulesOf } from './check-rules.ts'
import { createDigests, type Digests } from './digests.ts'
import type { Config } from './load.ts'
import { mailDigests } from './mail-digests.ts'
import { type Notifiers, openNotifiers } from './notifiers.ts'
import { alertDirectory, listAlerts } from './operations/alerts.ts'
import { digestOperation } from './operations/digest.ts'
import type { Operation } from './operations/operate.ts'
import { knownFields } from './operations/question.ts'
import type { Running } from './start.ts'

/** A run with `--once` waits this long for its mails to go out. */
const longestDrain = 20_000

/** What watches the store: rules and their alerts. */
export interface Analysis {
  readonly operations: Readonly<Record<string, Operation>>
  /** Firing first, then ended ones, newest first. */
  alerts(): readonly Alert[]
  readonly digests: Digests
  /** For `--once`: judges every window by event time, tells, and gives mails a moment to go out. */
  evaluateAll(): Promise<void>
  stop(): Promise<void>
}

/** Events stored late, by dataset, since this was last asked. */
const takeLate = (running: Running) => () => {
  const { late } = running.context.progress
  const taken = new Map(late)
  late.clear()
  return taken
}

const watch = (running: Running, config: Config, log: Logger, notifiers: Notifiers): Promise<Scheduler> =>
  createScheduler({
    rules: rulesOf(config).rules,
    store: running.context.store,
    namespace: config.namespace,
    context: { fieldOf: knownFields(config).fieldOf, timezone: config.timezone },
    clock: Date.now,
    position: (datasets) => running.positions.position(datasets),
    takeLate: takeLate(running),
    directory: alertDirectory(config),
    notifiers: notifiers.deliver,
    onVerdict: (rule, verdict) => running.metrics.evaluations.inc({ rule, verdict }),
    report: (text) => log.warn(text),
  })

/** Lets metrics and health see what the rules are at: looked up, for alerts outlive a restart. Returns how to end that. */
const tellOf = (scheduler: Scheduler, { metrics, troubles }: Running): (() => void) => {
  const unmeasure = metrics.onScrape(() => {
    metrics.alertsFiring.reset()
    for (const { rule, state } of scheduler.alerts()) if (state === 'firing') metrics.alertsFiring.inc({ rule })
  })
  const unwatch = troubles.watch(() =>
    scheduler
      .status()
      .flatMap(({ rule, trouble }) =>
        trouble === undefined
          ? []
          : [{ kind: 'rule', about: rule, text: `rule '${rule}' is not judged: ${trouble}`, blocks: false }],
      ),
  )
  return () => {
    unmeasure()
    unwatch()
  }
}

export const startAnalysis = async (
  running: Running,
  config: Config,
  log: Logger,
  once: boolean,
): Promise<Analysis> => {
  const notifiers = config.role === 'ship' ? undefined : await openNotifiers(config, log, running.metrics)
  const scheduler = notifiers === undefined ? undefined : await watch(running, config, log, notifiers)
  const alerts = (): readonly Alert[] => scheduler?.alerts() ?? []
  const untell = scheduler === undefined ? undefined : tellOf(scheduler, running)
  if (!once) await scheduler?.start()
  const position = (): number | undefined =>
    running.positions.position(config.pipelines.flatMap((one) => [...datasetsOf(one).keys()]))
  const digests = createDigests({ context: running.context, alerts, position })
  const mail =
    config.digest === false || config.digest.to === undefined ? undefined : notifiers?.mail.get(config.digest.to)
  const mailing =
    mail === undefined || once
      ? undefined
      : mailDigests({ config, digests, outbox: mail.outbox, position, report: (text) => log.warn(text) })
  return {
    operations: {
      alerts: listAlerts(alerts),
      digest: digestOperation(
        digests,
        mail === undefined
          ? undefined
          : { route: mail.route, open: async () => ({ outbox: mail.outbox, close: async () => {} }) },
      ),
    },
    alerts,
    digests,
    async evaluateAll() {
      await scheduler?.evaluateOnce()
      for (const waiting of (await notifiers?.drain(longestDrain)) ?? []) log.warn(waiting)
    },
    async stop() {
      untell?.()
      await mailing?.stop()
      await scheduler?.stop()
      await notifiers?.close()
    },
  }
}
