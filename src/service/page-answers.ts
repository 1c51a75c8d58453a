import { errors } from '../digest/errors.ts'
import { and, type Query } from '../query/tree.ts'
import type { Metric } from '../store/aggregate.ts'
import type { Store, StoredDocument } from '../store/store.ts'
import { type Answers, type EventRow, type RangeName, ranges, type SlowRow } from '../web/dashboard/overview.ts'

const mostEvents = 40
const mostSlow = 5
const mostDatasets = 30
const minute = 60_000

const at = (document: StoredDocument, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined,
      document,
    )
const textAt = (document: StoredDocument, path: string): string => {
  const value = at(document, path)
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const eventOf = (document: StoredDocument): EventRow => {
  const level = textAt(document, 'log.level')
  const status = textAt(document, 'http.response.status_code')
  const request = [textAt(document, 'http.request.method'), textAt(document, 'url.original')].filter(
    (one) => one !== '',
  )
  const fault = [textAt(document, 'error.type'), textAt(document, 'error.message')].filter((one) => one !== '')
  const message = textAt(document, 'message') || request.join(' ') || textAt(document, 'mysql.slowlog.query')
  return {
    at: Date.parse(textAt(document, '@timestamp')),
    dataset: textAt(document, 'event.dataset'),
    level: level || status,
    levelField: level !== '' ? 'log.level' : status !== '' ? 'http.response.status_code' : undefined,
    text: [message, ...(fault.length === 0 ? [] : [fault.join(': ')])].join(' · '),
  }
}

const shown = [
  '@timestamp',
  'event.dataset',
  'log.level',
  'message',
  'error.type',
  'error.message',
  'http.request.method',
  'http.response.status_code',
  'url.original',
  'mysql.slowlog.query',
]

const duration = 'event.duration'
const times: readonly Metric[] = [
  { kind: 'sum', field: duration },
  { kind: 'avg', field: duration },
  { kind: 'max', field: duration },
]
const secondsOf = (nanoseconds: number | null | undefined): number => (nanoseconds ?? 0) / 1e9

const slowOf = async (store: Store, scope: Scope, signal: AbortSignal): Promise<readonly SlowRow[]> => {
  const by = ['mysql.slowlog.digest', 'mysql.slowlog.fingerprint']
  const question = { ...scope, datasets: ['mysql.slowlog'], by, metrics: times, top: mostSlow }
  return (await store.aggregate(question, signal)).flatMap(({ by: key, count, values }) =>
    typeof key?.[by[0]!] !== 'string'
      ? []
      : [
          {
            digest: String(key[by[0]!]),
            fingerprint: String(key[by[1]!] ?? ''),
            count,
            total: secondsOf(values[`sum(${duration})`]),
            mean: secondsOf(values[`avg(${duration})`]),
            max: secondsOf(values[`max(${duration})`]),
          },
        ],
  )
}

interface Scope {
  readonly where: Query
  readonly namespace: string
  readonly since: number
  readonly until: number
}

/** Everything asked of the store for one view. */
export const answersOf = async (
  store: Store,
  where: Query,
  namespace: string,
  range: RangeName,
  now: number,
  signal: AbortSignal,
): Promise<Answers> => {
  const { span, interval } = ranges[range]
  const count = span / interval
  const first = now - (now % interval) - (count - 1) * interval
  // Clocks differ a little: what is of the next minute is seen, what is of next year is not.
  const scope = { where, namespace, since: first, until: now + minute }
  const dataset = 'event.dataset'
  await store.refresh(signal)
  const volumes = await store.aggregate({ ...scope, by: [dataset], interval, metrics: [], top: mostDatasets }, signal)
  const wrong = await store.aggregate(
    { ...scope, where: and(where, errors), by: [dataset], interval, metrics: [], top: mostDatasets },
    signal,
  )
  const recent = await store.aggregate(
    { ...scope, since: now - minute, until: now, by: [dataset], metrics: [], top: mostDatasets },
    signal,
  )
  const slots = Array.from({ length: count }, (_, i) => ({
    at: first + i * interval,
    counts: new Map<string, number>(),
    errors: 0,
  }))
  const slotOf = (start = first) => slots[Math.min(count - 1, Math.floor((start - first) / interval))]
  const rows = new Map<string, { name: string; count: number; errors: number; rate: number }>()
  const rowOf = (by: (typeof volumes)[number]['by']) => {
    const name = String(by?.[dataset] ?? '')
    const row = rows.get(name) ?? { name, count: 0, errors: 0, rate: 0 }
    rows.set(name, row)
    return row
  }
  for (const bucket of volumes) {
    const row = rowOf(bucket.by)
    const counts = slotOf(bucket.at)?.counts
    row.count += bucket.count
    counts?.set(row.name, (counts.get(row.name) ?? 0) + bucket.count)
  }
  for (const bucket of wrong) {
    const slot = slotOf(bucket.at)
    rowOf(bucket.by).errors += bucket.count
    if (slot !== undefined) slot.errors += bucket.count
  }
  for (const bucket of recent) rowOf(bucket.by).rate = bucket.count / (minute / 1000)
  const events: EventRow[] = []
  for await (const document of store.search({ ...scope, limit: mostEvents, fields: shown }, signal))
    events.push(eventOf(document))
  return {
    slots,
    datasets: [...rows.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    events,
    slow: await slowOf(store, scope, signal),
  }
}
