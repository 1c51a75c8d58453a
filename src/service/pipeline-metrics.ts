import { type Batch, outcome } from '../event/batch.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import type { Store } from '../store/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Positions } from './sources.ts'

/** What became of a batch that has its outcomes. */
export const countBatch = (metrics: Metrics, store: string, batch: Batch): void => {
  const by = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < batch.count; row++) by[batch.outcome[row]!]!++
  const { source } = batch.block.origin
  for (const [name, code] of Object.entries(outcome))
    if (by[code]! > 0) metrics.outcomes.inc({ source, store, outcome: name }, by[code])
  for (const { stage, code } of batch.failures.values()) metrics.failures.inc({ source, stage, code })
}

export interface Gauged {
  readonly metrics: Metrics
  readonly sink: Pick<Store, 'trouble' | 'concurrency'>
  /** Its name in metrics. */
  readonly store: string
  readonly delivery: Delivery
  readonly positions: Positions
  readonly arenaBytes: () => number
}

/** Measures at each scrape what is under way and how far behind each source is. */
export const watchGauges = ({ metrics, sink, store, delivery, positions, arenaBytes }: Gauged): void => {
  const told: string[] = []
  metrics.onScrape(() => {
    metrics.arenaBytes.set(arenaBytes())
    metrics.residentBytes.set(process.memoryUsage.rss())
    metrics.queueBytes.set({ store }, delivery.bytes)
    metrics.storeWaiting.set({ store }, sink.trouble === undefined ? 0 : 1)
    if (sink.concurrency !== undefined) metrics.sinkConcurrency.set({ store }, sink.concurrency)
    // Only its own: pipelines into the same store may run beside these.
    for (const source of told.splice(0))
      for (const gauge of [metrics.unreadableFiles, metrics.lagBytes, metrics.lagSeconds]) gauge.remove({ source })
    const oldest = new Map<string, number>()
    let behind = 0
    for (const { source, lag_bytes, lag_seconds, state } of positions.rows()) {
      if (!told.includes(source)) told.push(source)
      metrics.unreadableFiles.inc({ source }, state === 'unreadable' ? 1 : 0)
      metrics.lagBytes.inc({ source }, lag_bytes)
      behind += lag_bytes
      oldest.set(source, Math.max(oldest.get(source) ?? 0, lag_seconds))
    }
    metrics.sinkLagBytes.set({ store }, behind)
    for (const [source, seconds] of oldest) metrics.lagSeconds.set({ source }, seconds)
  })
}
