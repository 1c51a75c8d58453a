import { parseDuration } from '../../event/units.ts'
import { toDsl } from '../../query/dsl.ts'
import { toSql } from '../../query/sql.ts'
import type { Bucket } from '../../store/aggregate.ts'
import type { Context } from '../context.ts'
import { type Answer, OperationError } from '../control.ts'
import { type Asked, knownFields, parseMetric, queryOf, scopeOf } from './question.ts'

export interface SearchAsked extends Asked {
  readonly fields?: readonly string[]
  readonly limit?: number
  /** `field` or `-field`, comma-separated by the command. */
  readonly sort?: readonly string[]
}

const checkField = (name: string, names: readonly string[]): void => {
  if (!names.includes(name) && !name.startsWith('json.') && !/^[a-z_]+\./.test(name))
    throw new OperationError(2, `there is no field '${name}'; 'tailrace fields' lists them`)
}

const expand = (wanted: readonly string[], names: readonly string[]): string[] =>
  wanted.flatMap((name) => {
    if (!name.includes('*')) {
      checkField(name, names)
      return [name]
    }
    const pattern = new RegExp(
      `^${name
        .split('*')
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('.*')}$`,
    )
    return names.filter((one) => pattern.test(one))
  })

export async function* search(context: Context, asked: SearchAsked, signal: AbortSignal): Answer {
  const { names } = knownFields(context.config)
  const scope = scopeOf(asked, context.config, context.namespace)
  const sort = asked.sort?.map((text) => {
    const descending = text.startsWith('-')
    const field = descending ? text.slice(1) : text
    checkField(field, names)
    return { field, descending }
  })
  await context.store.refresh(signal)
  yield* context.store.search(
    {
      ...scope,
      limit: asked.limit ?? 20,
      ...(sort === undefined ? {} : { sort }),
      ...(asked.fields === undefined ? {} : { fields: expand(asked.fields, names) }),
    },
    signal,
  )
}

/** The compiled query instead of its answer. */
export async function* explainQuery(context: Pick<Context, 'config'>, asked: { kql?: string; target: string }): Answer {
  const query = queryOf(asked.kql, context.config, Date.now())
  if (asked.target === 'elasticsearch') yield { query: toDsl(query) }
  else if (asked.target === 'duckdb') {
    const { text, values } = toSql(query, () => true)
    yield { sql: text, parameters: values }
  } else throw new OperationError(2, `--explain-query takes elasticsearch or duckdb, not '${asked.target}'`)
}

export interface StatsAsked extends Asked {
  readonly by?: readonly string[]
  readonly interval?: string
  readonly metric?: readonly string[]
  readonly top?: number
}

/** A line of `tailrace stats`. */
const bucketLine = ({ at, by, count, values }: Bucket, withCount: boolean): Record<string, unknown> => ({
  ...(at === undefined ? {} : { '@timestamp': new Date(at).toISOString() }),
  ...(by === undefined ? {} : { by }),
  ...(withCount ? { count } : {}),
  ...values,
})

export async function* stats(context: Context, asked: StatsAsked, signal: AbortSignal): Answer {
  const { names } = knownFields(context.config)
  for (const name of asked.by ?? []) checkField(name, names)
  const interval = asked.interval === undefined ? undefined : parseDuration(asked.interval)
  if (asked.interval !== undefined && (interval === undefined || interval < 1000))
    throw new OperationError(2, `--interval takes a time from 1s on, as 5m, not '${asked.interval}'`)
  const metrics = (asked.metric ?? []).map((text) => parseMetric(text, context.config))
  const scope = scopeOf(asked, context.config, context.namespace)
  await context.store.refresh(signal)
  const buckets = await context.store.aggregate(
    {
      ...scope,
      by: asked.by ?? [],
      metrics,
      ...(interval === undefined ? {} : { interval }),
      ...(asked.top === undefined ? {} : { top: asked.top }),
    },
    signal,
  )
  for (const bucket of buckets) yield bucketLine(bucket, true)
}
