import { isDeepStrictEqual } from 'node:util'
import type { Logger } from '../telemetry/log.ts'
import { type Analysis, startAnalysis } from './analysis.ts'
import type { Config } from './load.ts'
import { startRetention } from './retention.ts'
import { startRetiring } from './retire.ts'
import type { Running } from './start.ts'

/** What runs beside the pipelines: rules, notifiers and digests, and what removes old events and forgets old files. */
export interface Companions {
  /** The newest; of one that was stopped, what it knew. */
  readonly analysis: Analysis
  /** Starts anew what this configuration changes; the rest goes on. */
  follow(config: Config): Promise<void>
  stop(): Promise<void>
}

const areSame = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  before.length === after.length && before.every((one, i) => one === after[i])

/** Rules and pipelines may hold functions: only the same objects are known to mean the same. */
const judgesAlike = (before: Config, after: Config): boolean =>
  areSame(before.rules, after.rules) &&
  areSame(before.pipelines, after.pipelines) &&
  before.timezone === after.timezone &&
  isDeepStrictEqual(before.notify, after.notify) &&
  isDeepStrictEqual(before.digest, after.digest)

export const startCompanions = async (
  running: Running,
  config: Config,
  log: Logger,
  once: boolean,
): Promise<Companions> => {
  let analysis = await startAnalysis(running, config, log, once)
  const retain = (now: Config) => (once ? undefined : startRetention(running, now, log))
  let retention = retain(config)
  const retiring = once ? undefined : startRetiring(running.context, log)
  let followed = config
  let wanted = config
  let stopped = false
  let work: Promise<void> = Promise.resolve()

  const become = async (): Promise<void> => {
    const [before, after] = [followed, wanted]
    if (stopped || before === after) return
    followed = after
    if (!isDeepStrictEqual(before.retention, after.retention)) {
      await retention?.stop()
      retention = retain(after)
    }
    if (judgesAlike(before, after)) return
    // Their journals are on disk: who is told of what goes on where it was.
    await analysis.stop()
    analysis = await startAnalysis(running, after, log, once)
  }
  return {
    get analysis() {
      return analysis
    },
    follow(next) {
      wanted = next
      const done = work.then(become)
      work = done.catch(() => undefined)
      return done
    },
    async stop() {
      stopped = true
      await work
      await retention?.stop()
      await retiring?.stop()
      await analysis.stop()
    },
  }
}
