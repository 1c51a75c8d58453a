import { and, type FieldOf, type Query } from '../query/tree.ts'
import { type Bucket, labelOf, type Metric } from '../store/aggregate.ts'
import type { Store } from '../store/store.ts'
import type { Window } from './alert.ts'
import type { CompiledRule } from './compile.ts'
import { type Group, groupKey, inGroups } from './group.ts'

/** Who is asked, and about what part of the store. */
export interface Asking {
  readonly store: Pick<Store, 'aggregate' | 'search'>
  readonly namespace?: string
  readonly fieldOf: FieldOf
  readonly timezone: string
}

/** A figure of one group in one window. */
export interface Figure {
  readonly key: string
  readonly group: Group
  readonly value: number | null
  /** Records it is made of. */
  readonly records: number
  /** By label: what a sentence tells beside it. */
  readonly more: Readonly<Record<string, number | null>>
}

/** Groups of a window that are judged. */
export const mostGroups = 100

const count: Metric = { kind: 'count' }

export const scopeOf = ({ rule }: CompiledRule, asking: Asking) => ({
  datasets: rule.datasets,
  ...(asking.namespace === undefined ? {} : { namespace: asking.namespace }),
})

/** Figures by start of window. Several windows at once only for rules without groups; windows without records are left out. */
export type Figures = ReadonlyMap<number, readonly Figure[]>

const gather = (buckets: readonly Bucket[], figureOf: (bucket: Bucket, group: Group) => Figure): Figures => {
  const windows = new Map<number, Figure[]>()
  for (const bucket of buckets) {
    if (bucket.count === 0) continue
    const at = bucket.at ?? 0
    const figures = windows.get(at) ?? []
    windows.set(at, [...figures, figureOf(bucket, bucket.by ?? {})])
  }
  return windows
}

export const figuresOf = async (
  compiled: CompiledRule,
  window: Window,
  asking: Asking,
  signal: AbortSignal,
): Promise<Figures> => {
  const { rule, by, over } = compiled
  const where = compiled.where(window.to)
  const ask = (query: Query, metrics: readonly Metric[]): Promise<readonly Bucket[]> =>
    asking.store.aggregate(
      {
        ...scopeOf(compiled, asking),
        where: query,
        since: window.from,
        until: window.to,
        by,
        interval: over,
        metrics,
        ...(by.length === 0 ? {} : { top: mostGroups }),
      },
      signal,
    )
  if (compiled.share !== undefined) return sharesOf(compiled, where, compiled.share(window.to), ask, asking.fieldOf)
  if (rule.kind === 'slow_query') {
    const metrics = (['avg', 'sum', 'max'] as const).map((kind): Metric => ({ kind, field: 'event.duration' }))
    metrics.push({ kind: 'percentile', field: 'event.duration', of: 95 })
    return gather(await ask(where, metrics), ({ values, count: records }, group) => ({
      key: groupKey(group),
      group,
      value: values['avg(event.duration)'] ?? null,
      records,
      more: values,
    }))
  }
  const metric = rule.metric ?? count
  const label = labelOf(metric)
  return gather(await ask(where, metric.kind === 'count' ? [count] : [metric, count]), (bucket, group) => ({
    key: groupKey(group),
    group,
    value: metric.kind === 'count' ? bucket.count : (bucket.values[label] ?? null),
    records: bucket.count,
    more: {},
  }))
}

/** The groups come from the side that decides: for `above` those with the most matching records, else the largest. */
const sharesOf = async (
  { rule, by }: CompiledRule,
  where: Query,
  share: Query,
  ask: (query: Query, metrics: readonly Metric[]) => Promise<readonly Bucket[]>,
  fieldOf: FieldOf,
): Promise<Figures> => {
  const matching = and(where, share)
  const matchFirst = rule.kind === 'threshold' && rule.above !== undefined
  const first = await ask(matchFirst && by.length > 0 ? matching : where, [count])
  if (first.length === 0) return new Map()
  const among =
    by.length === 0
      ? []
      : [
          inGroups(
            first.map((bucket) => bucket.by ?? {}),
            fieldOf,
          ),
        ]
  const second = await ask(and(matchFirst && by.length > 0 ? where : matching, ...among), [count])
  const [totals, matches] = matchFirst && by.length > 0 ? [second, first] : [first, second]
  const idOf = (bucket: Bucket): string => `${bucket.at ?? 0} ${groupKey(bucket.by ?? {})}`
  const matched = new Map(matches.map((bucket) => [idOf(bucket), bucket.count]))
  return gather(totals, (bucket, group) => {
    const matchCount = matched.get(idOf(bucket)) ?? 0
    return {
      key: groupKey(group),
      group,
      value: matchCount / bucket.count,
      records: bucket.count,
      more: { matching: matchCount },
    }
  })
}
