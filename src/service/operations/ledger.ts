import { type LedgerRow, ledgerRows } from '../../store/ledger.ts'
import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'

const counts = [
  'read',
  'stored',
  'duplicate',
  'filtered',
  'dead_lettered',
  'redirected',
  'lost',
  'in_flight',
  'bytes',
] as const

const totalOf = (rows: readonly LedgerRow[]): Record<string, unknown> => ({
  ...Object.fromEntries(counts.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)])),
  balanced: rows.every(({ balanced }) => balanced),
})

/** The conservation ledger, then its sum; with `verify`, the store's own count beside what the ledger says. */
export async function* ledger(context: Context, asked: { readonly verify?: boolean }, signal: AbortSignal): Answer {
  const rows = ledgerRows(context.progress, context.storeName, context.inFlight())
  yield* rows
  const total = totalOf(rows)
  if (asked.verify !== true) {
    yield { total }
    return
  }
  await context.store.refresh(signal)
  let held = 0
  for (const key of context.progress.checkpoints.keys()) held += await context.store.countOf(key, signal)
  // What is in flight may lie in the store already; its outcome is not known yet.
  const [least, most] = [Number(total['stored']), Number(total['stored']) + Number(total['in_flight'])]
  yield { total: { ...total, held_by_store: held, verified: held >= least && held <= most } }
}
