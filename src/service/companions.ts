import { isDeepStrictEqual } from 'node:util'
import type { Logger } from '../telemetry/log.ts'
import { type Analysis, type Standing, startAnalysis } from './analysis.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { Config } from './load.ts'
import type { Keeping } from './notifiers.ts'
import { readAlerts } from './operations/alerts.ts'
import { startRetention } from './retention.ts'
import { startRetiring } from './retire.ts'
import type { Running } from './running.ts'
import { type Sharing, startSharing } from './sharing.ts'

/** What runs beside the pipelines: rules, notifiers and digests, what removes old events and forgets old files, the heartbeat. */
export interface Companions {
  /** The newest; of one that was stopped, what it knew. */
  readonly analysis: Analysis
  /** Host of the instance that judges, '' where that is not known; undefined: this one does. */
  readonly elsewhere: string | undefined
  /** Starts anew what this configuration changes; the rest goes on. */
  follow(config: Config): Promise<void>
  stop(): Promise<void>
}

/** After a start that failed, as of journals in a store that is away. */
const retryAfter = 2000

const areSame = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.length === after.length && before.every((one, i) => one === after[i])

/** Rules and pipelines may hold functions: only the same objects are known to mean the same. */
const judgesAlike = (before: Config, after: Config): boolean =>
  areSame(before.rules, after.rules) &&
  areSame(before.pipelines, after.pipelines) &&
  before.timezone === after.timezone &&
  isDeepStrictEqual(before.notify, after.notify) &&
  isDeepStrictEqual(before.digest, after.digest)

/** What of the configuration runs by itself and is simply started anew. */
const createParts = (running: Running, log: Logger, once: boolean) => ({
  retention: (config: Config) => (once ? undefined : startRetention(running, config, log)),
  heartbeat: ({ heartbeat }: Config) =>
    once || heartbeat === undefined
      ? undefined
      : startHeartbeat({ ...heartbeat, troubles: running.troubles.now, report: (text) => log.warn(text) }),
})

export const startCompanions = async (
  running: Running,
  config: Config,
  log: Logger,
  once: boolean,
): Promise<Companions> => {
  const parts = createParts(running, log, once)
  let followed = config
  let wanted = config
  let begun = false
  let stopped = false
  let work: Promise<void> = Promise.resolve()
  let retry: NodeJS.Timeout | undefined
  let sharing: Sharing | undefined
  /** With what the analysis was started; `null`: it has to be started. */
  let kept: Keeping | undefined | null

  const why = (): string =>
    config.role === 'ship'
      ? 'this service ships only (role ship) and judges no alert; ask the one that analyses'
      : `alerts are judged ${sharing?.elsewhere ? `on ${sharing.elsewhere}` : 'by another instance'}; ask that one`
  const standing = (): Standing => {
    if (sharing === undefined && config.role !== 'ship') return {}
    const position = sharing === undefined ? {} : { position: sharing.position, late: sharing.takeLate }
    const { keeping } = sharing ?? {}
    if (keeping !== undefined) return { keeping, ...position }
    const alerts = () => readAlerts(config, running.context.store.shared, AbortSignal.timeout(10_000))
    return { elsewhere: { why, alerts }, ...position }
  }
  const start = async (now: Config): Promise<Analysis> => {
    const { keeping } = sharing ?? {}
    const started = await startAnalysis(running, now, log, once, standing())
    kept = keeping
    return started
  }

  const restart = async (after: Config): Promise<void> => {
    // Their journals are durable: who is told of what goes on where it was.
    await analysis.stop()
    kept = null
    try {
      analysis = await start(after)
    } catch (error) {
      log.warn(
        `rules cannot be judged now, which is tried again: ${error instanceof Error ? error.message : String(error)}`,
      )
      clearTimeout(retry)
      retry = setTimeout(() => void follow(wanted), retryAfter)
    }
  }
  const become = async (): Promise<void> => {
    const [before, after] = [followed, wanted]
    if (stopped || !begun) return
    followed = after
    if (!isDeepStrictEqual(before.retention, after.retention)) {
      await retention?.stop()
      retention = parts.retention(after)
    }
    if (!isDeepStrictEqual(before.heartbeat, after.heartbeat)) {
      await heartbeat?.stop()
      heartbeat = parts.heartbeat(after)
    }
    if (kept !== sharing?.keeping || !judgesAlike(before, after)) await restart(after)
  }
  const follow = (next: Config): Promise<void> => {
    wanted = next
    const done = work.then(become)
    work = done.catch(() => undefined)
    return done
  }

  if (!once) sharing = await startSharing(running, config, log, () => void follow(wanted))
  let analysis = await start(config)
  let retention = parts.retention(config)
  let heartbeat = parts.heartbeat(config)
  const retiring = once ? undefined : startRetiring(running.context, log)
  begun = true
  // The lease may have been won meanwhile.
  void follow(wanted)
  return {
    get analysis() {
      return analysis
    },
    get elsewhere() {
      if (sharing === undefined) return config.role === 'ship' ? '' : undefined
      return sharing.keeping === undefined ? sharing.elsewhere : undefined
    },
    follow,
    async stop() {
      stopped = true
      clearTimeout(retry)
      await work
      await heartbeat?.stop()
      await retention?.stop()
      await retiring?.stop()
      await analysis.stop()
      // Given back last, when nothing more is told from here.
      await sharing?.stop()
    },
  }
}
