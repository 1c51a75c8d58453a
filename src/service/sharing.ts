import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { OpenJournal } from '../durable/journal.ts'
import { datasetsOf } from '../pipeline/pipeline.ts'
import { createLease } from '../store/lease.ts'
import type { SharedDocuments } from '../store/shared.ts'
import { openSharedJournal } from '../store/shared-journal.ts'
import type { Logger } from '../telemetry/log.ts'
import { type Instances, instanceId, startInstances } from './instances.ts'
import type { Config } from './load.ts'
import type { Keeping } from './notifiers.ts'
import type { Running } from './running.ts'
import { takeLate } from './take-late.ts'

/** Several services on one store: who of them analyses, and what that one has to know. */
export interface Sharing {
  /** For as long as the lease is held; undefined: it is not. */
  readonly keeping: Keeping | undefined
  /** Host of the one that analyses, '' where it is not known. */
  readonly elsewhere: string
  readonly position: Instances['position']
  readonly takeLate: Instances['takeLate']
  stop(): Promise<void>
}

/** Journals in the store, of the services of one namespace. */
export const sharedJournals =
  (shared: SharedDocuments, namespace: string, writer: string, signal: AbortSignal, readOnly = false) =>
  (name: string): OpenJournal =>
  (options) =>
    openSharedJournal({ ...options, shared, name: `${namespace}:${name}`, writer, signal, readOnly })

/** Undefined: the store is this process's alone. `changed`: told when the lease is won or lost. */
export const startSharing = async (
  { context, positions, metrics, troubles }: Running,
  config: Config,
  log: Logger,
  changed: () => void,
): Promise<Sharing | undefined> => {
  const { shared } = context.store
  if (shared === undefined) return undefined
  const { namespace, role } = config
  const writer = randomUUID()
  const report = (text: string): void => log.warn(text)
  // Of the data directory: whoever holds that knows that its last process is dead.
  const id = await instanceId(config.state)
  let tenure = new AbortController()
  let keeping: Keeping | undefined
  const lease =
    role === 'ship'
      ? undefined
      : createLease({
          shared,
          id: `${namespace}:lease`,
          holder: { id, host: hostname() },
          report,
          changed(held) {
            metrics.leaseHeld.set(held ? 1 : 0)
            tenure.abort()
            tenure = new AbortController()
            keeping = held
              ? {
                  journal: sharedJournals(shared, namespace, writer, tenure.signal),
                  mayTell: () => lease?.held === true,
                }
              : undefined
            log.info(
              held
                ? 'this instance judges the rules, tells and mails'
                : 'this instance does not judge the rules any more',
            )
            changed()
          },
        })
  const instances = await startInstances({
    shared,
    prefix: namespace,
    id,
    datasets: () =>
      role === 'analyse'
        ? []
        : [
            ...new Set(
              // Of files that several machines read, whoever reads them tells.
              context.config.pipelines.flatMap((one) =>
                one.source.shared === undefined ? [...datasetsOf(one).keys()] : [],
              ),
            ),
          ],
    position: (datasets) => positions.position(datasets),
    // Whoever judges knows of its own.
    takeLate: () => (keeping === undefined ? takeLate(context) : new Map()),
    report,
  })
  const unwatch = troubles.watch(() =>
    lease?.trouble === undefined
      ? []
      : [
          {
            kind: 'rule',
            about: 'lease',
            text: `whether any instance judges the rules is not known: ${lease.trouble}`,
            blocks: false,
          },
        ],
  )
  lease?.start()
  return {
    get keeping() {
      return keeping
    },
    get elsewhere() {
      return lease?.holder ?? ''
    },
    position: (datasets) => instances.position(datasets),
    takeLate: () => instances.takeLate(),
    async stop() {
      unwatch()
      await instances.stop()
      await lease?.stop()
      tenure.abort()
    },
  }
}
