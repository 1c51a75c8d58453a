import type { DuckDBValue } from '@duckdb/node-api'
import type { Scalar } from '../../event/column.ts'
import { hexIpText } from '../../query/hex-ip-text.ts'
import { type Aggregate, type Bucket, labelOf, type Metric } from '../aggregate.ts'
import type { Catalog } from './catalog.ts'
import type { Database } from './database.ts'
import { scoped } from './from.ts'
import type { Held } from './held-type.ts'
import { named } from './sql-name.ts'

/** A value of a field as a number; times in milliseconds. */
const numeric = (value: string, { type }: Held): string | undefined => {
  switch (type) {
    case 'long':
    case 'double':
      return value
    case 'date':
      return `(${value} // 1000000)`
    case 'boolean':
      return `${value}::INTEGER`
    default:
      return undefined
  }
}

const refusal = (metric: Metric, type: string): Error =>
  new Error(
    `${labelOf(metric)}: the field is a ${type}, which has no ${metric.kind}. Ask for unique, or for a field that is a number.`,
  )

/** How percentiles are computed. Exact ones hold every value in memory; digests take some kilobytes a group. */
type Quantile = 'quantile_cont' | 'approx_quantile'

const measure = (kind: Exclude<Metric['kind'], 'count'>, value: string, of: number, quantile: Quantile): string => {
  switch (kind) {
    case 'percentile':
      return `${quantile}(${value}::DOUBLE, ${of / 100})`
    case 'unique':
      return `nullif(count(DISTINCT ${value}), 0)`
    case 'sum':
      return `sum(${value})`
    default:
      return `${kind}(${value})`
  }
}

/** On a list every element counts; they are gathered, for a group has one row an event. */
const measureList = (kind: Exclude<Metric['kind'], 'count'>, column: string, held: Held, of: number): string => {
  const gathered = `flatten(list(${column}) FILTER (WHERE ${column} IS NOT NULL))`
  if (kind === 'unique') return `nullif(list_unique(${gathered}), 0)`
  const numbers = `list_transform(${gathered}, lambda x: (${numeric('x', held)})::DOUBLE)`
  return kind === 'percentile' ? `list_aggregate(${numbers}, 'quantile_cont', ${of / 100})` : `list_${kind}(${numbers})`
}

const measureOf = (metric: Metric, fields: ReadonlyMap<string, Held>, quantile: Quantile): string => {
  if (metric.kind === 'count') return 'count(*)'
  const held = fields.get(metric.field)
  // A bare NULL is a literal, which ORDER BY refuses.
  if (held === undefined) return 'NULL::DOUBLE'
  const column = named(metric.field)
  const of = metric.kind === 'percentile' ? metric.of : 0
  if (metric.kind !== 'unique' && numeric(column, held) === undefined) throw refusal(metric, held.type)
  if (held.list) return measureList(metric.kind, column, held, of)
  return measure(metric.kind, metric.kind === 'unique' ? column : numeric(column, held)!, of, quantile)
}

const keyOf = (value: DuckDBValue, held: Held | undefined): Scalar | null => {
  if (value === null || held === undefined) return null
  if (held.type === 'ip') return hexIpText(String(value))
  if (held.type === 'date') return Number((value as bigint) / 1_000_000n)
  return typeof value === 'bigint' ? Number(value) : (value as Scalar)
}

/** Keys of the groups of a row: a list's distinct elements, else the value itself. */
const groupKey = (name: string, fields: ReadonlyMap<string, Held>): string => {
  const held = fields.get(name)
  if (held === undefined) return 'NULL::VARCHAR'
  const column = named(name)
  return held.list ? `unnest(CASE WHEN len(${column}) > 0 THEN list_distinct(${column}) ELSE [NULL] END)` : column
}

/** Rows up to which percentiles are exact whatever the groups: 8 bytes each, which DuckDB does not count against its limit. */
const mostExact = 4_000_000
/**
 * Bytes that DuckDB takes for the digest of one group, measured: neither are they counted, so that a percentile by
 * address and path took 23 GB.
 */
const digestBytes = 50_000
const exactBytes = 8

export const aggregate = async (
  database: Database,
  catalog: Catalog,
  question: Aggregate,
  signal: AbortSignal,
  exactUpTo = mostExact,
): Promise<readonly Bucket[]> => {
  const quantile = question.metrics.some(({ kind }) => kind === 'percentile')
    ? await quantileFor(database, catalog, question, signal, exactUpTo)
    : 'quantile_cont'
  return answer(database, catalog, question, signal, quantile)
}

