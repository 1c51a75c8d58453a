import { join } from 'node:path'
import type { Alert, Transition } from '../alert/alert.ts'
import { createScheduler, type Scheduler } from '../alert/schedule.ts'
import type { Logger } from '../telemetry/log.ts'
import { startWeb } from '../web/server.ts'
import { rulesOf } from './check-rules.ts'
import type { Context } from './context.ts'
import type { Answer } from './control.ts'
import type { Config } from './load.ts'
import { knownFields } from './operations/question.ts'
import { pageOf } from './page.ts'
import type { Running } from './start.ts'

type Operation = (context: Context, asked: never, signal: AbortSignal) => Answer

/** What watches the store: rules and their alerts, and the page. */
export interface Analysis {
  readonly operations: Readonly<Record<string, Operation>>
  /** Where the page is. */
  readonly address: string | undefined
  /** Judges every window by event time: for `--once`. */
  evaluateAll(): Promise<void>
  stop(): Promise<void>
}

const alertLine = ({ id, rule, severity, state, since, until, title, explanation }: Alert) => ({
  id,
  rule,
  severity,
  state,
  since: new Date(since).toISOString(),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  title: title.en,
  summary: explanation.en,
})

const listAlerts = (scheduler: Scheduler): Operation =>
  async function* (_, asked: { readonly all?: boolean }) {
    for (const alert of scheduler.alerts()) if (asked.all === true || alert.state === 'firing') yield alertLine(alert)
  }

const tellConsole =
  (log: Logger) =>
  async ({ kind, alert }: Transition) => {
    const { id, severity, explanation } = alert
    const text = `${severity} ${alert.title.en}: ${explanation.en}`
    if (kind === 'resolved') log.info({ alert: id }, `resolved: ${text}`)
    else log.warn({ alert: id }, `${kind === 'fired' ? 'alert' : 'more alerts than are told'}: ${text}`)
  }

/** Events stored late, by dataset, since this was last asked. */
const takeLate = (running: Running) => () => {
  const { late } = running.context.progress
  const taken = new Map(late)
  late.clear()
  return taken
}

const watch = (running: Running, config: Config, log: Logger): Promise<Scheduler> =>
  createScheduler({
    rules: rulesOf(config).rules,
    store: running.context.store,
    namespace: config.namespace,
    context: { fieldOf: knownFields(config).fieldOf, timezone: config.timezone },
    clock: Date.now,
    position: (datasets) => running.positions.position(datasets),
    takeLate: takeLate(running),
    directory: join(config.data, 'state', 'alerts'),
    notifiers: new Map([['console', tellConsole(log)]]),
    onChange: ({ kind, alert }) => {
      if (kind !== 'flood') running.metrics.alertsFiring.inc({ rule: alert.rule }, kind === 'fired' ? 1 : -1)
    },
    onVerdict: (rule, verdict) => running.metrics.evaluations.inc({ rule, verdict }),
    report: (text) => log.warn(text),
  })

export const startAnalysis = async (
  running: Running,
  config: Config,
  log: Logger,
  once: boolean,
): Promise<Analysis> => {
  const scheduler = config.role === 'ship' ? undefined : await watch(running, config, log)
  if (!once) await scheduler?.start()
  const alerts = (): readonly Alert[] => scheduler?.alerts() ?? []
  const web =
    config.web === false || once
      ? undefined
      : await startWeb({
          ...config.web,
          ready: () => ({
            ready: true,
            ...(running.trouble === undefined ? {} : { waiting: running.trouble }),
          }),
          metrics: () => running.metrics.render(),
          page: (signal) => pageOf(running.context, alerts(), signal),
        })
  return {
    operations: scheduler === undefined ? {} : { alerts: listAlerts(scheduler) },
    address: web?.address,
    evaluateAll: async () => scheduler?.evaluateOnce(),
    async stop() {
      await web?.close()
      await scheduler?.stop()
    },
  }
}
