import type { Scalar } from '../event/column.ts'
import type { Query } from '../query/tree.ts'

export type Metric =
  | { readonly kind: 'count' }
  | { readonly kind: 'sum' | 'avg' | 'min' | 'max' | 'unique'; readonly field: string }
  | { readonly kind: 'percentile'; readonly field: string /** 0 < of < 100 */; readonly of: number }

/**
 * A question no store is named in. Each store compiles it; the answers agree. Buckets come by time, then highest first
 * metric (else count) first, then by key; null is last.
 */
export interface Aggregate {
  readonly where: Query
  /** Milliseconds since 1970, `since` included, `until` not. */
  readonly since?: number
  readonly until?: number
  readonly datasets?: readonly string[]
  readonly namespace?: string
  /** Rows without a value of a field are a group of their own, keyed null. A list counts once for each element. */
  readonly by: readonly string[]
  /** Milliseconds; buckets start at multiples of it since 1970. Empty buckets are left out. */
  readonly interval?: number
  readonly metrics: readonly Metric[]
  /** At most this many groups (over all times), those with the highest first metric; ties by key. */
  readonly top?: number
}

export interface Bucket {
  /** Start of the bucket, with `interval`. */
  readonly at?: number
  /** With `by`: field → value. */
  readonly by?: Readonly<Record<string, Scalar | null>>
  readonly count: number
  /** By label: `p95(event.duration)`. Null where no row has the field. */
  readonly values: Readonly<Record<string, number | null>>
}

/** `count`, `p95(event.duration)`: what `--metric` takes and `stats` prints. */
export const labelOf = (metric: Metric): string =>
  metric.kind === 'count' ? 'count' : `${metric.kind === 'percentile' ? `p${metric.of}` : metric.kind}(${metric.field})`
