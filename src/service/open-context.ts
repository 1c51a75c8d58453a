import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenJournal } from '../durable/journal.ts'
import { openGenerations } from '../source/generation.ts'
import { openDeadLetters } from '../store/dead-letter.ts'
import type { Store } from '../store/store.ts'
import { createChanges } from './changes.ts'
import type { Beside, Context } from './context.ts'
import { createDigests } from './digests.ts'
import type { Config } from './load.ts'
import { openMail, routeOf } from './notifiers.ts'
import { openStore, storeId } from './open-store.ts'
import { createOpenTransforms } from './open-transforms.ts'
import { readAlerts } from './operations/alerts.ts'
import { type DigestRoute, digestOperation } from './operations/digest.ts'
import type { Operation } from './operations/operate.ts'
import { otherStores } from './other-stores.ts'
import { openProgressLog } from './progress-log.ts'
import { requireData } from './require-data.ts'
import { schemasOf } from './schemas-of.ts'
import { journalOf, sharedSources } from './shared-source.ts'
import { stoppedSources } from './stopped-sources.ts'
import { templateLogOf } from './template-log.ts'

/** What a command opens itself when no service runs. */
export interface OpenedContext {
  readonly context: Context
  /** What the running service's analysis would answer. */
  readonly operations: Readonly<Record<string, Operation>>
  close(): Promise<void>
}

/** Mails through an outbox opened for the purpose; what does not go out goes with the next service. */
const digestRoute = (config: Config): DigestRoute | undefined => {
  const name = config.digest === false ? undefined : config.digest.to
  const route = routeOf(config, name)
  if (name === undefined || route === undefined) return undefined
  const log = { warn: (_: unknown, text?: string) => void process.stderr.write(`tailrace: ${text}\n`) }
  return { route, open: () => openMail(config, name, log) }
}

interface OpenOptions {
  /** Name of the store where it is one beside another; its kind unless given. */
  readonly name?: string
  /** Where progress is kept instead of in the data directory, of files that several machines read. */
  readonly progress?: (store: Store) => OpenJournal
  /** The data directory is held, and the command changes what lies there. */
  readonly changing: boolean
  readonly signal: AbortSignal
}

export const openContext = async (
  config: Config,
  namespace: string | undefined,
  { name, progress: journalIn, changing, signal }: OpenOptions,
): Promise<OpenedContext> => {
  if (config.store.kind === 'duckdb') requireData(config)
  const report = (text: string): void => void process.stderr.write(`tailrace: ${text}\n`)
  const store = await openStore(config)
  const directory = join(config.data, 'checkpoints', storeId(config.store))
  const readOnly = !changing
  const progress = await openProgressLog(store, directory, report, signal, {
    readOnly,
    journal: journalIn?.(store),
  })
  const letters = await openDeadLetters(join(config.data, 'dead-letter'), report, { readOnly })
  const generations = changing
    ? await openGenerations(join(config.data, 'checkpoints', 'generations'), { report })
    : undefined
  const opened: OpenedContext[] = []
  let beside: Promise<readonly Beside[]> | undefined
  const openBeside = async (): Promise<readonly Beside[]> => {
    const all: Beside[] = []
    for (const other of otherStores(config)) {
      if (!existsSync(other.config.data)) continue
      const one = await openContext(other.config, namespace, { name: other.name, changing, signal })
      opened.push(one)
      all.push({ name: other.name, context: one.context })
    }
    const stores = [{ name: name ?? config.store.kind, config }, ...otherStores(config)]
    for (const other of stores.flatMap((one) => sharedSources(one.config, one.name))) {
      if (!existsSync(other.config.data)) continue
      // Only whoever reads them may write: a service in its turn.
      if (changing) {
        all.push({ name: other.name, context: undefined })
        continue
      }
      const one = await openContext(other.config, namespace, {
        name: other.name,
        progress: ({ shared }) => journalOf(shared!, other, 'progress', { writer: '', signal, readOnly: true }),
        changing,
        signal,
      })
      opened.push(one)
      all.push({ name: other.name, context: one.context })
    }
    return all
  }
  const changes =
    generations === undefined
      ? undefined
      : createChanges({
          store,
          log: progress,
          transforms: createOpenTransforms(templateLogOf(config.data, report)),
          generations,
          prepare: (until) => store.prepare(schemasOf(config.pipelines), config.namespace, until),
        })
  const sources = await stoppedSources(config, progress.state.checkpoints, report)
  const context: Context = {
    config,
    store,
    storeName: name ?? config.store.kind,
    progress: progress.state,
    letters,
    inFlight: () => [],
    others: () => (beside ??= openBeside()),
    sources: () => sources,
    live: undefined,
    changes,
    sourceChanges:
      generations === undefined ? undefined : { generations, change: (_, task) => task(), reset: () => undefined },
    // The embedded store is all this data directory's; an engine may be shared with others.
    namespace: namespace ?? (config.store.kind === 'duckdb' ? undefined : config.namespace),
  }
  const position = (): number => Number.POSITIVE_INFINITY
  const digests = createDigests({ context, alerts: () => readAlerts(config, store.shared, signal), position })
  return {
    context,
    operations: { digest: digestOperation(digests, digestRoute(config)) },
    async close() {
      await generations?.close()
      for (const one of opened) await one.close()
      await progress.close()
      await letters.close()
      await store.close()
    },
  }
}
