import type { Alert, Window } from '../alert/alert.ts'
import { and, anyOf, everything, exists, type Query } from '../query/tree.ts'
import type { Bucket, Metric } from '../store/aggregate.ts'
import type { LedgerRow } from '../store/ledger-rows.ts'
import type { Store } from '../store/store.ts'
import type { DigestDay } from './day.ts'
import type { Account, Compared, DatasetVolume, Digest, Endpoint, HourVolume, RankedQuery, Volume } from './digest.ts'
import { answered, errors, serverErrors } from './errors.ts'
import { slowDatasets } from './fields.ts'
import { slowQueries } from './slow-queries.ts'

export interface GatherOptions {
  /** What was written is visible: it was refreshed. */
  readonly store: Pick<Store, 'aggregate' | 'search'>
  /** Undefined: all. */
  readonly namespace: string | undefined
  readonly alerts: readonly Alert[]
  readonly ledger: readonly LedgerRow[]
  readonly behind: boolean
  readonly now: number
  readonly signal: AbortSignal
}

const mostEndpoints = 10
const mostFailing = 5
const mostSlow = 10
const hourMs = 3_600_000
const template = 'url.template'
const duration = 'event.duration'
const p95: Metric = { kind: 'percentile', field: duration, of: 95 }

interface More {
  readonly top?: number
  readonly metrics?: readonly Metric[]
  readonly datasets?: readonly string[]
  readonly interval?: number
}
type Ask = (span: Window, where: Query, by: readonly string[], more?: More) => Promise<readonly Bucket[]>

const total = (buckets: readonly Bucket[]): number => buckets.reduce((sum, { count }) => sum + count, 0)

/** Count by the value of `field`. */
const countsOf = (buckets: readonly Bucket[], field: string): ReadonlyMap<string, number> =>
  new Map(buckets.map(({ by, count }) => [String(by?.[field] ?? ''), count]))

/** Volumes by the value of `field`, of the day and of the day before. */
const volumesBy = async (
  ask: Ask,
  day: DigestDay,
  field: string,
  all: Query,
  wrong: Query,
): Promise<ReadonlyMap<string, Compared<Volume>>> => {
  const of = async (span: Window): Promise<ReadonlyMap<string, Volume>> => {
    const counts = countsOf(await ask(span, all, [field]), field)
    const bad = countsOf(await ask(span, and(all, wrong), [field]), field)
    return new Map([...counts].map(([name, count]) => [name, { count, errors: bad.get(name) ?? 0 }]))
  }
  const [now, before] = [await of(day), await of(day.before)]
  const names = new Set([...now.keys(), ...before.keys()])
  return new Map([...names].map((name) => [name, { now: now.get(name) ?? none, before: before.get(name) ?? none }]))
}

const none: Volume = { count: 0, errors: 0 }

const endpointsOf = async (ask: Ask, day: DigestDay): Promise<readonly Endpoint[]> => {
  const known = and(answered, exists(template))
  const busy = await ask(day, known, [template], { top: mostEndpoints })
  const failing = await ask(day, and(known, serverErrors), [template], { top: mostFailing })
  const names = new Set([busy, failing].flatMap((buckets) => [...countsOf(buckets, template).keys()]))
  if (names.size === 0) return []
  const these = and(known, anyOf(template, [...names]))
  const volumes = await volumesBy(ask, day, template, these, serverErrors)
  const times = await ask(day, these, [template], { metrics: [p95] })
  const slowness = new Map(times.map(({ by, values }) => [String(by?.[template]), values[`p95(${duration})`]]))
  return [...volumes]
    .map(([name, volume]) => ({ template: name, ...volume, p95: slowness.get(name) ?? null }))
    .sort((a, b) => b.now.count - a.now.count || (a.template < b.template ? -1 : 1))
}

const slowOf = async (ask: Ask, options: GatherOptions, day: DigestDay): Promise<readonly RankedQuery[]> => {
  const { store, namespace, signal } = options
  const scope = {
    where: everything,
    since: day.from,
    until: day.to,
    datasets: slowDatasets,
    ...(namespace === undefined ? {} : { namespace }),
  }
  const ranked = await Array.fromAsync(slowQueries(store, scope, mostSlow, signal))
  if (ranked.length === 0) return []
  const field = 'mysql.slowlog.digest'
  const known = anyOf(
    field,
    ranked.map(({ digest }) => digest),
  )
  const before = countsOf(await ask(day.before, known, [field], { datasets: slowDatasets }), field)
  return ranked.map((query) => ({ ...query, before: before.get(query.digest) ?? 0 }))
}

