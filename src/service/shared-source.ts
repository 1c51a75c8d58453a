import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { OpenJournal } from '../durable/journal.ts'
import { datasetsOf, type Pipeline } from '../pipeline/pipeline.ts'
import { openDeadLetters } from '../store/dead-letter.ts'
import { createLease } from '../store/lease.ts'
import type { SharedDocuments } from '../store/shared.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Elsewhere } from './context.ts'
import { instanceId, startInstances } from './instances.ts'
import type { Config } from './load.ts'
import { openStore } from './open-store.ts'
import type { OtherStore } from './other-stores.ts'
import type { Common, Running } from './running.ts'
import { sharedJournals } from './sharing.ts'
import { takeLate } from './take-late.ts'

/** A source that several machines read in turn, into one store. */
export interface SharedSource extends OtherStore {
  readonly pipeline: Pipeline
}

/** The sources of a configuration that several machines read, each with all it keeps here in `shared/<source>`. */
export const sharedSources = (config: Config, storeName: string): readonly SharedSource[] =>
  config.pipelines.flatMap((pipeline) =>
    pipeline.source.shared === undefined
      ? []
      : [
          {
            name: `${storeName}/${pipeline.source.name}`,
            config: {
              ...config,
              also: [],
              data: join(config.data, 'shared', encodeURIComponent(pipeline.source.name)),
            },
            pipeline,
          },
        ],
  )

/** A journal of such a source, in the store. */
export const journalOf = (
  shared: SharedDocuments,
  { config, pipeline }: SharedSource,
  name: 'progress' | 'generations',
  { writer, signal, readOnly }: { readonly writer: string; readonly signal: AbortSignal; readonly readOnly: boolean },
): OpenJournal =>
  sharedJournals(shared, config.namespace, writer, signal, readOnly)(`shared:${pipeline.source.name}:${name}`)

/** One turn of reading; over when `lost` aborts. */
export interface Tenure {
  readonly lost: AbortSignal
  readonly common: Common
  /** Tells the one that judges rules how far this reading is. Returns how to end that. */
  tell(running: Running): Promise<() => Promise<void>>
}

/** Waits for this machine's turns. */
export interface Turns {
  /** Resolves when it is this machine's turn; undefined: it is another's, and with `once` nobody waits for long. */
  next(stopping: AbortSignal): Promise<Tenure | undefined>
  /** Undefined: it is this machine's turn. */
  readonly elsewhere: Elsewhere | undefined
  /** Gives the turn back. */
  stop(): Promise<void>
}

const ttl = 20_000

/** Who may read is told by a lease in the store, one a source. */
export const openTurns = async (
  given: SharedSource,
  { once: ends, log }: { readonly once: boolean; readonly log: Logger },
): Promise<Turns> => {
  const { config, pipeline } = given
  const { source } = pipeline
  const store = await openStore(config)
  const shared = store.shared!
  const name = `shared:${source.name}`
  const prefix = config.namespace
  const tenureId = await instanceId(config.state)
  const report = (text: string): void => log.warn(text)
  const turns = new EventTarget()
  let tenure: AbortController | undefined
  const lease = createLease({
    shared,
    id: `${prefix}:${name}`,
    holder: { id: tenureId, host: hostname() },
    ttl,
    what: `reads ${source.name}`,
    report,
    changed(held) {
      tenure?.abort()
      tenure = held ? new AbortController() : undefined
      log.info(held ? `this instance reads ${source.name}` : `this instance does not read ${source.name} any more`)
      turns.dispatchEvent(new Event('changed'))
    },
  })
  lease.start()
  return {
    async next(stopping) {
      const patience = ends ? AbortSignal.any([stopping, AbortSignal.timeout(2 * ttl)]) : stopping
      while (tenure === undefined) {
        await once(turns, 'changed', { signal: patience }).catch(() => undefined)
        if (patience.aborted) return undefined
      }
      const { signal } = tenure
      return {
        lost: signal,
        common: {
          journal: (journal) => journalOf(shared, given, journal, { writer: randomUUID(), signal, readOnly: false }),
          tenure: tenureId,
          mayWrite: () => lease.held,
        },
        async tell({ positions, context }) {
          const instances = await startInstances({
            shared,
            prefix,
            id: name,
            datasets: () => [...datasetsOf(pipeline).keys()],
            position: (datasets) => positions.position(datasets),
            takeLate: () => takeLate(context),
            report,
          })
          return instances.stop
        },
      }
    },
    get elsewhere() {
      if (lease.held) return undefined
      const path = (source.paths ?? []).join(' ')
      const nothing = { id: '', offset: 0, size: 0, lag_bytes: 0, lag_seconds: 0, read: 0 }
      return {
        host: lease.holder ?? '',
        sources: [{ ...nothing, path, state: 'elsewhere', source: source.name }],
        letters: () => openDeadLetters(join(config.data, 'dead-letter'), report, { readOnly: true }),
      }
    },
    async stop() {
      await lease.stop()
      await store.close()
    },
  }
}
