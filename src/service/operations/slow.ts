import { and, equals } from '../../query/tree.ts'
import type { Metric } from '../../store/aggregate.ts'
import type { Search } from '../../store/store.ts'
import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'
import { type Asked, scopeOf } from './question.ts'

export interface SlowAsked extends Asked {
  readonly top?: number
}

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

/** Slow queries by fingerprint, those that took most time in all first. Times in seconds. */
export async function* slow(context: Context, asked: SlowAsked, signal: AbortSignal): Answer {
  const { store, config } = context
  const scope = scopeOf({ ...asked, dataset: asked.dataset ?? ['mysql.slowlog'] }, config, context.namespace)
  await store.refresh(signal)
  const by = ['mysql.slowlog.digest', 'mysql.slowlog.fingerprint']
  const buckets = await store.aggregate({ ...scope, by, metrics, top: asked.top ?? 20 }, signal)
  for (const { by: key, count, values } of buckets) {
    const digest = key?.['mysql.slowlog.digest']
    if (typeof digest !== 'string') continue
    const where = and(scope.where, equals('mysql.slowlog.digest', digest))
    const one = async (sort: NonNullable<Search['sort']>, fields: readonly string[]) => {
      for await (const found of store.search({ ...scope, where, sort, fields, limit: 1 }, signal)) return found
      return undefined
    }
    const first = await one([{ field: '@timestamp', descending: false }], ['@timestamp'])
    const last = await one([{ field: '@timestamp', descending: true }], ['@timestamp'])
    const example = await one(
      [{ field: duration, descending: true }],
      ['mysql.slowlog.query', 'mysql.slowlog.schema', 'user.name', 'mysql.slowlog.explain'],
    )
    const slowlog = (example?.['mysql'] as { slowlog?: Record<string, unknown> } | undefined)?.slowlog
    yield {
      digest,
      fingerprint: key?.['mysql.slowlog.fingerprint'],
      count,
      total: seconds(values[`sum(${duration})`]),
      mean: seconds(values[`avg(${duration})`]),
      p95: seconds(values[`p95(${duration})`]),
      max: seconds(values[`max(${duration})`]),
      rows_examined: values['sum(mysql.slowlog.rows_examined)'],
      rows_sent: values['sum(mysql.slowlog.rows_sent)'],
      lock_time: values['sum(mysql.slowlog.lock_time.sec)'],
      first_seen: first?.['@timestamp'],
      last_seen: last?.['@timestamp'],
      schema: slowlog?.['schema'],
      user: (example?.['user'] as { name?: unknown } | undefined)?.name,
      example: slowlog?.['query'],
      explain: slowlog?.['explain'],
      reviewed: false,
    }
  }
}