/** Hours begin as those of UTC do, also where the zone is not whole hours from it. */
const hoursOf = async (ask: Ask, day: DigestDay): Promise<readonly HourVolume[]> => {
  const count = async (where: Query): Promise<ReadonlyMap<number, number>> =>
    new Map((await ask(day, where, [], { interval: hourMs })).map((bucket) => [bucket.at ?? 0, bucket.count]))
  const counts = await count(everything)
  const wrong = await count(errors)
  const first = day.from - (day.from % hourMs)
  return Array.from({ length: Math.ceil((day.to - first) / hourMs) }, (_, i) => {
    const at = first + i * hourMs
    return { at, count: counts.get(at) ?? 0, errors: wrong.get(at) ?? 0 }
  })
}

const alertsOf = (alerts: readonly Alert[], { from, to }: DigestDay): readonly Alert[] =>
  alerts
    .filter(({ since, until }) => since < to && (until ?? Number.POSITIVE_INFINITY) > from)
    .sort((a, b) => Number(b.state === 'firing') - Number(a.state === 'firing') || b.since - a.since)

const ledgerOf = (rows: readonly LedgerRow[], { from, to }: DigestDay): readonly Account[] => {
  const accounts = new Map<string, Account>()
  for (const row of rows) {
    const hour = Date.parse(row.hour)
    if (hour < from || hour >= to) continue
    const key = JSON.stringify([row.source, row.store])
    const held = accounts.get(key)
    accounts.set(key, {
      source: row.source,
      store: row.store,
      read: (held?.read ?? 0) + row.read,
      stored: (held?.stored ?? 0) + row.stored,
      duplicate: (held?.duplicate ?? 0) + row.duplicate,
      filtered: (held?.filtered ?? 0) + row.filtered,
      deadLettered: (held?.deadLettered ?? 0) + row.dead_lettered,
      redirected: (held?.redirected ?? 0) + row.redirected,
      inFlight: (held?.inFlight ?? 0) + row.in_flight,
      lost: (held?.lost ?? 0) + row.lost,
      bytes: (held?.bytes ?? 0) + row.bytes,
      balanced: (held?.balanced ?? true) && row.balanced,
    })
  }
  return [...accounts.values()].sort((a, b) => b.read - a.read || (a.source < b.source ? -1 : 1))
}

const sumOf = (volumes: readonly Compared<Volume>[]): Compared<Volume> => {
  const side = (which: keyof Compared<unknown>): Volume => ({
    count: volumes.reduce((sum, { [which]: one }) => sum + one.count, 0),
    errors: volumes.reduce((sum, { [which]: one }) => sum + one.errors, 0),
  })
  return { now: side('now'), before: side('before') }
}

/** Asks the store for a day's figures. Throws what the store throws. */
export const gather = async (day: DigestDay, options: GatherOptions): Promise<Digest> => {
  const { store, namespace, signal } = options
  const space = namespace === undefined ? {} : { namespace }
  const ask: Ask = ({ from, to }, where, by, more = {}) =>
    store.aggregate({ where, by, metrics: [], ...more, since: from, until: to, ...space }, signal)
  const countOf = async (span: Window, where: Query, more?: More): Promise<number> =>
    total(await ask(span, where, [], more))
  const requestsIn = async (span: Window): Promise<Volume> => ({
    count: await countOf(span, answered),
    errors: await countOf(span, serverErrors),
  })
  const volumes = await volumesBy(ask, day, 'event.dataset', everything, errors)
  const datasets: readonly DatasetVolume[] = [...volumes]
    .map(([dataset, volume]) => ({ dataset, ...volume }))
    .sort((a, b) => b.now.count - a.now.count || b.before.count - a.before.count || (a.dataset < b.dataset ? -1 : 1))
  return {
    day,
    madeAt: options.now,
    datasets,
    total: sumOf(datasets),
    requests: { now: await requestsIn(day), before: await requestsIn(day.before) },
    hours: await hoursOf(ask, day),
    endpoints: await endpointsOf(ask, day),
    slow: await slowOf(ask, options, day),
    slowCount: {
      now: await countOf(day, everything, { datasets: slowDatasets }),
      before: await countOf(day.before, everything, { datasets: slowDatasets }),
    },
    alerts: alertsOf(options.alerts, day),
    ledger: ledgerOf(options.ledger, day),
    behind: options.behind,
  }
}
