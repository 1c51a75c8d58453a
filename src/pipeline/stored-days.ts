import type { Batch } from '../event/batch.ts'
import { dayMs, type EventDays, unknownDay } from '../store/ledger.ts'

/** Days an event may lie before or behind its reading and still be counted by day: else a log could make a day of every line. */
const mostBefore = 400
const mostBehind = 2

/** Day of an event, both milliseconds; `unknownDay` where it is far from the reading. */
export const dayAt = (ms: number, readAt: number): number => {
  const day = Math.floor(ms / dayMs)
  const today = Math.floor(readAt / dayMs)
  return day >= today - mostBefore && day <= today + mostBehind ? day : unknownDay
}

/** Day of a row's event. */
export const dayOf = ({ columns, block }: Batch, row: number): number => {
  const times = columns.get('@timestamp')
  return dayAt(times?.kind === 'time' ? times.ms[row]! : Number.NaN, block.readAt)
}

/** Adds the rows with this outcome to `days`, by dataset and day of the event. */
export const countDays = (batch: Batch, among: number, days: EventDays): void => {
  const { dataset, count, outcome } = batch
  const of = days.get(dataset) ?? new Map<number, number>()
  let last = Number.NaN
  let run = 0
  // Neighbours are mostly of one day.
  const flush = (): void => {
    if (run > 0) of.set(last, (of.get(last) ?? 0) + run)
    run = 0
  }
  for (let row = 0; row < count; row++) {
    if (outcome[row] !== among) continue
    const day = dayOf(batch, row)
    if (day !== last) flush()
    last = day
    run++
  }
  flush()
  if (of.size > 0) days.set(dataset, of)
}
