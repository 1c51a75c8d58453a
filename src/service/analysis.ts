import type { Alert } from '../alert/alert.ts'
import { createScheduler, type Scheduler } from '../alert/schedule.ts'
import { datasetsOf } from '../pipeline/pipeline.ts'
import type { Logger } from '../telemetry/log.ts'
import { rulesOf } from './check-rules.ts'
import { createDigests, type Digests } from './digests.ts'
import type { Config } from './load.ts'
import { mailDigests } from './mail-digests.ts'
import { type Keeping, type Notifiers, openNotifiers } from './notifiers.ts'
import { alertDirectory, listAlerts, refuseToList } from './operations/alerts.ts'
import { digestOperation } from './operations/digest.ts'
import { everyRow } from './operations/ledger.ts'
import type { Operation } from './operations/operate.ts'
import { knownFields } from './operations/question.ts'
import type { Running } from './running.ts'
import { earliestOf, takeLate } from './take-late.ts'

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

/** Among the services on one store. */
export interface Standing {
  /** Another one judges: why this one does not, and what that one found. */
  readonly elsewhere?: { readonly why: () => string; readonly alerts: () => Promise<readonly Alert[]> }
  readonly keeping?: Keeping
  /** How far all of them are. */
  readonly position?: (datasets: readonly string[]) => number | undefined
  /** What the others stored late, by dataset, since this was last asked. */
  readonly late?: () => ReadonlyMap<string, number>
}

/** Who tells asks before each change whether it is still the one that tells. */
const guarded = ({ deliver }: Notifiers, keeping: Keeping | undefined): Notifiers['deliver'] =>
  keeping === undefined
    ? deliver
    : new Map(
        [...deliver].map(([name, tell]) => [
          name,
          (transition, signal) =>
            keeping.mayTell()
              ? tell(transition, signal)
              : Promise.reject(new Error('another instance judges the rules now')),
        ]),
      )

const watch = (
  running: Running,
  config: Config,
  log: Logger,
  notifiers: Notifiers,
  { keeping, position = running.positions.position, late = () => new Map() }: Standing,
): Promise<Scheduler> =>
  createScheduler({
    rules: rulesOf(config).rules,
    store: running.context.store,
    namespace: config.namespace,
    context: { fieldOf: knownFields(config).fieldOf, timezone: config.timezone },
    clock: Date.now,
    position,
    takeLate: () => earliestOf([takeLate(running.context), late()]),
    account: () => everyRow(running.context),
    directory: alertDirectory(config),
    journal: keeping?.journal('alerts'),
    notifiers: guarded(notifiers, keeping),
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
  standing: Standing,
): Promise<Analysis> => {
  const { keeping, elsewhere, position: positionOf = running.positions.position } = standing
  const notifiers = elsewhere !== undefined ? undefined : await openNotifiers(config, log, running.metrics, keeping)
  const scheduler = notifiers === undefined ? undefined : await watch(running, config, log, notifiers, standing)
  const alerts = (): readonly Alert[] => scheduler?.alerts() ?? []
  const untell = scheduler === undefined ? undefined : tellOf(scheduler, running)
  if (!once) await scheduler?.start()
  const position = (): number | undefined => positionOf(config.pipelines.flatMap((one) => [...datasetsOf(one).keys()]))
  const digests = createDigests({ context: running.context, alerts: elsewhere?.alerts ?? alerts, position })
  const mail =
    config.digest === false || config.digest.to === undefined ? undefined : notifiers?.mail.get(config.digest.to)
  const mailing =
    mail === undefined || once
      ? undefined
      : mailDigests({ config, digests, outbox: mail.outbox, position, report: (text) => log.warn(text) })
  return {
    operations: {
      alerts: elsewhere === undefined ? listAlerts(alerts) : refuseToList(elsewhere.why),
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
