import type { EventDays } from '../../store/ledger.ts'
import { type LedgerRow, ledgerRows } from '../../store/ledger-rows.ts'
import type { Retention } from '../../store/store.ts'
import type { Context } from '../context.ts'
import type { Answer } from '../control.ts'
import { explains, heldByDay } from './retained.ts'
import { atHand } from './stores.ts'

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
  ...(rows.some(({ purged }) => purged !== undefined)
    ? { purged: rows.reduce((sum, { purged = 0 }) => sum + purged, 0) }
    : {}),
  balanced: rows.every(({ balanced }) => balanced),
})

/** What a store was found to hold while it went on being written to. */
export interface Counted {
  /** Records the ledger knew to be stored before the store was counted. */
  readonly least: number
  /** Those it knew afterwards, and those under way, which may lie in the store already. */
  readonly most: number
  readonly held: number
  /** What retention had removed before and after. */
  readonly removed: readonly [before: number, after: number]
}

/** Whether the store holds what it should. */
export const verdict = ({ least, most, held, removed: [before, after] }: Counted): boolean =>
  held + before <= most && held + after >= least

/** Whether the rules reach anything that was ever stored. */
export const mayRemove = (rules: readonly Retention[], oldest: ReadonlyMap<string, number>, now: number): boolean => {
  const named = new Set(rules.map(({ dataset }) => dataset))
  return rules.some(
    ({ dataset, maxAge, maxBytes }) =>
      maxBytes !== undefined ||
      (maxAge !== undefined &&
        [...oldest].some(
          ([one, time]) => (dataset === undefined ? !named.has(one) : dataset === one) && time < now - maxAge,
        )),
  )
}

const storedBy = (rows: readonly LedgerRow[], { progress }: Context): number =>
  rows.reduce((sum, { stored }) => sum + stored, progress.forgotten)

const rowsOf = ({ progress, storeName, inFlight }: Context): LedgerRow[] => ledgerRows(progress, storeName, inFlight())

/** The ledgers of all stores that are at hand. */
export const everyRow = async (context: Context): Promise<readonly LedgerRow[]> =>
  (await atHand(context)).flatMap(rowsOf)

/** Of a store that does not count what it removes: how much retention must have, where it can explain all that is missing. */
const inferred = async (
  { progress, store }: Context,
  retention: readonly Retention[],
  { missing, days }: { readonly missing: number; readonly days: EventDays },
  signal: AbortSignal,
): Promise<readonly [number, number]> => {
  const now = Date.now()
  if (missing <= 0 || !mayRemove(retention, progress.oldest, now)) return [0, 0]
  const there = await heldByDay(store, [...progress.checkpoints.keys()], signal)
  return explains(retention, days, there, missing, now, progress.retiredRecords) ? [0, missing] : [0, 0]
}

/** What a store is found to hold, beside what its ledger says. */
const verify = async (
  account: Context,
  retention: readonly Retention[],
  signal: AbortSignal,
): Promise<Record<string, unknown>> => {
  const { progress, store } = account
  await store.refresh(signal)
  const least = storedBy(rowsOf(account), account)
  const days: EventDays = new Map([...progress.days].map(([dataset, of]) => [dataset, new Map(of)]))
  const before = await store.removed?.(signal)
  let held = progress.retiredRecords
  for (const key of progress.checkpoints.keys()) held += await store.countOf(key, signal)
  const after = await store.removed?.(signal)
  const later = rowsOf(account)
  const most = later.reduce((sum, { in_flight }) => sum + in_flight, storedBy(later, account))
  const goneBy = (removed: ReadonlyMap<string, number>): number =>
    [...progress.checkpoints.keys()].reduce((sum, key) => sum + (removed.get(key) ?? 0), 0)
  const removed =
    before === undefined || after === undefined
      ? await inferred(account, retention, { missing: least - held, days }, signal)
      : ([goneBy(before), goneBy(after)] as const)
  return {
    // In hours that the ledger lists no longer.
    ...(progress.forgotten === 0 ? {} : { stored_earlier: progress.forgotten }),
    held_by_store: held,
    removed_by_retention: removed[1],
    verified: verdict({ least, most, held, removed }),
  }
}

/** Longer than this a store beside the first is not waited for: what it holds is then not known. */
const patience = 10_000

const verifyBeside = async (
  account: Context,
  retention: readonly Retention[],
  signal: AbortSignal,
): Promise<Record<string, unknown>> => {
  try {
    return await verify(account, retention, AbortSignal.any([signal, AbortSignal.timeout(patience)]))
  } catch {
    signal.throwIfAborted()
    return { verified: null }
  }
}

/**
 * The conservation ledger of each store, then the sum of the first with those of the others in it; with `verify`, each
 * store's own count beside what the ledger says. Like is compared with like: what retention removed counts as held,
 * and what was stored in hours no longer listed, as stored.
 */
export async function* ledger(context: Context, asked: { readonly verify?: boolean }, signal: AbortSignal): Answer {
  const { retention } = context.config
  const rows = rowsOf(context)
  yield* rows
  const beside: Record<string, unknown>[] = []
  for (const { name: store, context: account } of await context.others()) {
    if (account === undefined) {
      beside.push({ store, waiting: true, ...(asked.verify === true ? { verified: null } : {}) })
      continue
    }
    const own = rowsOf(account)
    yield* own
    const checked = asked.verify === true ? await verifyBeside(account, retention, signal) : {}
    beside.push({ store, ...totalOf(own), ...checked })
  }
  const checked = asked.verify === true ? await verify(context, retention, signal) : {}
  const total: Record<string, unknown> = { ...totalOf(rows), ...checked }
  const fails = (name: string): boolean => beside.some((one) => one[name] === false)
  yield {
    total: {
      ...total,
      ...(beside.length === 0 ? {} : { beside }),
      ...(fails('balanced') ? { balanced: false } : {}),
      ...(fails('verified') ? { verified: false } : {}),
    },
  }
}
