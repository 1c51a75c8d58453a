import { type ProgressState, rowKey } from './ledger.ts'

/** A line of `tailrace ledger`. */
export interface LedgerRow {
  readonly source: string
  readonly path: string
  readonly store: string
  /** ISO 8601. */
  readonly hour: string
  readonly read: number
  readonly stored: number
  readonly duplicate: number
  readonly filtered: number
  readonly dead_lettered: number
  readonly redirected: number
  /** Of the dead-lettered, where there are any. */
  readonly purged?: number
  readonly lost: number
  readonly in_flight: number
  readonly bytes: number
  /** Of these, where there are any: bytes that nothing accounts for. */
  readonly unaccounted_bytes?: number
  readonly closed: boolean
  readonly balanced: boolean
}

interface Waiting {
  readonly source: string
  readonly path: string
  readonly hour: number
  readonly records: number
}

/**
 * The conservation ledger. What is under way was read but has no outcome yet; an hour is closed when nothing of it
 * is. A row balances when everything read has exactly one outcome or is under way, and every byte that the checkpoint
 * passed is in such a record, a separator or stated lost.
 */
export const ledgerRows = (state: ProgressState, store: string, waiting: readonly Waiting[]): LedgerRow[] => {
  const zero = { read: 0, stored: 0, duplicate: 0, filtered: 0, deadLettered: 0, redirected: 0, lost: 0, bytes: 0 }
  const inFlight = new Map<string, number>()
  const all = new Map(state.ledger)
  for (const { records, ...where } of waiting) {
    const key = rowKey({ ...zero, ...where })
    inFlight.set(key, (inFlight.get(key) ?? 0) + records)
    if (!all.has(key)) all.set(key, { ...zero, ...where })
  }
  return [...all]
    .sort(([, a], [, b]) => a.hour - b.hour || a.source.localeCompare(b.source) || a.path.localeCompare(b.path))
    .map(([key, row]) => {
      const flying = inFlight.get(key) ?? 0
      const read = row.read + flying
      const accounted = row.stored + row.duplicate + row.filtered + row.deadLettered + row.redirected + flying
      return {
        source: row.source,
        path: row.path,
        store,
        hour: new Date(row.hour).toISOString().replace('.000Z', 'Z'),
        read,
        stored: row.stored,
        duplicate: row.duplicate,
        filtered: row.filtered,
        dead_lettered: row.deadLettered,
        redirected: row.redirected,
        ...(row.purged === undefined ? {} : { purged: row.purged }),
        lost: row.lost,
        in_flight: flying,
        bytes: row.bytes,
        ...(row.adrift === undefined || row.adrift === 0 ? {} : { unaccounted_bytes: row.adrift }),
        closed: flying === 0,
        balanced: read === accounted && (row.adrift ?? 0) === 0,
      }
    })
}