/** Digests where they take less memory than the values themselves: of many rows in few groups. */
const quantileFor = async (
  database: Database,
  catalog: Catalog,
  question: Aggregate,
  signal: AbortSignal,
  exactUpTo: number,
): Promise<Quantile> => {
  const { by, interval } = question
  const counted = scoped(catalog, question, [])
  const one = async (sql: string, values: DuckDBValue[]): Promise<number> =>
    Number((await database.rows(sql, values, signal))[0]![0])
  const rows = await one(`SELECT count(*) FROM ${counted.from} WHERE ${counted.where}`, counted.values)
  if (rows <= exactUpTo) return 'quantile_cont'
  const { from, where, values, fields } = scoped(catalog, question, by)
  const distinct = async (key: string): Promise<number> =>
    one(`SELECT approx_count_distinct(k) FROM (SELECT ${key} AS k FROM ${from} WHERE ${where})`, values)
  // At the most: not every value of one field occurs with every value of another.
  let groups = 1
  for (const name of by) {
    const held = fields.get(name)
    if (held !== undefined) groups *= 1 + (await distinct(named(name)))
  }
  if (interval !== undefined && fields.has('@timestamp')) groups *= await distinct(`"@timestamp" // ${interval}000000`)
  return groups * digestBytes < rows * exactBytes ? 'approx_quantile' : 'quantile_cont'
}

/** The number of the bucket since 1970. Division is towards zero, which is enough where nothing lies before. */
const bucketOf = (step: bigint, since: number | undefined): string =>
  since !== undefined && since >= 0
    ? `"@timestamp" // ${step}`
    : `("@timestamp" - (("@timestamp" % ${step}) + ${step}) % ${step}) // ${step}`

const answer = async (
  database: Database,
  catalog: Catalog,
  question: Aggregate,
  signal: AbortSignal,
  quantile: Quantile,
): Promise<readonly Bucket[]> => {
  const { by, interval, metrics, top } = question
  const measuredFields = metrics.flatMap((metric) => (metric.kind === 'count' ? [] : [metric.field]))
  const { from, where, values, fields } = scoped(catalog, question, [...by, ...measuredFields])
  const keys = by.map((name, i) => `${groupKey(name, fields)} AS k${i}`)
  const step = interval === undefined ? undefined : BigInt(interval) * 1_000_000n
  const at = step === undefined || !fields.has('@timestamp') ? 'NULL::BIGINT' : bucketOf(step, question.since)
  const measured = metrics.map((metric, i) => `${measureOf(metric, fields, quantile)} AS m${i}`)
  const first = metrics[0] === undefined ? 'count(*)' : measureOf(metrics[0], fields, quantile)
  const keyNames = by.map((_, i) => `k${i}`)
  const keyOrder = keyNames.map((key) => `${key} ASC NULLS LAST`)
  const groups = ['bucket', ...keyNames].join(', ')
  const same = keyNames.map((key) => `r.${key} IS NOT DISTINCT FROM t.${key}`)
  const parts = [`asked AS (SELECT *, ${[`${at} AS bucket`, ...keys].join(', ')} FROM ${from} WHERE ${where})`]
  if (top !== undefined && by.length > 0)
    parts.push(
      `best AS (SELECT ${keyNames.join(', ')} FROM asked GROUP BY ${keyNames.join(', ')} ORDER BY ${[`${first} DESC NULLS LAST`, ...keyOrder].join(', ')} LIMIT ${top})`,
    )
  const source = top !== undefined && by.length > 0 ? `asked r SEMI JOIN best t ON ${same.join(' AND ')}` : 'asked'
  const sql = `WITH ${parts.join(', ')} SELECT ${[...(by.length > 0 || interval !== undefined ? [groups] : ['NULL AS bucket']), 'count(*) AS n', ...measured].join(', ')} FROM ${source}${by.length > 0 || interval !== undefined ? ` GROUP BY ${groups}` : ''} ORDER BY ${['bucket ASC', `${metrics.length === 0 ? 'n' : 'm0'} DESC NULLS LAST`, ...keyOrder].join(', ')}`
  const rows = await database.rows(sql, values, signal)
  return rows.map((row) => ({
    ...(interval === undefined ? {} : { at: Number(row[0]) * interval }),
    ...(by.length === 0
      ? {}
      : { by: Object.fromEntries(by.map((name, i) => [name, keyOf(row[1 + i]!, fields.get(name))])) }),
    count: Number(row[row.length - 1 - metrics.length]),
    values: Object.fromEntries(
      metrics.map((metric, i) => {
        const value = row[row.length - metrics.length + i]
        return [labelOf(metric), value === null || value === undefined ? null : Number(value)]
      }),
    ),
  }))
}
