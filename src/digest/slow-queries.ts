import { and, equals, type Query } from '../query/tree.ts'
import type { Metric } from '../store/aggregate.ts'
import type { Search, Store } from '../store/store.ts'

/** A kind of statement, and what its runs took. Times in seconds; null where no run has the figure. */
export interface SlowQuery {
  readonly digest: string
  readonly fingerprint: string
  readonly count: number
  readonly total: number | null
  readonly mean: number | null
  readonly p95: number | null
  readonly max: number | null
  readonly rows_examined: number | null
  readonly rows_sent: number | null
  readonly lock_time: number | null
  readonly schema: string | undefined
  readonly user: string | undefined
  /** The statement that took longest, and how the server ran it where that was logged. */
  readonly example: string | undefined
  readonly explain: string | undefined
}

export type SlowScope = Pick<Search, 'since' | 'until' | 'datasets' | 'namespace'> & { readonly where: Query }

const duration = 'event.duration'
const sum = (field: string): Metric => ({ kind: 'sum', field })
const metrics: readonly Metric[] = [
  sum(duration),
  { kind: 'avg', field: duration },
  { kind: 'percentile', field: duration, of: 95 },
  { kind: 'max', field: duration },
  sum('mysql.slowlog.rows_examined'),
  sum('mysql.slowlog.rows_sent'),
  sum('mysql.slowlog.lock_time.sec'),
]
const seconds = (nanoseconds: number | null | undefined): number | null =>
  nanoseconds === null || nanoseconds === undefined ? null : Math.round(nanoseconds / 1000) / 1e6
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Slow queries by fingerprint, at most `top`, those that took most time in all first. */
export async function* slowQueries(
  store: Pick<Store, 'aggregate' | 'search'>,
  scope: SlowScope,
  top: number,
  signal: AbortSignal,
): AsyncGenerator<SlowQuery> {
  const by = ['mysql.slowlog.digest', 'mysql.slowlog.fingerprint']
  const buckets = await store.aggregate({ ...scope, by, metrics, top }, signal)
  for (const { by: key, count, values } of buckets) {
    const digest = key?.['mysql.slowlog.digest']
    if (typeof digest !== 'string') continue
    const [longest] = await Array.fromAsync(
      store.search(
        {
          ...scope,
          where: and(scope.where, equals('mysql.slowlog.digest', digest)),
          sort: [{ field: duration, descending: true }],
          fields: ['mysql.slowlog.query', 'mysql.slowlog.schema', 'user.name', 'mysql.slowlog.explain'],
          limit: 1,
        },
        signal,
      ),
    )
    const slowlog = (longest?.['mysql'] as { slowlog?: Record<string, unknown> } | undefined)?.slowlog
    yield {
      digest,
      fingerprint: String(key?.['mysql.slowlog.fingerprint'] ?? ''),
      count,
      total: seconds(values[`sum(${duration})`]),
      mean: seconds(values[`avg(${duration})`]),
      p95: seconds(values[`p95(${duration})`]),
      max: seconds(values[`max(${duration})`]),
      rows_examined: values['sum(mysql.slowlog.rows_examined)'] ?? null,
      rows_sent: values['sum(mysql.slowlog.rows_sent)'] ?? null,
      lock_time: values['sum(mysql.slowlog.lock_time.sec)'] ?? null,
      schema: text(slowlog?.['schema']),
      user: text((longest?.['user'] as { name?: unknown } | undefined)?.name),
      example: text(slowlog?.['query']),
      explain: text(slowlog?.['explain']),
    }
  }
}
