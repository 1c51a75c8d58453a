import type { Scalar } from '../../event/column.ts'
import { fieldOf, type Schema } from '../../event/field.ts'
import { isObject } from '../../event/is-object.ts'
import { type Aggregate, type Bucket, labelOf, type Metric } from '../aggregate.ts'
import type { Ask, AskOptions } from './ask.ts'
import { whole } from './held.ts'
import { filterOf, targetsOf } from './question.ts'

type Json = Readonly<Record<string, unknown>>
type Key = Readonly<Record<string, Scalar | null>>

interface Group {
  readonly at: number | undefined
  readonly by: Key
  readonly count: number
  readonly values: Readonly<Record<string, number | null>>
}

const pageSize = 2000
/** Name of the time source in a composite key; no field is called so. */
const timeKey = '@interval'

/** One sub-aggregation a metric; `stats` says how many values there were, so that none is told from zero. */
const metricAggregation = (metric: Exclude<Metric, { kind: 'count' }>): Json => {
  const { field } = metric
  if (metric.kind === 'unique') return { cardinality: { field, precision_threshold: 3000 } }
  if (metric.kind !== 'percentile') return { stats: { field } }
  return { percentiles: { field, percents: [metric.of], keyed: false, tdigest: { compression: 500 } } }
}

const metricAggregations = (metrics: readonly Metric[]): Json =>
  Object.fromEntries(
    metrics.flatMap((metric, i) => (metric.kind === 'count' ? [] : [[`m${i}`, metricAggregation(metric)]])),
  )

const numberOf = (value: unknown): number | null =>
  value === null || value === undefined || Number.isNaN(Number(value)) ? null : Number(value)

const metricValue = (metric: Metric, answer: unknown, count: number): number | null => {
  if (metric.kind === 'count') return count
  if (!isObject(answer)) return null
  switch (metric.kind) {
    case 'unique':
      return numberOf(answer['value']) || null
    case 'percentile':
      return numberOf((answer['values'] as readonly Json[] | undefined)?.[0]?.['value'])
    default:
      return answer['count'] === 0 ? null : numberOf(answer[metric.kind])
  }
}

const valuesOf = (metrics: readonly Metric[], bucket: Json, count: number): Group['values'] =>
  Object.fromEntries(metrics.map((metric, i) => [labelOf(metric), metricValue(metric, bucket[`m${i}`], count)]))

/** A composite key's value as the field's own type. */
const scalarOf = (value: unknown, field: string, schema: Schema): Scalar | null => {
  if (value === null || value === undefined) return null
  const type = (schema.get(field) ?? fieldOf(field))?.type
  if (type === 'boolean') return value === true || value === 'true' || value === 1
  if (type === 'date') return new Date(Number(value)).toISOString()
  return typeof value === 'bigint' ? Number(value) : (value as Scalar)
}

const compareScalars = (a: Scalar | null, b: Scalar | null): number => {
  if (a === b) return 0
  if (a === null) return 1
  if (b === null) return -1
  return typeof a === typeof b && a < b ? -1 : typeof a === typeof b ? 1 : typeof a < typeof b ? -1 : 1
}

const byKey =
  (fields: readonly string[]) =>
  (a: Group, b: Group): number => {
    for (const field of fields) {
      const order = compareScalars(a.by[field] ?? null, b.by[field] ?? null)
      if (order !== 0) return order
    }
    return 0
  }

const identity = (fields: readonly string[], by: Key): string =>
  JSON.stringify(fields.map((field) => by[field] ?? null))

const matching = (by: Key): object => ({
  bool: {
    filter: Object.entries(by).map(([field, value]) =>
      value === null ? { bool: { must_not: { exists: { field } } } } : { term: { [field]: value } },
    ),
  },
})

/** Asks one question of the store; groups come from `composite`, page by page, so that each count is exact. */
export const aggregateDocuments = async (
  ask: Ask,
  question: Aggregate,
  schema: Schema,
  signal: AbortSignal,
  options: AskOptions,
): Promise<readonly Bucket[]> => {
  const { by, interval, metrics, top } = question
  const path = `/${targetsOf(question)}/_search`

  const search = async (json: Json): Promise<Json> => {
    const { body } = await ask({ method: 'POST', path, query: whole, json: { size: 0, ...json } }, signal, options)
    return isObject(body) ? body : {}
  }

  const total = async (): Promise<Group> => {
    const answer = await search({
      query: filterOf(question),
      track_total_hits: true,
      aggs: metricAggregations(metrics),
    })
    const hits = isObject(answer['hits']) ? answer['hits'] : {}
    const count = Number(isObject(hits['total']) ? hits['total']['value'] : 0)
    const aggregations = isObject(answer['aggregations']) ? answer['aggregations'] : {}
    return { at: undefined, by: {}, count, values: valuesOf(metrics, aggregations, count) }
  }

  const groups = async (every: number | undefined, ...more: readonly object[]): Promise<Group[]> => {
    const sources = [
      ...(every === undefined
        ? []
        : [{ [timeKey]: { date_histogram: { field: '@timestamp', fixed_interval: `${every}ms` } } }]),
      ...by.map((field) => ({ [field]: { terms: { field, missing_bucket: true } } })),
    ]
    const all: Group[] = []
    for (let after: unknown; ; ) {
      const composite = { size: pageSize, sources, ...(after === undefined ? {} : { after }) }
      const answer = await search({
        query: filterOf(question, ...more),
        track_total_hits: false,
        aggs: { groups: { composite, aggs: metricAggregations(metrics) } },
      })
      const found = isObject(answer['aggregations']) ? answer['aggregations']['groups'] : undefined
      const buckets = (isObject(found) ? (found['buckets'] as readonly Json[] | undefined) : undefined) ?? []
      for (const bucket of buckets) {
        const key = bucket['key'] as Json
        const count = Number(bucket['doc_count'])
        all.push({
          at: every === undefined ? undefined : Number(key[timeKey]),
          by: Object.fromEntries(by.map((field) => [field, scalarOf(key[field], field, schema)])),
          count,
          values: valuesOf(metrics, bucket, count),
        })
      }
      after = isObject(found) ? found['after_key'] : undefined
      if (buckets.length < pageSize || after === undefined) return all
    }
  }

  const rank = ({ count, values }: Group): number => {
    const [first] = metrics
    return first === undefined ? count : (values[labelOf(first)] ?? Number.NEGATIVE_INFINITY)
  }
  const highest = (a: Group, b: Group): number => rank(b) - rank(a) || byKey(by)(a, b)
  const inOrder = (a: Group, b: Group): number => (a.at ?? 0) - (b.at ?? 0) || highest(a, b)

  const answer = async (): Promise<readonly Group[]> => {
    if (by.length === 0 && interval === undefined) return [await total()]
    if (top === undefined || by.length === 0) return (await groups(interval)).sort(inOrder)
    const best = (await groups(undefined)).sort(highest).slice(0, top)
    if (interval === undefined) return best
    const wanted = new Set(best.map((group) => identity(by, group.by)))
    const of = { bool: { should: best.map((group) => matching(group.by)), minimum_should_match: 1 } }
    // A list also brings the groups of its other elements.
    return (await groups(interval, of)).filter((group) => wanted.has(identity(by, group.by))).sort(inOrder)
  }

  return (await answer()).map(({ at, by: key, count, values }) => ({
    ...(at === undefined ? {} : { at }),
    ...(by.length === 0 ? {} : { by: key }),
    count,
    values,
  }))
}
