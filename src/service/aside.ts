import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import type { Trouble, Troubles } from './troubles.ts'

/** Troubles and figures of one life of a store beside the first: they end with it. */
export interface Aside {
  readonly troubles: Troubles
  readonly metrics: Metrics
  end(): void
}

/** What the first store's pipelines tell of themselves already. */
const toldAlready: ReadonlySet<Trouble['kind']> = new Set(['source', 'transform'])
const nothing: ReadonlySet<Trouble['kind']> = new Set()

/**
 * Makes lives of the store `name`. Its troubles are told under its name and keep nobody from being ready; what is
 * counted by store is counted with the others', the rest (records read, lag of files) for nobody, since the first
 * store's pipelines read the same. `alone`: they do not, and all but the process's own figures counts.
 */
export const createAside = (name: string, shared: Troubles, metrics: Metrics, alone: boolean): (() => Aside) => {
  const own = (trouble: Trouble): Trouble => ({
    ...trouble,
    ...(alone ? {} : { about: name, text: `${name}, beside the first store: ${trouble.text}` }),
    blocks: alone && trouble.blocks,
  })
  const { outcomes, commits, queueBytes, storeWaiting, sinkConcurrency, sinkLagBytes } = metrics
  const { deadLetters, deadLetterBytes, deadLetterAge } = metrics
  const { readRecords, readBytes, failures, lagBytes, lagSeconds, unreadableFiles } = metrics
  const bySource = { readRecords, readBytes, failures, lagBytes, lagSeconds, unreadableFiles }
  return () => {
    const ids = new Set<string>()
    const stops: (() => void)[] = []
    const clear = (id: string): void => {
      ids.delete(id)
      shared.clear(`${name}: ${id}`)
    }
    return {
      troubles: {
        set(id, trouble) {
          ids.add(id)
          shared.set(`${name}: ${id}`, own(trouble))
        },
        clear,
        watch(look) {
          const stop = shared.watch(() =>
            look()
              .filter(({ kind }) => !(alone ? nothing : toldAlready).has(kind))
              .map(own),
          )
          stops.push(stop)
          return stop
        },
        now: () => shared.now(),
      },
      metrics: {
        ...createMetrics(),
        ...(alone ? bySource : {}),
        onScrape(collect) {
          const stop = metrics.onScrape(collect)
          stops.push(stop)
          return stop
        },
        ...{ outcomes, commits, queueBytes, storeWaiting, sinkConcurrency, sinkLagBytes },
        ...{ deadLetters, deadLetterBytes, deadLetterAge },
      },
      end() {
        for (const stop of stops) stop()
        for (const id of ids) clear(id)
      },
    }
  }
}
