/** Start of the hour a time lies in; both milliseconds since 1970. */
export const hourOf = (ms: number): number => ms - (ms % 3_600_000)

/** Records by what became of them, of one file, in one hour of reading. */
export interface LedgerDelta {
  readonly source: string
  readonly path: string
  /** Milliseconds since 1970, at the start of the hour. */
  readonly hour: number
  readonly read: number
  readonly stored: number
  readonly duplicate: number
  readonly filtered: number
  readonly deadLettered: number
  readonly redirected: number
  /** Bytes stated lost. */
  readonly lost: number
  /** Bytes the checkpoint moved by. */
  readonly bytes: number
}

/** The atomic record of progress. */
export interface ProgressRecord {
  /** Counts up with each record of a journal: one that comes back after a failed write is not counted twice. */
  readonly seq?: number
  /** Generation → offset up to which everything is accounted for. */
  readonly checkpoints: Readonly<Record<string, number>>
  readonly ledger: readonly LedgerDelta[]
  /** Dataset → earliest event time stored, so that windows already judged are judged again. */
  readonly earliest: Readonly<Record<string, number>>
  /** Of a snapshot: records stored in hours that the ledger no longer lists. */
  readonly forgotten?: number
  /** Of a snapshot: dataset → earliest event time ever stored. */
  readonly oldest?: Readonly<Record<string, number>>
}

/** What the progress records add up to: where to resume, and the account of every record. */
export interface ProgressState {
  readonly checkpoints: Map<string, number>
  /** By source, path and hour. */
  readonly ledger: Map<string, LedgerDelta>
  /** Dataset → earliest event time stored since the rules last looked. */
  readonly late: Map<string, number>
  /** Dataset → earliest event time ever stored. */
  readonly oldest: Map<string, number>
  /** Of the last record applied. */
  seq: number
  /** Records stored in hours that the ledger no longer lists. */
  forgotten: number
}

export const createProgressState = (): ProgressState => ({
  checkpoints: new Map(),
  ledger: new Map(),
  late: new Map(),
  oldest: new Map(),
  seq: 0,
  forgotten: 0,
})

const counts = ['read', 'stored', 'duplicate', 'filtered', 'deadLettered', 'redirected', 'lost', 'bytes'] as const

const rowKey = ({ source, path, hour }: LedgerDelta): string => JSON.stringify([source, path, hour])

const add = (a: LedgerDelta, b: LedgerDelta): LedgerDelta => {
  const sum: Record<string, unknown> = { ...a }
  for (const name of counts) sum[name] = a[name] + b[name]
  return sum as unknown as LedgerDelta
}

export const applyProgress = (state: ProgressState, record: ProgressRecord): void => {
  if (record.seq !== undefined && record.seq > 0 && record.seq <= state.seq) return
  state.seq = record.seq ?? state.seq
  state.forgotten += record.forgotten ?? 0
  for (const [key, offset] of Object.entries(record.checkpoints)) state.checkpoints.set(key, offset)
  for (const delta of record.ledger) {
    const key = rowKey(delta)
    const before = state.ledger.get(key)
    state.ledger.set(key, before === undefined ? delta : add(before, delta))
  }
  lower(state.late, record.earliest)
  lower(state.oldest, record.earliest)
  lower(state.oldest, record.oldest ?? {})
}

const lower = (times: Map<string, number>, by: Readonly<Record<string, number>>): void => {
  for (const [dataset, time] of Object.entries(by)) times.set(dataset, Math.min(times.get(dataset) ?? time, time))
}

/** One record that stands for all before it. Ledger rows older than `keepFrom` are dropped, of the state too. */
export const snapshotProgress = (state: ProgressState, keepFrom: number): ProgressRecord => {
  for (const [key, { hour, stored }] of state.ledger) {
    if (hour >= keepFrom) continue
    state.ledger.delete(key)
    state.forgotten += stored
  }
  return {
    seq: state.seq,
    checkpoints: Object.fromEntries(state.checkpoints),
    ledger: [...state.ledger.values()],
    earliest: Object.fromEntries(state.late),
    forgotten: state.forgotten,
    oldest: Object.fromEntries(state.oldest),
  }
}

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
  readonly lost: number
  readonly in_flight: number
  readonly bytes: number
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
 * is. A row balances when everything read has exactly one outcome or is under way.
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
        lost: row.lost,
        in_flight: flying,
        bytes: row.bytes,
        closed: flying === 0,
        balanced: read === accounted,
      }
    })
}
