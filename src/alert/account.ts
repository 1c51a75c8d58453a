import { printable } from '../event/printable.ts'
import { shorten } from '../event/shorten.ts'
import { printNumber } from '../event/units.ts'
import type { LedgerRow } from '../store/ledger-rows.ts'
import { type Alert, type Transition, transitionOf } from './alert.ts'
import type { AlertBook, Pending } from './book.ts'

/** Name of the built-in rule; no rule of a user may have a dot in its name. */
export const accountRule = 'tailrace.ledger'

/** Records with an outcome. */
const outcomes = (row: LedgerRow): number =>
  row.stored + row.duplicate + row.filtered + row.dead_lettered + row.redirected

/** The alert that the hours of a source do not balance. The oldest is told of, all are counted. */
const alertOf = (source: string, rows: readonly LedgerRow[], several: boolean, at: number): Alert => {
  const [first] = rows.toSorted((a, b) => a.hour.localeCompare(b.hour)) as [LedgerRow]
  const name = shorten(printable(source), 100)
  const path = shorten(printable(first.path), 200)
  const [read, accounted] = [printNumber(first.read), printNumber(outcomes(first))]
  const bytes = rows.reduce((sum, row) => sum + (row.unaccounted_bytes ?? 0), 0)
  const [more, moreZh] =
    bytes === 0
      ? ['', '']
      : [`, and ${printNumber(bytes)} bytes are in no record`, `，另有 ${printNumber(bytes)} 字节不属于任何记录`]
  const [into, intoZh] = several ? [` for ${first.store}`, `（存储 ${first.store}）`] : ['', '']
  const hours = new Set(rows.map(({ hour }) => hour)).size
  return {
    id: `${accountRule}:${source}`,
    rule: accountRule,
    title: { en: `The account of ${name} does not balance`, zh: `来源 ${name} 的账目不平衡` },
    severity: 'P1',
    state: 'firing',
    group: {},
    since: Date.parse(first.hour),
    value: rows.reduce((sum, row) => sum + Math.abs(row.read - outcomes(row)), 0) || bytes,
    limit: 0,
    explanation: {
      en: `In the hour from ${first.hour} ${read} records of ${path} were read${into}, and ${accounted} have an outcome${more}${hours > 1 ? `; so it is in ${hours} hours` : ''}. 'tailrace ledger --verify' shows the account`,
      zh: `自 ${first.hour} 起的一小时内，从 ${path} 读取了 ${read} 条记录${intoZh}，其中 ${accounted} 条有去向${moreZh}${hours > 1 ? `；共有 ${hours} 个小时如此` : ''}。'tailrace ledger --verify' 可查看账目`,
    },
    evidence: { from: Date.parse(first.hour), to: at, kql: '', datasets: [] },
    announced: true,
  }
}

export interface AccountWatch {
  /** Holds the account against its law: everything read has one outcome. Throws what the journal throws. */
  look(): Promise<void>
}

/** The ledger as a rule: it fires for a source with a closed hour that does not balance, and ends when all do. */
export const createAccountWatch = (
  rows: () => readonly LedgerRow[] | Promise<readonly LedgerRow[]>,
  book: AlertBook,
  plan: (transition: Transition) => Pending,
  clock: () => number,
): AccountWatch => ({
  async look() {
    const at = clock()
    const all = await rows()
    const several = new Set(all.map(({ store }) => store)).size > 1
    const broken = Map.groupBy(
      all.filter(({ closed, balanced }) => closed && !balanced),
      ({ source }) => source,
    )
    const state = book.state(accountRule)
    const found = [...broken].map(([source, of]) => alertOf(source, of, several, at))
    const known = new Map(state.firing.map((alert) => [alert.id, alert]))
    const fired = found.filter(({ id }) => !known.has(id))
    const ended = state.firing
      .filter(({ id }) => !found.some((alert) => alert.id === id))
      .map(
        (alert): Alert => ({
          ...alert,
          state: 'resolved',
          until: at,
          cause: alert.explanation,
          explanation: { en: 'Every closed hour balances', zh: '每个已结束小时的账目均平衡' },
        }),
      )
    if (fired.length === 0 && ended.length === 0) return
    // The episode of one that goes on keeps the time it began.
    const firing = found.map((alert) => ({ ...alert, since: known.get(alert.id)?.since ?? alert.since }))
    const changes = [
      ...fired.map((alert) => transitionOf('fired', alert, at)),
      ...ended.map((alert) => transitionOf('resolved', alert, at)),
    ]
    await book.record(accountRule, { ...state, firing }, ended, changes.map(plan))
  },
})
