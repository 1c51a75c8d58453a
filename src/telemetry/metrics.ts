import { Counter, Gauge, Registry } from 'prom-client'

/** The pipeline's own figures. Labels come from bounded sets only (source, store, outcome, code), never from logs. */
export const createMetrics = () => {
  const registry = new Registry()
  const registers = [registry]
  const counter = <const L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter<L>({ name: `tailrace_${name}`, help, labelNames, registers })
  const gauge = <const L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name: `tailrace_${name}`, help, labelNames, registers })
  const collectors = new Set<() => void>()
  return {
    /** Called before each scrape, for figures that are looked up rather than counted. Returns how to end that. */
    onScrape(collect: () => void): () => void {
      collectors.add(collect)
      return () => void collectors.delete(collect)
    },
    /** The Prometheus text. */
    render(): Promise<string> {
      for (const collect of collectors) collect()
      return registry.metrics()
    },
    contentType: registry.contentType,
    readRecords: counter('source_read_records_total', 'Records read.', 'source'),
    readBytes: counter('source_read_bytes_total', 'Bytes those records cover.', 'source'),
    outcomes: counter('sink_records_total', 'Records by what became of them.', 'source', 'store', 'outcome'),
    failures: counter('failure_records_total', 'Records that became dead letters, by code.', 'source', 'stage', 'code'),
    commits: counter('sink_commits_total', 'Durable records of progress.', 'store'),
    queueBytes: gauge('queue_bytes', 'Bytes between reading and the final outcome.', 'store'),
    deadLetters: gauge('dead_letter_records', 'Dead letters in the queue.', 'store'),
    deadLetterBytes: gauge('dead_letter_bytes', 'Bytes they take on disk.', 'store'),
    deadLetterAge: gauge('dead_letter_age_seconds', 'How long the oldest of them has waited.', 'store'),
    arenaBytes: gauge('memory_arena_bytes', 'Bytes leased from the arena.'),
    residentBytes: gauge('memory_resident_bytes', 'Resident memory of the process.'),
    lagBytes: gauge('source_lag_bytes', 'Bytes written to followed files and not yet committed.', 'source'),
    lagSeconds: gauge('source_lag_seconds', 'Age of the oldest byte not yet committed.', 'source'),
    storeWaiting: gauge('sink_waiting', '1 while the store is away or refuses.', 'store'),
    sinkConcurrency: gauge(
      'sink_concurrency',
      'Requests that may be under way to the store at once; grows while it keeps pace.',
      'store',
    ),
    sinkLagBytes: gauge(
      'sink_lag_bytes',
      'Bytes written to followed files and not yet committed to the store.',
      'store',
    ),
    evaluations: counter('rule_evaluations_total', 'Rule windows evaluated, by verdict.', 'rule', 'verdict'),
    notifications: counter('notify_messages_total', 'Messages to people, by result.', 'notifier', 'result'),
    alertsFiring: gauge('alert_firing', 'Alerts firing now.', 'rule'),
    reloads: counter('config_reloads_total', 'Configurations read again, by what became of them.', 'result'),
    configRefused: gauge(
      'config_refused',
      '1 while the configuration on disk has mistakes and an older one is in force.',
    ),
    leaseHeld: gauge('service_lease_held', '1 while this is the instance that judges rules for all on its store.'),
    ready: gauge('service_ready', '1 while input is accepted, and goes on or is safely kept.'),
    troubles: gauge('service_troubles', 'What is wrong now, by kind.', 'kind'),
    transformTroubled: gauge('transform_troubled', '1 while a transform does not work as it was defined.', 'transform'),
    refusals: counter('listener_refused_total', 'Connections and requests that limits kept out.', 'listener', 'reason'),
    datagramsDropped: counter(
      'source_datagrams_dropped_total',
      'Datagrams that were lost before they could be kept: by the kernel, or because the spool was full.',
      'source',
    ),
    audits: counter('access_events_total', 'Logins, logouts and refusals, by what they were.', 'event'),
    unreadableFiles: gauge('source_unreadable_files', 'Files that cannot be read.', 'source'),
  }
}
export type Metrics = ReturnType<typeof createMetrics>
