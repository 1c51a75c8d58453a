import { anyOf } from '../../query/tree.ts'
import { dayMs, type EventDays, unknownDay } from '../../store/ledger.ts'
import type { Retention, Store } from '../../store/store.ts'

const keysAtOnce = 200

/** What the store holds of these generations, by dataset and day of the event. */
export const heldByDay = async (
  store: Pick<Store, 'aggregate'>,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<EventDays> => {
  const held: EventDays = new Map()
  for (let first = 0; first < keys.length; first += keysAtOnce) {
    const where = anyOf('log.file.id', keys.slice(first, first + keysAtOnce))
    const question = { where, by: ['event.dataset'], interval: dayMs, metrics: [] }
    for (const { at = 0, by, count } of await store.aggregate(question, signal)) {
      const dataset = String(by?.['event.dataset'])
      const of = held.get(dataset) ?? new Map<number, number>()
      const day = Math.floor(at / dayMs)
      held.set(dataset, of.set(day, (of.get(day) ?? 0) + count))
    }
  }
  return held
}

/** The last day of a dataset of which the rules may have removed something. */
const lastRemovable = (
  rules: readonly Retention[],
  dataset: string,
  held: ReadonlyMap<number, number> | undefined,
  now: number,
): number => {
  const named = rules.filter((rule) => rule.dataset === dataset)
  const own = named.length > 0 ? named : rules.filter((rule) => rule.dataset === undefined)
  const days = own.flatMap(({ maxAge, maxBytes }) => [
    ...(maxAge === undefined ? [] : [Math.floor((now - maxAge) / dayMs)]),
    // By size the oldest go first: what lies behind the oldest day there is was not touched.
    ...(maxBytes === undefined ? [] : [Math.min(...(held?.keys() ?? []), Number.POSITIVE_INFINITY)]),
  ])
  return Math.max(...days, Number.NEGATIVE_INFINITY)
}

/**
 * Whether retention explains that `missing` events are not held, where the store does not count what it removes: of days
 * it cannot have reached nothing may be missing, and of the others no more than they had. `elsewhere`: events that are in
 * `stored`, and held, but of generations that are forgotten and not asked about.
 */
export const explains = (
  rules: readonly Retention[],
  stored: EventDays,
  held: EventDays,
  missing: number,
  now: number,
  elsewhere = 0,
): boolean => {
  let known = 0
  let removable = 0
  let short = 0
  for (const [dataset, days] of stored) {
    const there = held.get(dataset)
    const last = lastRemovable(rules, dataset, there, now)
    for (const [day, count] of days) {
      const gone = count - (day === unknownDay ? 0 : (there?.get(day) ?? 0))
      known += count
      if (gone <= 0) continue
      if (day !== unknownDay && day > last) short += gone
      else removable += gone
    }
  }
  return known > 0 && short <= elsewhere && missing <= removable
}
