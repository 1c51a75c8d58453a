import { and, everything, or, range } from '../../query/tree.ts'
import { type Bucket, labelOf } from '../../store/aggregate.ts'
import type { CompiledRule } from '../compile.ts'
import { type Asking, scopeOf } from '../figure.ts'
import { type Group, groupKey } from '../group.ts'
import type { AnomalyRule } from '../rule.ts'

/** What a window is compared with. */
export interface History {
  /** `same_hour`: earlier days at this hour. `neighbours`: the windows just before, while days are too few. */
  readonly kind: 'same_hour' | 'neighbours'
  /** Days, or windows. */
  readonly size: number
  /** Start of the hour (of the window, where that is longer). */
  readonly hour: number
  readonly values: ReadonlyMap<string, { readonly group: Group; readonly values: readonly number[] }>
}

const hourMs = 3_600_000
const dayMs = 86_400_000
/** Days with records at this hour from which on days are compared, not neighbours. */
const fewestDays = 3
/** Neighbouring windows from which on there is something to compare with. */
const fewestNeighbours = 12
const mostNeighbours = 72

/** The values of the windows at `slots`; in a slot that was followed and holds none, a count is 0. */
const valuesAt = (
  slots: readonly number[],
  buckets: readonly Bucket[],
  rule: AnomalyRule,
): Map<string, { group: Group; values: number[] }> => {
  const label = labelOf(rule.metric)
  const isCount = rule.metric.kind === 'count'
  const byGroup = new Map<string, { group: Group; at: Map<number, number> }>()
  for (const { at = 0, by = {}, count, values } of buckets) {
    const key = groupKey(by)
    const held = byGroup.get(key) ?? { group: by, at: new Map<number, number>() }
    byGroup.set(key, held)
    const value = isCount ? count : values[label]
    if (value !== null && value !== undefined && count > 0) held.at.set(at, value)
  }
  if (byGroup.size === 0 && isCount) byGroup.set('', { group: {}, at: new Map() })
  return new Map(
    [...byGroup].map(([key, { group, at }]) => [
      key,
      { group, values: slots.flatMap((slot) => at.get(slot) ?? (isCount ? 0 : [])) },
    ]),
  )
}

/** Starts of the buckets of [since, until) that hold any record of the rule's datasets; both multiples of `interval`. */
export type Presence = (since: number, until: number, interval: number) => Promise<ReadonlySet<number>>

/** Asks the store once for all windows of a stretch that ends at `to`, rather than for each. For one judging of it only. */
export const createPresence = (compiled: CompiledRule, to: number, asking: Asking, signal: AbortSignal): Presence => {
  const known = new Map<number, { readonly since: number; readonly starts: readonly number[] }>()
  return async (since, until, interval) => {
    let held = known.get(interval)
    if (held === undefined || since < held.since) {
      const question = {
        ...scopeOf(compiled, asking),
        where: everything,
        since,
        until: Math.max(until, to),
        by: [],
        interval,
        metrics: [{ kind: 'count' }],
      } as const
      const buckets = await asking.store.aggregate(question, signal)
      held = { since, starts: buckets.flatMap(({ at, count }) => (at !== undefined && count > 0 ? [at] : [])) }
      known.set(interval, held)
    }
    return new Set(held.starts.filter((start) => start >= since && start < until))
  }
}

/**
 * The history of the window that begins at `from`, or undefined while there is too little. Only time in which any
 * record of the datasets was kept counts, and not the first stretch of it, which began in the middle.
 */
export const historyOf = async (
  compiled: CompiledRule,
  from: number,
  asking: Asking,
  presence: Presence,
  signal: AbortSignal,
): Promise<History | undefined> => {
  const rule = compiled.rule as AnomalyRule
  const { over, by } = compiled
  const scope = scopeOf(compiled, asking)
  const known = async (since: number, until: number, interval: number): Promise<Set<number>> => {
    const present = new Set(await presence(since, until, interval))
    present.delete(Math.min(...present))
    return present
  }
  const values = async (slots: readonly number[], stretches: readonly (readonly [number, number])[]) => {
    const times = stretches.map(([gte, lt]) => range('@timestamp', { gte, lt }))
    const question = {
      ...scope,
      where: and(compiled.where(from + over), or(...times)),
      since: stretches[0]![0],
      until: stretches.at(-1)![1],
      by,
      interval: over,
      metrics: rule.metric.kind === 'count' ? [rule.metric] : [rule.metric, { kind: 'count' } as const],
      ...(by.length === 0 ? {} : { top: 100 }),
    }
    return valuesAt(slots, await asking.store.aggregate(question, signal), rule)
  }

  const stretch = Math.max(over, hourMs)
  const hour = from - (from % stretch)
  const days = await known(hour - (rule.days ?? 14) * dayMs, hour, stretch)
  const same = Array.from({ length: rule.days ?? 14 }, (_, back) => hour - (back + 1) * dayMs)
    .filter((start) => days.has(start))
    .reverse()
  if (same.length >= fewestDays) {
    const slots = same.flatMap((start) => Array.from({ length: stretch / over }, (_, i) => start + i * over))
    const found = await values(
      slots,
      same.map((start) => [start, start + stretch]),
    )
    return { kind: 'same_hour', size: same.length, hour, values: found }
  }
  const since = from - mostNeighbours * over
  const slots = [...(await known(since, from, over))].sort((a, b) => a - b)
  if (slots.length === 0) return undefined
  // From the first record on every window counts: one without any is a figure too.
  const whole = Array.from({ length: (from - slots[0]!) / over }, (_, i) => slots[0]! + i * over)
  if (whole.length < fewestNeighbours) return undefined
  return { kind: 'neighbours', size: whole.length, hour, values: await values(whole, [[whole[0]!, from]]) }
}
